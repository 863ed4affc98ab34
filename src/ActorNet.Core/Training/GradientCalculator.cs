using ActorNet.Core.Data;
using ActorNet.Core.Models;
using ActorNet.Core.Numerics;

namespace ActorNet.Core.Training;

/// <summary>
/// Computes the gradients of the sub-trees leased to one worker: draws their samples, runs them forwards and backwards as one batch, and sums each
/// sub-tree in tree order. Everything it needs is allocated when its lease changes, nothing in a step.
/// </summary>
internal sealed class GradientCalculator
{
    private readonly TrainingSetup _setup;
    private readonly int[] _counts;
    private readonly SliceReader?[] _readers;
    private readonly TreeLeaf[] _leaves;
    private readonly float[] _scratch;
    private NetworkPass? _pass;
    private long[] _positions = [];
    private float[] _sampleWeights = [];
    private Root[] _roots = [];

    /// <summary>A calculator without a lease.</summary>
    public GradientCalculator(TrainingSetup setup)
    {
        _setup = setup;
        _counts = new int[setup.Plan.Slices];
        _readers = new SliceReader[setup.Plan.Slices];
        _leaves = new TreeLeaf[setup.Plan.Slices];
        _scratch = new float[setup.Treatment is null ? 0 : setup.Network.InputSize];
    }

    /// <summary>The nodes that <see cref="Compute"/> computes, ascending.</summary>
    public IReadOnlyList<TreeNode> Lease { get; private set; } = [];

    /// <summary>Takes another lease.</summary>
    /// <param name="nodes">Nodes of the reduction tree without a slice in common, ascending.</param>
    public void SetLease(IReadOnlyList<TreeNode> nodes)
    {
        if (IsLease(nodes))
        {
            return;
        }

        Lease = [.. nodes];
        var rows = nodes.Sum(node => node.Count) * _setup.Plan.MostRows;
        if (rows > (_pass?.MaxRows ?? 0))
        {
            _pass = new NetworkPass(_setup.Network, rows);
            _positions = new long[rows];
            _sampleWeights = new float[_setup.Treatment is { Weighs: true } ? rows : 0];
        }

        _roots = [.. nodes.Select(node => _roots.FirstOrDefault(root => root.Part.Node == node) ?? new Root(node, _setup.Network.Layout.Length))];
        for (var slice = 0; slice < _readers.Length; slice++)
        {
            var leased = nodes.Any(node => node.Covers(new TreeNode(slice, 1)));
            _readers[slice] = leased ? _readers[slice] ?? _setup.Data.OpenSlice(_setup.Plan.Order, slice) : null;
        }
    }

    /// <summary>
    /// Computes the leased gradients of a step. What was computed for this step already, under an earlier lease, stays as it is: somebody may be reading it.
    /// </summary>
    /// <param name="step">The step, from 0: the version of the weights.</param>
    /// <param name="weights">The whole parameter vector at that version.</param>
    /// <returns>One part per leased node, valid until the next call.</returns>
    /// <exception cref="SliceException">Reading a slice's samples failed.</exception>
    /// <exception cref="ActorNetException">The cost is not finite; names step, slice and layer. Or this thread loses denormal numbers.</exception>
    public PartList Compute(long step, ReadOnlySpan<float> weights)
    {
        Denormals.Require();
        var epoch = (int)(step / _setup.Plan.StepsPerEpoch) + 1;
        var stepOfEpoch = (int)(step % _setup.Plan.StepsPerEpoch);
        var rows = 0;
        foreach (var root in _roots)
        {
            root.IsDue = root.Computed != step;
            if (root.IsDue)
            {
                root.FirstRow = rows;
                rows = Draw(root.Part, epoch, stepOfEpoch, rows);
                root.Part.Step = step;
                root.Rows = rows - root.FirstRow;
            }
        }

        var pass = _pass!;
        if (rows > 0)
        {
            var draws = new SampleDraws(_setup.Job.Seed, epoch, _positions.AsSpan(0, rows));
            pass.Forward(weights, rows, draws);
            pass.OutputDelta(_setup.Cost, rows, WeightsOf(0, rows));
            pass.Backward(weights, rows, draws, new Sink(this));
        }

        foreach (var root in _roots)
        {
            if (!root.IsDue)
            {
                continue;
            }

            Judge(root);
            if (!double.IsFinite(root.Part.Cost))
            {
                throw FiniteNumbers.CostError(_setup, pass, step, root.Part.Node, _counts, root.FirstRow);
            }

            root.Computed = step;
        }

        return new PartList(_roots);
    }

    /// <summary>Asked with every step: it must not allocate, as enumerating would.</summary>
    private bool IsLease(IReadOnlyList<TreeNode> nodes)
    {
        var same = nodes.Count == Lease.Count;
        for (var i = 0; same && i < nodes.Count; i++)
        {
            same = nodes[i] == Lease[i];
        }

        return same;
    }

