using System.Buffers.Binary;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Servers;
using ActorNet.Core.Training;
using ActorNet.Core.Training.Modes;

namespace ActorNet.Cluster.Transfer;

/// <summary>The way to another node's memory.</summary>
internal sealed class RemoteNode(TensorChannel channel) : IDisposable
{
    /// <summary>The counts of a part, one array a thread: the channel copies them.</summary>
    [ThreadStatic]
    private static byte[]? _note;

    /// <summary>How the channel is.</summary>
    public ChannelStatus Status => channel.Status;

    /// <summary>Sends a partition's weights of a version; until the version after the next is begun they stay as they are.</summary>
    /// <param name="runtime">The job.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="version">The version.</param>
    /// <param name="rate">The learning rate that goes with them; null for none.</param>
    /// <param name="hash">The weights' hash, as the partition's server had it when it made them.</param>
    public void SendWeights(JobRuntime runtime, int partition, long version, double? rate, ulong hash)
    {
        var range = runtime.Ranges[partition];
        var body = runtime.Weights(version).Bytes.Slice(range.Start * sizeof(float), range.Length * sizeof(float));
        channel.Send(Header(FrameKind.Weights, runtime, partition, version) with { Hash = hash, Note = RateNote.Write(rate) }, body);
    }

    /// <summary>Sends a partition's weights where parts are applied as they arrive.</summary>
    /// <param name="runtime">The job.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="number">Rises with each time that the partition tells anybody.</param>
    /// <param name="news">What goes with them.</param>
    /// <param name="body">A copy of the weights.</param>
    /// <param name="owner">Whose it is.</param>
    public void SendNews(JobRuntime runtime, int partition, long number, StaleNews news, ReadOnlyMemory<byte> body, IBodyOwner owner) =>
        channel.Send(Header(FrameKind.Weights, runtime, partition, number) with { Note = StaleNote.Write(news) }, body, owner);

    /// <summary>Says that a version of a partition is there, and what its weights' hash is.</summary>
    public void SendVersion(JobRuntime runtime, int partition, long version, ulong hash)
    {
        _note ??= new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(_note, hash);
        channel.Send(Header(FrameKind.Version, runtime, partition, version) with { Note = _note.AsMemory(0, sizeof(ulong)) }, default);
    }

    /// <summary>A version's weights of a partition are about to be written over.</summary>
    public void DetachWeights(int partition, long version) => channel.Detach(FrameKind.Weights, partition, version);

    /// <summary>The parts of the steps before one are about to be written over.</summary>
    public void DetachParts(long step) => channel.Detach(FrameKind.Part, null, step - 1);

    /// <summary>Sends the gradient of a node of the reduction tree to the server of a partition.</summary>
    /// <param name="runtime">The job.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="part">What was counted.</param>
    /// <param name="workers">Which worker computed how many of its samples.</param>
    /// <param name="body">The gradient of the partition alone.</param>
    /// <param name="owner">Whose the body is; null where it stays as it is until the step is over.</param>
    /// <param name="updates">As <see cref="Protocol.GradientReady.Updates"/>, of the partition alone; null in modes where that is the step.</param>
    public void SendPart(
        JobRuntime runtime,
        int partition,
        GradientPart part,
        List<(int Worker, int Samples)> workers,
        ReadOnlyMemory<byte> body,
        IBodyOwner? owner = null,
        long? updates = null)
    {
        var lead = updates is null ? 0 : StaleNote.LeadBytes;
        var length = lead + PartNote.Length(part.Slices.Length, workers.Count);
        if (_note is null || _note.Length < length)
        {
            _note = new byte[length];
        }

        if (updates is { } known)
        {
            BinaryPrimitives.WriteInt64LittleEndian(_note, known);
        }

        PartNote.Write(_note.AsSpan(lead), part, workers);
        var header = Header(FrameKind.Part, runtime, partition, part.Step);
        channel.Send(header with { First = part.Node.First, Count = part.Node.Count, Note = _note.AsMemory(0, length) }, body, owner);
    }

    /// <summary>Sends weights and optimizer state of a partition.</summary>
    /// <param name="kind">A snapshot for the coordinator, or the state that a server starts from.</param>
    /// <param name="runtime">The job.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="version">Their version.</param>
    /// <param name="vectors">Weights, then optimizer state; they must stay as they are until they have arrived.</param>
    public void SendVectors(FrameKind kind, JobRuntime runtime, int partition, long version, IReadOnlyList<Memory<byte>> vectors)
    {
        for (var i = 0; i < vectors.Count; i++)
        {
            channel.Send(Header(kind, runtime, partition, version) with { First = i }, vectors[i]);
        }
    }

    /// <summary>Lets go of the parts that are kept to be sent again: the lease that they belong to has ended.</summary>
    public void ForgetParts(int partition) => channel.Forget(header => header.Kind == FrameKind.Part && header.Partition == partition);

    /// <inheritdoc/>
    public void Dispose() => channel.Dispose();

    private static FrameHeader Header(FrameKind kind, JobRuntime runtime, int partition, long step) => new()
    {
        Kind = kind,
        Incarnation = runtime.Incarnation,
        Job = runtime.JobKey,
        Step = step,
        Partition = partition,
    };
}

/// <summary>A node of another process that wants a partition's weights.</summary>
internal sealed class RemoteReader(RemoteNode node, JobRuntime runtime) : IWeightsReader
{
    /// <inheritdoc/>
    public RemoteNode? Way => node;

    /// <inheritdoc/>
    public bool HasWeights => true;

    /// <inheritdoc/>
    public bool Compares => true;

    /// <inheritdoc/>
    public void Ready(int partition, long version, double? rate, ulong hash) => node.SendWeights(runtime, partition, version, rate, hash);

    /// <inheritdoc/>
    public void Detach(int partition, long version) => node.DetachWeights(partition, version);
}

/// <summary>A node of another process that has a partition's weights from its other host, and compares.</summary>
internal sealed class RemoteWitness(RemoteNode node, JobRuntime runtime) : IWeightsReader
{
    /// <inheritdoc/>
    public RemoteNode? Way => node;

    /// <inheritdoc/>
    public bool HasWeights => false;

    /// <inheritdoc/>
    public bool Compares => true;

    /// <inheritdoc/>
    public void Ready(int partition, long version, double? rate, ulong hash) => node.SendVersion(runtime, partition, version, hash);

    /// <inheritdoc/>
    public void Detach(int partition, long version)
    {
        // It may have been a reader a moment ago, with weights still on their way.
        node.DetachWeights(partition, version);
    }
}
