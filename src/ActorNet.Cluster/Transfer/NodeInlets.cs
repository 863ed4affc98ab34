using System.Collections.Concurrent;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Servers;
using ActorNet.Cluster.Workers;
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
    private readonly IActorRef?[] _servers;
    private readonly HeldVersions _weights;
    private readonly ConcurrentDictionary<string, ArrivedPart> _landing = new();
    private readonly ConcurrentDictionary<int, ArrivingState> _states = new();

    public NodeInlets(JobRuntime runtime, IActorRef agent, IActorRef workers, SnapshotRooms rooms)
    {
        _runtime = runtime;
        _agent = agent;
        _workers = workers;
        _rooms = rooms;
        _servers = new IActorRef?[runtime.Ranges.Count];
        _weights = new HeldVersions(runtime.Ranges.Count);
    }

    /// <summary>Parts for a partition go to its server from now on.</summary>
    public void Serve(int partition, IActorRef server) => Volatile.Write(ref _servers[partition], server);

    /// <summary>A partition's state is about to come.</summary>
    public void Expect(AssignPartition assignment) => _states[assignment.Partition] = new ArrivingState(
        assignment, _runtime.Ranges[assignment.Partition].Length, _runtime.Setup.Job.CreateServerOptimizer().StateCount);

    /// <summary>A partition's state that is expected is in this process: it need not come over the network.</summary>
    public void Hand(int partition, IReadOnlyList<Memory<float>> vectors) =>
        _agent.Tell(new StateArrived(_states[partition].Assignment, vectors), ActorRefs.NoSender);

    /// <inheritdoc/>
    public bool Accept(string from, in FrameHeader header, out Memory<byte> body)
    {
        body = default;
        if (!IsOurs(header)
            || header.Partition < 0 || header.Partition >= _runtime.Ranges.Count
            || header.Length != _runtime.Ranges[header.Partition].Length * sizeof(float))
        {
            return false;
        }

        return header.Kind switch
        {
            FrameKind.Weights => AcceptWeights(header, out body),
            FrameKind.Part => AcceptPart(from, header, out body),
            FrameKind.Snapshot => _rooms.TryFind(header.Step, header.First, _runtime.Ranges[header.Partition], out body),
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
                    _weights.Note(header.Partition, header.Step);
                }

                _workers.Tell(new WeightsReady(header.Partition, header.Step, RateNote.Read(header.Note.Span)), ActorRefs.NoSender);
                break;
            case FrameKind.Part:
                TakePart(from, header);
                break;
            case FrameKind.Snapshot:
                _rooms.Arrived(header.Step, header.Partition, header.First);
                break;
            case FrameKind.State when _states.TryGetValue(header.Partition, out var state) && state.Arrived(header.First):
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
    }

    private bool IsOurs(in FrameHeader header) => header.Job == _runtime.JobKey && header.Incarnation == _runtime.Incarnation;

    private bool AcceptWeights(in FrameHeader header, out Memory<byte> body)
    {
        body = default;
        lock (_weights)
        {
            if (!_weights.Wants(header.Partition, header.Step))
            {
                return false;
            }
        }

        var range = _runtime.Ranges[header.Partition];
        _runtime.BeginVersion(header.Step, range);
        body = _runtime.Weights(header.Step).Bytes.Slice(range.Start * sizeof(float), range.Length * sizeof(float));
        return true;
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
        if (PartNote.TryRead(header.Note.Span, part.Part, part.Workers))
        {
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
        public bool Arrived(int vector)
        {
            _arrived[vector] = true;
            return Array.TrueForAll(_arrived, arrived => arrived);
        }
    }
}
