using System.Buffers.Binary;
using System.Collections.Concurrent;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Servers;
using ActorNet.Core.Numerics;
using ActorNet.Core.Training;
using Akka.Actor;

namespace ActorNet.Cluster.Transfer;

/// <summary>
/// Where the bodies that come to this node belong, for one job under one incarnation: weights into the buffers that the workers read, parts into buffers of
/// their partition, a partition's state into the server to be, snapshots into the coordinator's rooms. What has no place is declined.
/// </summary>
internal sealed class NodeInlets : ITensorSink
{
    private readonly JobRuntime _runtime;
    private readonly IActorRef _agent;
    private readonly IActorRef _workers;
    private readonly SnapshotRooms _rooms;
    private readonly Action<string>? _drop;
    private readonly IActorRef?[] _servers;

    /// <summary>Who writes which range of which of the two weight buffers. Guarded, as <see cref="_fenced"/> is, by <see cref="_weights"/>.</summary>
    private readonly Dictionary<(int Partition, long Buffer), string> _writers = [];

    /// <summary>Nodes that another one took a partition over from.</summary>
    private readonly HashSet<(int Partition, string Node)> _fenced = [];
    private readonly HeldVersions _weights;
    private readonly AlignedBuffer?[] _arriving;
    private readonly ConcurrentDictionary<string, ArrivedPart> _landing = new();
    private readonly ConcurrentDictionary<int, ArrivingState> _states = new();

    /// <param name="runtime">The job.</param>
    /// <param name="agent">Is told of a partition's state.</param>
    /// <param name="workers">Is told of weights.</param>
    /// <param name="rooms">Where snapshots go.</param>
    /// <param name="drop">Ends the connection that a node has made to this one, and waits for it.</param>
    public NodeInlets(JobRuntime runtime, IActorRef agent, IActorRef workers, SnapshotRooms rooms, Action<string>? drop = null)
    {
        _drop = drop;
        _runtime = runtime;
        _agent = agent;
        _workers = workers;
        _rooms = rooms;
        _servers = new IActorRef?[runtime.Ranges.Count];
        _weights = new HeldVersions(runtime.Ranges.Count);
        _arriving = new AlignedBuffer?[runtime.Ranges.Count];
    }

    /// <summary>Parts for a partition go to its server from now on.</summary>
    public void Serve(int partition, IActorRef server)
    {
        Volatile.Write(ref _servers[partition], server);
        string[] writers;
        lock (_weights)
        {
            writers = [.. _writers.Where(writer => writer.Key.Partition == partition).Select(writer => writer.Value)];
        }

        // What is here is written by the server from now on, and by nobody else.
        Array.ForEach(writers, writer => _drop?.Invoke(writer));
    }

    /// <summary>Who hosts each partition from now on: who did before is not listened to any more.</summary>
    public void NoteHosts(IReadOnlyList<IReadOnlyList<string>> former, IReadOnlyList<IReadOnlyList<string>> hosts)
    {
        lock (_weights)
        {
            for (var partition = 0; partition < hosts.Count; partition++)
            {
                _fenced.UnionWith(former[partition].Select(node => (partition, node)));
                _fenced.ExceptWith(hosts[partition].Select(node => (partition, node)));
            }
        }
    }

    /// <summary>A node hosts some partitions no more.</summary>
    public void Fence(string node, IReadOnlyList<int> partitions)
    {
        lock (_weights)
        {
            _fenced.UnionWith(partitions.Select(partition => (partition, node)));
        }
    }

    /// <summary>A partition's state is about to come.</summary>
    public void Expect(AssignPartition assignment)
    {
        // It may be said again while the state comes in.
        if (!_states.TryGetValue(assignment.Partition, out var state) || state.Assignment.Version != assignment.Version)
        {
            _states[assignment.Partition] = new ArrivingState(
                assignment, _runtime.Ranges[assignment.Partition].Length, _runtime.Setup.Job.CreateServerOptimizer().StateCount);
        }
    }

    /// <summary>A partition's state that is expected is in this process: it need not come over the network.</summary>
    public void Hand(int partition, IReadOnlyList<Memory<float>> vectors) =>
        _agent.Tell(new StateArrived(_states[partition].Assignment, vectors), ActorRefs.NoSender);

