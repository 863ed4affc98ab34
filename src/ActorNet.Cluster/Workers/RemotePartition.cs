using System.Diagnostics;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Transfer;
using ActorNet.Core.Numerics;
using ActorNet.Core.Training;
using ActorNet.Core.Training.Compression;
using Akka.Actor;

namespace ActorNet.Cluster.Workers;

/// <summary>
/// Stands on this node for the hosts of a partition on others: takes the parts of this node's workers, adds them up to the complete sub-trees that the node
/// has in lease, and sends only those, to each host. What one worker computed whole goes from its own buffer, without a copy.
/// </summary>
internal sealed class RemotePartition : ReceiveActor
{
    private readonly IActorRef _coordinator;
    private readonly JobRuntime _runtime;
    private readonly PartitionRange _range;
    private readonly IReadOnlyList<RemoteNode> _to;
    private readonly IActorRef _server;
    private readonly int[] _counts;
    private readonly BodyPool _copies;
    private SubTree[] _subTrees = [];
    private long _step = -1;

    public RemotePartition(IActorRef coordinator, JobRuntime runtime, PartitionRange range, IReadOnlyList<RemoteNode> to, IActorRef server)
    {
        _coordinator = coordinator;
        _runtime = runtime;
        _range = range;
        _to = to;
        _server = server;
        _counts = new int[runtime.Setup.Job.Slices];
        _copies = new BodyPool(range.Length);
        Receive<SumLease>(SetLease);
        Receive<GradientReady>(Add);
        Receive<SendVersion>(_server.Forward);
    }

    /// <summary>On a compute thread: it adds gradients.</summary>
    public static Props Props(
        IActorRef coordinator, JobRuntime runtime, PartitionRange range, IReadOnlyList<RemoteNode> to, IActorRef server, int thread) =>
        Akka.Actor.Props.Create(() => new RemotePartition(coordinator, runtime, range, to, server)).WithDispatcher(ComputeDispatchers.Name(thread));

    /// <summary>Another in its place would not know the lease, and wait for ever.</summary>
    protected override void PreRestart(Exception reason, object message)
    {
        _coordinator.Tell(new JobFailed($"A stand-in for a partition of another node failed on {message.GetType().Name}: {reason.Message}"));
        base.PreRestart(reason, message);
    }

    private void SetLease(SumLease lease)
    {
        // The sums of the running step begin anew: every worker sends its parts again.
        _step = -1;
        _subTrees = [.. lease.Nodes.Select(node => _subTrees.FirstOrDefault(old => old.Node == node) ?? new SubTree(_runtime.Setup.Tree, node, _range.Length))];
    }

    private void Add(GradientReady ready)
    {
        if (ready.Updates is { } updates)
        {
            SendAtOnce(ready, updates[_range.Index]);
            return;
        }

        if (ready.Step < _step || ready.Step != ready.Part.Step)
        {
            return;
        }

        if (ready.Step > _step)
        {
            Begin(ready.Step);
        }

        foreach (var subTree in _subTrees)
        {
            if (subTree.Node.Covers(ready.Part.Node) && subTree.Add(ready, _range))
            {
                Send(subTree, ready.Part);
            }
        }
    }

    /// <summary>
    /// Where parts are applied as they arrive nothing is waited for, and so nothing is added up. The worker may be at the next step before the network has taken this one's:
    /// it takes a copy.
    /// </summary>
    private void SendAtOnce(GradientReady ready, long updates)
    {
        if (ready.Step != ready.Part.Step || ready.Part.Samples == 0)
        {
            return;
        }

        var began = Stopwatch.GetTimestamp();
        var body = _copies.Copy(ready.Part.Gradient.Span.Slice(_range.Start, _range.Length));
        _to[0].SendPart(_runtime, _range.Index, ready.Part, [(ready.Worker, ready.Part.Samples)], body, _copies, updates);
        _runtime.Meter.Sent(_range.Index, ready.Step, began);
    }

    private void Begin(long step)
    {
        _step = step;
        _runtime.Setup.Plan.CountSlices((int)(step % _runtime.Setup.Plan.StepsPerEpoch), _counts);
        foreach (var subTree in _subTrees)
        {
            subTree.Begin(step, _counts);
        }
    }

