using ActorNet.Core.Data;
using ActorNet.Core.Models;
using ActorNet.Core.Numerics;

namespace ActorNet.Core.Training;

/// <summary>
/// The samples that some nodes of the reduction tree have in one minibatch, as one batch: drawn, run forwards and backwards, judged, and each node's gradient
/// summed in tree order. Everything it needs is allocated when the lease changes, nothing in a step.
/// </summary>
internal sealed class NodeBatch
{
    private readonly TrainingSetup _setup;
    private readonly int[] _counts;
    private readonly SliceReader?[] _readers;
    private readonly TreeLeaf[] _leaves;
    private readonly float[] _scratch;
    private NetworkPass? _pass;
    private long[] _positions = [];
    private float[] _sampleWeights = [];
    private LeasedNode[] _nodes = [];
    private int _epoch;
    private int _step;
    private int _rows;

    /// <summary>A batch that has no room yet.</summary>
    public NodeBatch(TrainingSetup setup)
    {
        _setup = setup;
        _counts = new int[setup.Plan.Slices];
        _readers = new SliceReader[setup.Plan.Slices];
        _leaves = new TreeLeaf[setup.Plan.Slices];
        _scratch = new float[setup.Treatment is null ? 0 : setup.Network.InputSize];
    }

    /// <summary>Samples of the slices that were drawn, by slice.</summary>
    public ReadOnlySpan<int> Counts => _counts;

    /// <summary>Makes ready for slices.</summary>
    /// <param name="leased">The nodes that have them.</param>
    /// <param name="atOnce">The most slices that one batch has.</param>
    public void Open(IReadOnlyList<TreeNode> leased, int atOnce)
    {
        var rows = atOnce * _setup.Steps.MostRows;
        if (rows > (_pass?.MaxRows ?? 0))
        {
            _pass = new NetworkPass(_setup.Network, rows);
            _positions = new long[rows];
            _sampleWeights = new float[_setup.Treatment is { Weighs: true } ? rows : 0];
        }

        for (var slice = 0; slice < _readers.Length; slice++)
        {
            var isLeased = leased.Any(node => node.Covers(new TreeNode(slice, 1)));
            _readers[slice] = isLeased ? _readers[slice] ?? _setup.Data.OpenSlice(_setup.Plan.Order, slice) : null;
        }
    }

    /// <summary>Begins the batch of a minibatch.</summary>
    /// <param name="epoch">The epoch, from 1.</param>
    /// <param name="step">The minibatch of the epoch.</param>
    public void Begin(int epoch, int step) => (_epoch, _step, _rows) = (epoch, step, 0);

    /// <summary>Reads the samples of a node, and counts them in its part.</summary>
    /// <exception cref="SliceException">Reading a slice's samples failed.</exception>
    public void Draw(LeasedNode node)
    {
        node.FirstRow = _rows;
        for (var i = 0; i < node.Part.Slices.Length; i++)
        {
            node.Part.Slices[i] = Draw(node.Node.First + i);
        }

        node.Rows = _rows - node.FirstRow;
    }

    /// <summary>Runs the batch through a layer, after those before it.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="weights">The parameter vector; of it that layer's alone need be there.</param>
    public void Forward(int layer, ReadOnlySpan<float> weights)
    {
        if (_rows > 0)
        {
            _pass!.ForwardLayer(layer, weights, _rows, Draws);
        }
    }

    /// <summary>Begins the way back, once the batch is through the last layer.</summary>
    public void Turn()
    {
        if (_rows > 0)
        {
            _pass!.OutputDelta(_setup.Cost, _rows, WeightsOf(0, _rows));
        }
    }

    /// <summary>Writes the gradient of a layer, after those behind it, of the nodes that are due and were drawn.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="weights">The whole parameter vector.</param>
    /// <param name="nodes">The nodes.</param>
    public void Backward(int layer, ReadOnlySpan<float> weights, LeasedNode[] nodes)
    {
        if (_rows > 0)
        {
            _nodes = nodes;
            _pass!.BackwardLayer(layer, weights, _rows, Draws, new Sink(this));
        }
    }