    /// <inheritdoc/>
    public bool Accept(string from, in FrameHeader header, out Memory<byte> body)
    {
        body = default;
        if (!IsOurs(header)
            || header.Partition < 0 || header.Partition >= _runtime.Ranges.Count
            || header.Length != LengthOf(header))
        {
            return false;
        }

        return header.Kind switch
        {
            FrameKind.Weights => AcceptWeights(from, header, out body),
            FrameKind.Version => header.Note.Length == sizeof(ulong),
            FrameKind.Part => AcceptPart(from, header, out body),
            FrameKind.Snapshot => !IsFenced(from, header.Partition) && _rooms.TryFind(header.Step, header.First, _runtime.Ranges[header.Partition], out body),
            FrameKind.State => AcceptState(header, out body),
            _ => false,
        };
    }

    /// <inheritdoc/>
    public void Arrived(string from, in FrameHeader header, Memory<byte> body)
    {
        if (!IsOurs(header))
        {
            // It began to arrive under the incarnation before this one, into memory that is not this one's.
            return;
        }

        switch (header.Kind)
        {
            case FrameKind.Weights:
                lock (_weights)
                {
                    _writers.Remove(WriterKey(header));
                    _weights.Note(header.Partition, header.Step);
                }

                _workers.Tell(ReadyOf(from, header, body), ActorRefs.NoSender);
                break;
            case FrameKind.Version:
                var hash = BinaryPrimitives.ReadUInt64LittleEndian(header.Note.Span);
                var reached = new VersionReached(header.Partition, header.Step, from, hash);
                _workers.Tell(reached, ActorRefs.NoSender);
                Volatile.Read(ref _servers[header.Partition])?.Tell(reached, ActorRefs.NoSender);
                break;
            case FrameKind.Part:
                TakePart(from, header);
                break;
            case FrameKind.Snapshot:
                _rooms.Arrived(header.Step, header.Partition, header.First);
                break;
            case FrameKind.State when _states.TryGetValue(header.Partition, out var state) && state.Arrived(header.Step, header.First):
                _agent.Tell(new StateArrived(state.Assignment, state.Floats), ActorRefs.NoSender);
                break;
        }
    }

    /// <inheritdoc/>
    public void Lost(string from, in FrameHeader header, Memory<byte> body)
    {
        if (IsOurs(header) && header.Kind == FrameKind.Part && _landing.TryRemove(from, out var part))
        {
            _runtime.Inlets[header.Partition]!.Return(part);
        }
        else if (IsOurs(header) && header.Kind == FrameKind.Weights)
        {
            lock (_weights)
            {
                _writers.Remove(WriterKey(header));
            }
        }
    }

    /// <summary>Bytes that the body has for what it says it is: what is compressed, and how, follows from the job.</summary>
    private int LengthOf(in FrameHeader header)
    {
        var parameters = _runtime.Ranges[header.Partition].Length;
        var codec = header.Kind == FrameKind.Part ? _runtime.Setup.CodecOf(new TreeNode(header.First, header.Count)) : null;
        return header.Kind == FrameKind.Version ? 0 : codec?.EncodedLength(parameters) ?? parameters * sizeof(float);
    }

    private static (int Partition, long Buffer) WriterKey(in FrameHeader header) => (header.Partition, header.Step & 1);

    private bool IsFenced(string node, int partition)
    {
        lock (_weights)
        {
            return _fenced.Contains((partition, node));
        }
    }

    private bool IsOurs(in FrameHeader header) => header.Job == _runtime.JobKey && header.Incarnation == _runtime.Incarnation;

    private bool AcceptWeights(string from, in FrameHeader header, out Memory<byte> body)
    {
        body = default;
        while (TryBeginWriting(from, header, out var other) is not true)
        {
            if (other is null)
            {
                return false;
            }

            // A partition's other host, which froze in the middle of a body. What it goes on with when it wakes up must not come here: nobody sends twice into one place.
            _drop!(other);
        }

        var range = _runtime.Ranges[header.Partition];
        if (_runtime.Shared is not null)
        {
            // The workers read while this arrives: it must not show before it is whole.
            body = (_arriving[header.Partition] ??= new AlignedBuffer(range.Length)).Bytes;
            return true;
        }

        _runtime.BeginVersion(header.Step, range);
        body = _runtime.Weights(header.Step).Bytes.Slice(range.Start * sizeof(float), range.Length * sizeof(float));
        return true;
    }