    /// <summary>Reads the samples of a part into the batch.</summary>
    private int Draw(GradientPart part, int epoch, int stepOfEpoch, int row)
    {
        for (var i = 0; i < part.Slices.Length; i++)
        {
            var slice = part.Node.First + i;
            var (first, count) = _setup.Plan.Draws(stepOfEpoch, slice);
            var reader = _readers[slice]!;
            var digest = 0UL;
            for (var k = 0; k < count; k++)
            {
                var sample = reader.Seek(epoch, first + k);
                _positions[row] = ((long)(first + k) * _setup.Plan.Slices) + slice;
                Read(reader, sample, row, slice);
                Treat(row++, epoch);
                digest += SlicePlan.Digest(sample);
            }

            _counts[slice] = count;
            part.Slices[i] = new SliceTally(count, digest);
        }

        return row;
    }

    private void Read(SliceReader reader, int sample, int row, int slice)
    {
        try
        {
            var pass = _pass!;
            reader.Read(pass.Inputs(row + 1).Row(row), pass.Targets(row + 1).Row(row));
        }
        catch (Exception cause)
        {
            throw new SliceException(slice, $"reading sample {sample} of '{_setup.Data.Name}' failed: {cause.Message}", cause);
        }
    }

    private void Treat(int row, int epoch)
    {
        if (_setup.Treatment is { } treatment)
        {
            var weight = treatment.Apply(
                _pass!.Inputs(row + 1).Row(row), _pass.Targets(row + 1).Row(row), _scratch, epoch, _positions[row]);
            if (treatment.Weighs)
            {
                _sampleWeights[row] = weight;
            }
        }
    }

    /// <summary>What rows of the batch count; empty where all count 1.</summary>
    private ReadOnlySpan<float> WeightsOf(int row, int rows) => _sampleWeights.Length == 0 ? [] : _sampleWeights.AsSpan(row, rows);

    private void Judge(Root root)
    {
        Span<double> costs = stackalloc double[int.Log2(_counts.Length) + 2];
        var depth = 0;
        var row = root.FirstRow;
        var correct = 0;
        var leaves = _leaves.AsSpan(0, ReductionTree.WriteLeaves(root.Part.Node, _counts, _leaves));
        foreach (var leaf in leaves)
        {
            var outputs = _pass!.Outputs(row + leaf.Rows).RowRange(row, leaf.Rows);
            var targets = _pass.Targets(row + leaf.Rows).RowRange(row, leaf.Rows);
            var score = Scoring.Judge(_setup.Data.Task, _setup.Cost, _setup.Network.OutputActivation, outputs, targets, WeightsOf(row, leaf.Rows));
            row += leaf.Rows;
            correct += score.Correct;
            var cost = score.Cost;
            for (var merges = leaf.MergesAfter; merges > 0; merges--)
            {
                cost = costs[--depth] + cost;
            }

            costs[depth++] = cost;
        }

        root.Part.Cost = depth == 0 ? 0 : costs[0];
        root.Part.Correct = correct;
    }

    /// <summary>A leased node and its rows of the batch.</summary>
    internal sealed class Root(TreeNode node, int parameters)
    {
        private readonly AlignedBuffer _gradient = new(parameters);

        public GradientPart Part => field ??= new GradientPart(node, _gradient.Memory);

        public Span<float> Gradient => _gradient.Span;

        /// <summary>The step that it was computed for last; -1 for none.</summary>
        public long Computed { get; set; } = -1;

        /// <summary>Whether it is computed now.</summary>
        public bool IsDue { get; set; }

        public int FirstRow { get; set; }

        public int Rows { get; set; }
    }

    /// <summary>Writes each layer's gradient to every leased node that has samples.</summary>
    private readonly struct Sink(GradientCalculator calculator) : IGradientSink
    {
        public void Write(int index, Layer layer, in LayerBatch batch, ReadOnlyMatrix delta)
        {
            foreach (var root in calculator._roots)
            {
                var count = root.IsDue ? ReductionTree.WriteLeaves(root.Part.Node, calculator._counts, calculator._leaves) : 0;
                if (count > 0)
                {
                    var destination = calculator._setup.Network.Layout.OfLayer(root.Gradient, index);
                    var leaves = calculator._leaves.AsSpan(0, count);
                    layer.BackwardParameters(batch, delta, new GradientWriter(destination, leaves, root.FirstRow, root.Rows, batch.Scratch));
                }
            }
        }
    }
}

/// <summary>The parts that a calculator has just computed.</summary>
internal readonly struct PartList
{
    private readonly GradientCalculator.Root[] _roots;

    internal PartList(GradientCalculator.Root[] roots) => _roots = roots;

    /// <summary>How many.</summary>
    public int Count => _roots.Length;

    /// <summary>One of them.</summary>
    public GradientPart this[int index] => _roots[index].Part;
}

/// <summary>The work on one slice failed, and on which.</summary>
internal sealed class SliceException : Exception
{
    /// <summary>A failure of <paramref name="slice"/>.</summary>
    public SliceException(int slice, string message, Exception cause)
        : base(message, cause) => Slice = slice;

    /// <summary>The slice.</summary>
    public int Slice { get; }
}