    private void Send(SubTree subTree, GradientPart last)
    {
        var began = Stopwatch.GetTimestamp();
        if (_runtime.Setup.CodecOf(subTree.Node) is { } codec)
        {
            SendCodes(subTree, last, codec);
        }
        else if (last.Node == subTree.Node)
        {
            Send(subTree, last, last.Bytes.Slice(_range.Start * sizeof(float), _range.Length * sizeof(float)));
        }
        else
        {
            var sum = subTree.Sum();
            Send(subTree, sum, sum.Bytes);
        }

        _runtime.Meter.Sent(_range.Index, _step, began);
    }

    /// <summary>A group is compressed once, here, as the server would do where it is its own.</summary>
    private void SendCodes(SubTree subTree, GradientPart last, GradientCodec codec)
    {
        var isWhole = last.Node == subTree.Node;
        var part = isWhole ? last : subTree.Sum();
        var gradient = isWhole ? part.Gradient.Slice(_range.Start, _range.Length) : part.Gradient;
        Send(subTree, part, subTree.Encode(codec, new CodedPart(_step, subTree.Node, _range.Start / GradientCodec.Block), gradient.Span));
    }

    private void Send(SubTree subTree, GradientPart part, ReadOnlyMemory<byte> body)
    {
        for (var i = 0; i < _to.Count; i++)
        {
            _to[i].SendPart(_runtime, _range.Index, part, subTree.Workers, body);
        }
    }

    /// <summary>The sum below one node of the lease.</summary>
    private sealed class SubTree
    {
        private const int BlockLength = 2048;

        private readonly GradientAccumulator _accumulator;
        private readonly int _length;
        private readonly List<(GradientPart Part, int Worker)> _shares = [];
        private GradientPart? _sum;
        private AlignedBuffer? _scratch;
        private byte[]? _codes;

        public SubTree(ReductionTree tree, TreeNode node, int length)
        {
            Node = node;
            _length = length;
            _accumulator = new GradientAccumulator(tree, length, node);
        }

        public TreeNode Node { get; }

        /// <summary>Who made the parts of the sum, once the last is there.</summary>
        public List<(int Worker, int Samples)> Workers { get; } = [];

        public void Begin(long step, ReadOnlySpan<int> counts)
        {
            _shares.Clear();
            Workers.Clear();
            _accumulator.Begin(step, counts);
        }

        /// <summary>Takes a part.</summary>
        /// <returns>Whether it was the last.</returns>
        public bool Add(GradientReady ready, PartitionRange range)
        {
            var outcome = _accumulator.Add(ready.Part, ready.Part.Gradient.Slice(range.Start, range.Length));
            if (outcome is AddOutcome.Stored or AddOutcome.Completed)
            {
                _shares.Add((ready.Part, ready.Worker));
            }

            if (outcome == AddOutcome.Completed)
            {
                NoteWorkers();
            }

            return outcome == AddOutcome.Completed;
        }

        /// <summary>Adds the parts up along the tree.</summary>
        public GradientPart Sum()
        {
            _sum ??= new GradientPart(Node, new AlignedBuffer(_length).Memory);
            _scratch ??= new AlignedBuffer(_accumulator.ScratchBlocks * BlockLength);
            for (var start = 0; start < _length; start += BlockLength)
            {
                var block = _sum.Gradient.Span.Slice(start, Math.Min(BlockLength, _length - start));
                _accumulator.ReadSum(start, block, _scratch.Span);
            }

            _accumulator.WriteCounts(_sum);
            return _sum;
        }

        /// <summary>Compresses the group. Like the sum, what comes of it stays as it is until the next step has one.</summary>
        public ReadOnlyMemory<byte> Encode(GradientCodec codec, in CodedPart part, ReadOnlySpan<float> gradient)
        {
            _codes ??= new byte[codec.EncodedLength(_length)];
            codec.Encode(part, gradient, _codes);
            return _codes;
        }

        /// <summary>A part that another took the place of is no part of the sum.</summary>
        private void NoteWorkers()
        {
            foreach (var (part, worker) in _shares)
            {
                if (ReferenceEquals(_accumulator.Parts[part.Node.First], part))
                {
                    Workers.Add((worker, part.Samples));
                }
            }
        }
    }
}