    private WeightsReady ReadyOf(string from, in FrameHeader header, Memory<byte> body)
    {
        if (_runtime.Shared is not { } shared)
        {
            return new WeightsReady(header.Partition, header.Step, RateNote.Read(header.Note.Span), from, header.Hash);
        }

        var news = StaleNote.Read(header.Note.Span, _runtime.Setup.Job.Slices);
        shared.Take(header.Partition, body.Span);
        return new WeightsReady(header.Partition, header.Step, Host: from, News: news);
    }

    /// <summary>Makes a node the only one that writes a version's range.</summary>
    /// <param name="from">The node.</param>
    /// <param name="header">The version.</param>
    /// <param name="other">Who writes there now; null for nobody.</param>
    /// <returns>Whether it may: the version is wanted, and nobody else writes there.</returns>
    private bool TryBeginWriting(string from, in FrameHeader header, out string? other)
    {
        other = null;
        lock (_weights)
        {
            if (_fenced.Contains((header.Partition, from)) || Volatile.Read(ref _servers[header.Partition]) is not null)
            {
                return false;
            }

            if (!_weights.Wants(header.Partition, header.Step))
            {
                if (_runtime.HasStandbys && _weights.Has(header.Partition, header.Step))
                {
                    _workers.Tell(new VersionReached(header.Partition, header.Step, from, header.Hash), ActorRefs.NoSender);
                }

                return false;
            }

            if (_writers.TryGetValue(WriterKey(header), out other) && other != from && _drop is not null)
            {
                return false;
            }

            other = null;
            _writers[WriterKey(header)] = from;
            return true;
        }
    }

    private bool AcceptPart(string from, in FrameHeader header, out Memory<byte> body)
    {
        var part = Volatile.Read(ref _servers[header.Partition]) is null
            ? null
            : _runtime.Inlets[header.Partition]?.Rent(header.Step, new TreeNode(header.First, header.Count));
        body = part?.Bytes ?? default;
        return part is not null && _landing.TryAdd(from, part);
    }

    private void TakePart(string from, in FrameHeader header)
    {
        if (!_landing.TryRemove(from, out var part))
        {
            return;
        }

        part.From = from;
        part.Part.Step = header.Step;
        var note = header.Note.Span;
        if (_runtime.Shared is not null)
        {
            part.Updates = StaleNote.ReadLead(note);
            note = note[StaleNote.LeadBytes..];
        }

        if (PartNote.TryRead(note, part.Part, part.Workers))
        {
            part.Decode();
            _servers[header.Partition]!.Tell(part.Message, ActorRefs.NoSender);
        }
        else
        {
            _runtime.Inlets[header.Partition]!.Return(part);
            throw new LinkException($"{from} sent a part of {part.Part.Node} whose counts cannot be read.");
        }
    }

    private bool AcceptState(in FrameHeader header, out Memory<byte> body)
    {
        body = default;
        return _states.TryGetValue(header.Partition, out var state) && state.TryFind(header.Step, header.First, out body);
    }

    /// <summary>A partition's state is whole.</summary>
    /// <param name="Assignment">What the partition was assigned by.</param>
    /// <param name="Vectors">Weights, then optimizer state.</param>
    public sealed record StateArrived(AssignPartition Assignment, IReadOnlyList<Memory<float>> Vectors);

    /// <summary>The state of a partition on its way.</summary>
    private sealed class ArrivingState
    {
        private readonly AlignedBuffer[] _vectors;
        private readonly bool[] _arrived;

        public ArrivingState(AssignPartition assignment, int length, int stateCount)
        {
            Assignment = assignment;
            _vectors = [.. Enumerable.Range(0, 1 + stateCount).Select(_ => new AlignedBuffer(length))];
            _arrived = new bool[_vectors.Length];
        }

        public AssignPartition Assignment { get; }

        public IReadOnlyList<Memory<float>> Floats => [.. _vectors.Select(vector => vector.Memory)];

        public bool TryFind(long version, int vector, out Memory<byte> body)
        {
            var found = version == Assignment.Version && vector >= 0 && vector < _vectors.Length && !_arrived[vector];
            body = found ? _vectors[vector].Bytes : default;
            return found;
        }

        /// <summary>A vector is whole.</summary>
        /// <returns>Whether it was the last.</returns>
        public bool Arrived(long version, int vector)
        {
            _arrived[vector] |= version == Assignment.Version;
            return Array.TrueForAll(_arrived, arrived => arrived);
        }
    }
}
