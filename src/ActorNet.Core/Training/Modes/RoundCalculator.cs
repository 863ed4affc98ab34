using ActorNet.Core.Numerics;
using ActorNet.Core.Optimization;

namespace ActorNet.Core.Training.Modes;

/// <summary>
/// Computes the rounds of the slices leased to one worker, in the mode <c>local:H</c>. A slice starts from the version's weights with an optimizer that remembers
/// nothing, and makes one update of its own from its part of each minibatch of the round. What it brings is (w − w′)·n: what its weights w′ are short of the
/// version's w, times the samples that it learned from, so that the servers' mean over samples is FedAvg's. A slice depends on no other, so whoever computes
/// it, and however often, it comes to the same bits. Nothing is allocated in a step.
/// </summary>
internal sealed class RoundCalculator : IPartCalculator
{
    private readonly TrainingSetup _setup;
    private readonly NodeBatch _batch;
    private readonly ParameterPartition _optimizer;
    private readonly AlignedBuffer _weights;
    private readonly AlignedBuffer _gradient;
    private readonly AlignedBuffer[] _differences;
    private readonly LocalSlice?[] _slices;
    private readonly int[] _counts;
    private readonly TreeLeaf[] _leaves;
    private IReadOnlyList<TreeNode> _lease = [];
    private LeasedNode[] _nodes = [];
    private LearningRateSpec _rate;
    private long _round;

    /// <summary>A calculator without a lease.</summary>
    public RoundCalculator(TrainingSetup setup)
    {
        var length = setup.Network.Layout.Length;
        _setup = setup;
        _batch = new NodeBatch(setup);
        _optimizer = new ParameterPartition(new PartitionRange(0, 0, length), setup.Network.Layout, setup.Job.Optimizer.Create(), setup.Penalty);
        _weights = new AlignedBuffer(length);
        _gradient = new AlignedBuffer(length);
        _differences = new AlignedBuffer[int.Log2(setup.Plan.Slices)];
        _slices = new LocalSlice?[setup.Plan.Slices];
        _counts = new int[setup.Plan.Slices];
        _leaves = new TreeLeaf[setup.Plan.Slices];
        _rate = setup.Job.LearningRate;
    }

    /// <inheritdoc/>
    public void SetLease(IReadOnlyList<TreeNode> nodes)
    {
        if (LeasedNode.AreSame(nodes, _lease))
        {
            return;
        }

        _lease = [.. nodes];
        _batch.Open(nodes, atOnce: 1);
        _nodes = LeasedNode.Lease(nodes, _nodes, _setup.Network.Layout.Length);
        foreach (var node in nodes)
        {
            for (var slice = node.First; slice < node.End; slice++)
            {
                _slices[slice] ??= new LocalSlice(_setup.Tree, slice, _gradient);
            }

            // A sub-tree's first difference is made where its sum is to be; beside it as many may wait as there are whole levels.
            for (var level = 0; level < int.Log2(node.Count); level++)
            {
                _differences[level] ??= new AlignedBuffer(_setup.Network.Layout.Length);
            }
        }
    }

    /// <inheritdoc/>
    public PartList Parts => new(_nodes);

    /// <inheritdoc/>
    public StepProgress Begin(long step, double? rate)
    {
        Denormals.Require();
        if ((rate ?? _setup.Job.LearningRate.Rate) is var wanted && wanted != _rate.Rate)
        {
            _rate = _rate with { Rate = wanted };
        }

        _round = step;
        return new StepProgress(_weights.Length, _weights.Length);
    }

    /// <summary>The only stage: local steps change every parameter again and again.</summary>
    /// <inheritdoc/>
    public StepProgress Advance(ReadOnlySpan<float> weights)
    {
        _setup.Plan.CountSlices((int)(_round % _setup.Plan.StepsPerEpoch), _counts);
        foreach (var node in _nodes)
        {
            if (node.Computed != _round)
            {
                node.Begin(_round);
                SumSlices(node.Part, weights);
                node.Computed = _round;
            }
        }

        return default;
    }