    /// <summary>Runs the batch forwards and backwards, and writes the gradients of the nodes that are due and were drawn.</summary>
    /// <param name="weights">The whole parameter vector.</param>
    /// <param name="nodes">The nodes.</param>
    public void Run(ReadOnlySpan<float> weights, LeasedNode[] nodes)
    {
        var layers = _setup.Network.Layers.Count;
        for (var layer = 0; layer < layers; layer++)
        {
            Forward(layer, weights);
        }

        Turn();
        for (var layer = layers - 1; layer >= 0; layer--)
        {
            Backward(layer, weights, nodes);
        }
    }

    /// <summary>Writes the cost and the correct answers of a node to its part.</summary>
    /// <param name="node">The node, once the batch is through the last layer.</param>
    /// <returns>Whether the cost is finite.</returns>
    public bool Judge(LeasedNode node)
    {
        Span<double> costs = stackalloc double[int.Log2(_counts.Length) + 2];
        var depth = 0;
        var row = node.FirstRow;
        var correct = 0;
        var leaves = _leaves.AsSpan(0, ReductionTree.WriteLeaves(node.Node, _counts, _leaves));
        var outputs = _pass!.Outputs(_rows);
        var targets = _pass.Targets(_rows);
        foreach (var leaf in leaves)
        {
            var score = Scoring.Judge(
                _setup.Data.Task, _setup.Cost, _setup.Network.OutputActivation, outputs.RowRange(row, leaf.Rows), targets.RowRange(row, leaf.Rows), WeightsOf(row, leaf.Rows));
            row += leaf.Rows;
            correct += score.Correct;
            var cost = score.Cost;
            for (var merges = leaf.MergesAfter; merges > 0; merges--)
            {
                cost = costs[--depth] + cost;
            }

            costs[depth++] = cost;
        }

        node.Part.Cost = depth == 0 ? 0 : costs[0];
        node.Part.Correct = correct;
        return double.IsFinite(node.Part.Cost);
    }

    /// <summary>The error of a node whose cost is not finite.</summary>
    /// <param name="node">The node.</param>
    /// <param name="step">What people call the step.</param>
    public ActorNetException CostError(LeasedNode node, string step) =>
        FiniteNumbers.CostError(_setup, _pass!, step, node.Node, _counts, node.FirstRow);

    private SampleDraws Draws => new(_setup.Job.Seed, _epoch, _positions.AsSpan(0, _rows));

    /// <summary>Reads the samples of a slice into the batch.</summary>
    private SliceTally Draw(int slice)
    {
        var (first, count) = _setup.Steps.Draws(_step, slice);
        var reader = _readers[slice]!;
        var digest = 0UL;
        for (var k = 0; k < count; k++)
        {
            var sample = reader.Seek(_epoch, first + k);
            _positions[_rows] = ((long)(first + k) * _setup.Plan.Slices) + slice;
            Read(reader, sample, _rows, slice);
            Treat(_rows++);
            digest += SlicePlan.Digest(sample);
        }

        _counts[slice] = count;
        return new SliceTally(count, digest);
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

    private void Treat(int row)
    {
        if (_setup.Treatment is { } treatment)
        {
            var weight = treatment.Apply(
                _pass!.Inputs(row + 1).Row(row), _pass.Targets(row + 1).Row(row), _scratch, _epoch, _positions[row]);
            if (treatment.Weighs)
            {
                _sampleWeights[row] = weight;
            }
        }
    }

    /// <summary>What rows of the batch count; empty where all count 1.</summary>
    private ReadOnlySpan<float> WeightsOf(int row, int rows) => _sampleWeights.Length == 0 ? [] : _sampleWeights.AsSpan(row, rows);

    /// <summary>Writes each layer's gradient to every node that is due and has samples.</summary>
    private readonly struct Sink(NodeBatch batch) : IGradientSink
    {
        public void Write(int index, Layer layer, in LayerBatch layerBatch, ReadOnlyMatrix delta)
        {
            foreach (var node in batch._nodes)
            {
                var count = node.IsDue ? ReductionTree.WriteLeaves(node.Node, batch._counts, batch._leaves) : 0;
                if (count > 0)
                {
                    var destination = batch._setup.Network.Layout.OfLayer(node.Gradient, index);
                    var leaves = batch._leaves.AsSpan(0, count);
                    layer.BackwardParameters(layerBatch, delta, new GradientWriter(destination, leaves, node.FirstRow, node.Rows, layerBatch.Scratch));
                }
            }
        }
    }
}
