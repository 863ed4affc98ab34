using ActorNet.Core.Numerics;

namespace ActorNet.Core.Training;

/// <summary>
/// Computes the gradients of the sub-trees leased to one worker: draws their samples, runs them forwards and backwards as one batch, and sums each
/// sub-tree in tree order. Everything it needs is allocated when its lease changes, nothing in a step.
/// </summary>
internal sealed class GradientCalculator : IPartCalculator
{
    private readonly TrainingSetup _setup;
    private readonly NodeBatch _batch;
    private LeasedNode[] _nodes = [];

    /// <summary>A calculator without a lease.</summary>
    public GradientCalculator(TrainingSetup setup)
    {
        _setup = setup;
        _batch = new NodeBatch(setup);
    }

    /// <summary>The nodes that <see cref="Compute(long, ReadOnlySpan{float})"/> computes, ascending.</summary>
    public IReadOnlyList<TreeNode> Lease { get; private set; } = [];

    /// <inheritdoc/>
    public void SetLease(IReadOnlyList<TreeNode> nodes)
    {
        if (LeasedNode.AreSame(nodes, Lease))
        {
            return;
        }

        Lease = [.. nodes];
        _batch.Open(nodes, nodes.Sum(node => node.Count));
        _nodes = LeasedNode.Lease(nodes, _nodes, _setup.Network.Layout.Length);
    }

    /// <inheritdoc/>
    public PartList Compute(long step, ReadOnlySpan<float> weights, double? rate) => Compute(step, weights);

    /// <inheritdoc cref="IPartCalculator.Compute"/>
    public PartList Compute(long step, ReadOnlySpan<float> weights)
    {
        Denormals.Require();
        var (epoch, stepOfEpoch, _) = _setup.StepsOf(step);
        _batch.Begin(epoch, stepOfEpoch);
        foreach (var node in _nodes)
        {
            node.IsDue = node.Computed != step;
            if (node.IsDue)
            {
                _batch.Draw(node);
                node.Part.Step = step;
            }
        }

        _batch.Run(weights, _nodes);
        foreach (var node in _nodes)
        {
            if (!node.IsDue)
            {
                continue;
            }

            if (!_batch.Judge(node))
            {
                throw _batch.CostError(node, $"step {step}");
            }

            node.Computed = step;
        }

        return new PartList(_nodes);
    }
}