    /// <summary>Runs the slices of a node in order, each as soon as what it is added to is there, and adds their differences and costs up along the tree.</summary>
    private void SumSlices(GradientPart part, ReadOnlySpan<float> weights)
    {
        Span<double> costs = stackalloc double[_differences.Length + 1];
        var depth = 0;
        var next = 0;
        ReductionTree.WriteLeaves(part.Node, _counts, _leaves);
        part.Correct = 0;
        for (var i = 0; i < part.Node.Count; i++)
        {
            var slice = _slices[part.Node.First + i]!;
            slice.Begin();
            part.Slices[i] = default;
            if (_counts[part.Node.First + i] == 0)
            {
                continue;
            }

            Run(slice, part.Step, weights);
            part.Slices[i] = slice.Tally;
            part.Correct += slice.Correct;
            WriteDifference(weights, slice.Tally.Count, Difference(part, depth));
            var cost = slice.Cost;
            for (var merges = _leaves[next++].MergesAfter; merges > 0; merges--)
            {
                depth--;
                VectorOps.Add(Difference(part, depth), Difference(part, depth + 1), Difference(part, depth));
                cost = costs[depth] + cost;
            }

            costs[depth++] = cost;
        }

        part.Cost = depth == 0 ? 0 : costs[0];
    }

    /// <summary>Makes a slice's local steps, which leave its weights in <see cref="_weights"/>.</summary>
    private void Run(LocalSlice slice, long round, ReadOnlySpan<float> weights)
    {
        var (epoch, first, count) = _setup.StepsOf(round);
        _optimizer.Reset();
        var from = weights;
        for (var step = first; step < first + count; step++)
        {
            _batch.Begin(epoch, step);
            _batch.Draw(slice.Minibatch);
            if (slice.Minibatch.Rows == 0)
            {
                // The epoch's last minibatch does not reach this slice.
                return;
            }

            _batch.Run(from, slice.Nodes);
            if (!_batch.Judge(slice.Minibatch))
            {
                throw _batch.CostError(slice.Minibatch, $"local step {step - first} of round {round}");
            }

            slice.Add(_optimizer.Version, _batch.Counts);
            _optimizer.Apply(slice.Sum, _setup.LearningRate(_rate, epoch, step), Factor(slice.Sum, round), from, _weights.Span);
            from = _weights.Span;
        }
    }

    private void WriteDifference(ReadOnlySpan<float> weights, int samples, Span<float> difference)
    {
        VectorOps.Subtract(weights, _weights.Span, difference);
        VectorOps.Scale(difference, samples, difference);
    }

    /// <summary>What the slice's gradient is multiplied by.</summary>
    private float Factor(GradientAccumulator gradient, long round)
    {
        try
        {
            return _setup.Job.ClipNorm is > 0 and var clip ? _optimizer.Squares(gradient, clip).Factor() : 1;
        }
        catch (ActorNetException error)
        {
            throw new ActorNetException($"Round {round}: {error.Message}", error);
        }
    }

    /// <summary>Where the difference at a depth of the stack is: the lowest is the node's part itself.</summary>
    private Span<float> Difference(GradientPart part, int depth) => depth == 0 ? part.Gradient.Span : _differences[depth - 1].Span;

    /// <summary>A slice on its way through a round. All slices of a worker share one gradient: they run one after the other.</summary>
    private sealed class LocalSlice
    {
        private int _samples;
        private ulong _digest;

        public LocalSlice(ReductionTree tree, int slice, AlignedBuffer gradient)
        {
            var leaf = new TreeNode(slice, 1);
            Minibatch = new LeasedNode(leaf, gradient) { IsDue = true };
            Nodes = [Minibatch];
            Sum = new GradientAccumulator(tree, gradient.Length, leaf);
        }

        /// <summary>Its part of a minibatch.</summary>
        public LeasedNode Minibatch { get; }

        /// <summary>That alone.</summary>
        public LeasedNode[] Nodes { get; }

        /// <summary>The minibatch's gradient, as a partition takes it.</summary>
        public GradientAccumulator Sum { get; }

        /// <summary>What it has read in the round.</summary>
        public SliceTally Tally => new(_samples, _digest);

        /// <summary>The cost of the round's samples, each at the weights of its step.</summary>
        public double Cost { get; private set; }

        /// <summary>Samples answered correctly, each at the weights of its step.</summary>
        public int Correct { get; private set; }

        public void Begin() => (_samples, _digest, Cost, Correct) = (0, 0, 0, 0);

        /// <summary>Takes the minibatch, whose gradient is computed.</summary>
        public void Add(long step, ReadOnlySpan<int> counts)
        {
            var part = Minibatch.Part;
            part.Step = step;
            Sum.Begin(step, counts);
            Sum.Add(part, part.Gradient);
            _samples += part.Slices[0].Count;
            _digest += part.Slices[0].Digest;
            Cost += part.Cost;
            Correct += part.Correct;
        }
    }
}
