using System.Globalization;
using ActorNet.Cluster.Monitoring;
using ActorNet.Cluster.Servers;
using ActorNet.Cluster.Transfer;
using ActorNet.Core.Numerics;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Hosting;

/// <summary>
/// What the actors of one process share of a job, by reference: the setup, and the weight buffers. Where there are several partitions, or hosts of one, versions alternate
/// between two: a partition writes v + 1 into one while v stays readable in the other, until every worker's gradient of v + 1 is there and nobody needs v
/// any more. A single partition writes v + 1 over v: it has all gradients of v, so nobody needs v, and the step touches a third less memory.
/// A worker whose slices were leased to others may still read v while v + 2 is written over it; what it computes then is of a step that is over, and
/// nobody takes it. Where parts are applied as they arrive there is one buffer, <see cref="SharedWeights"/>.
/// </summary>
internal sealed class JobRuntime
{
    private readonly AlignedBuffer[] _weights;
    private long _newest = -1;

    /// <summary>The shared state of a job, its weights not yet written.</summary>
    /// <param name="setup">The job and its data.</param>
    /// <param name="partitions">Partitions of the parameters wanted.</param>
    /// <param name="incarnation">Of the coordinator.</param>
    /// <param name="replicas">Standbys of each partition.</param>
    public JobRuntime(TrainingSetup setup, int partitions = 1, long incarnation = 1, int replicas = 0)
    {
        Setup = setup;
        Incarnation = incarnation;
        JobKey = ulong.Parse(setup.Job.Hash.AsSpan(0, 16), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        Ranges = PartitionPlan.Cut(setup.Network.Layout.Length, partitions);
        Inlets = new PartitionInlet?[Ranges.Count];
        HasStandbys = replicas > 0;
        var buffers = setup.IsStale || (Ranges.Count == 1 && !HasStandbys) ? 1 : 2;
        _weights = [.. Enumerable.Range(0, buffers).Select(_ => new AlignedBuffer(setup.Network.Layout.Length))];
        Shared = setup.IsStale ? new SharedWeights(_weights[0], Ranges) : null;
    }

    /// <summary>The job, its network, data and plan.</summary>
    public TrainingSetup Setup { get; }

    /// <summary>The coordinator's incarnation: what comes from a lower one is refused.</summary>
    public long Incarnation { get; }

    /// <summary>The first 64 bits of the job's hash, which name it in frames.</summary>
    public ulong JobKey { get; }

    /// <summary>The weights where parts are applied as they arrive; null in other modes, whose weights change only while nobody reads them.</summary>
    public SharedWeights? Shared { get; }

    /// <summary>What this process spends its time on.</summary>
    public NodeMeter Meter { get; } = new();

    /// <summary>The partitions.</summary>
    public IReadOnlyList<PartitionRange> Ranges { get; }

    /// <summary>Whether partitions have standbys, where there are nodes for them: every version is compared between its hosts.</summary>
    public bool HasStandbys { get; }

    /// <summary>The inlets of the partitions that this process serves; null elsewhere.</summary>
    public PartitionInlet?[] Inlets { get; }

    /// <summary>Brings the shards that this node has not; null when it fetches none.</summary>
    public ShardFetcher? Shards { get; init; }

    /// <summary>The slices whose data this node had when the job was made ready; null for all.</summary>
    public int[]? Held { get; init; }

    /// <summary>The least that a worker takes for a slice; zero for as little as it can.</summary>
    public TimeSpan Pace { get; init; }

    /// <summary>Whether this is the coordinator's node, whose data is the job's: if it cannot be read nobody has it.</summary>
    public bool IsSource { get; init; } = true;

    /// <summary>The newest version of which something has been written.</summary>
    public long Newest => Volatile.Read(ref _newest);

    /// <summary>Whether a version's weights may have been written over, in part at least: its step is over, and nobody takes what was computed from them.</summary>
    public bool IsOver(long version) => Shared is null && version + _weights.Length <= Newest;

    /// <summary>The version whose memory a version is written into.</summary>
    public long WrittenOverBy(long version) => version - _weights.Length;

    /// <summary>The parameter vector of a version: the partitions write it, each its own range; workers read it once all have.</summary>
    public AlignedBuffer Weights(long version) => _weights[version & (_weights.Length - 1)];

    /// <summary>Draws the job's first weights into the buffer of version 0, once.</summary>
    public void DrawFirstWeights()
    {
        if (Newest < 0)
        {
            _newest = 0;
            Setup.Network.Initialise(Weights(0).Span, Setup.Job.Seed);
        }
    }

    /// <summary>A partition's range of a version, about to be written.</summary>
    public Memory<float> BeginVersion(long version, PartitionRange range)
    {
        var newest = Volatile.Read(ref _newest);
        while (newest < version)
        {
            newest = Interlocked.CompareExchange(ref _newest, version, newest) is var seen && seen == newest ? version : seen;
        }

        return Weights(version).Memory.Slice(range.Start, range.Length);
    }
}
