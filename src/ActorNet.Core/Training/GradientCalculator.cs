using ActorNet.Core.Models;
using ActorNet.Core.Numerics;

namespace ActorNet.Core.Training;

/// <summary>
/// Computes the gradients of the sub-trees leased to one worker: draws their samples, runs them forwards and backwards as one batch, and sums each
/// sub-tree in tree order. A stage is a layer: forwards from the first, which needs that layer's weights, then backwards from the last, which ends its gradient.
/// Everything it needs is allocated when its lease changes, nothing in a step.
/// </summary>
internal sealed class GradientCalculator : IPartCalculator
{
    private readonly TrainingSetup _setup;
    private readonly NodeBatch _batch;
    private LeasedNode[] _nodes = [];
    private long _step;
    private int _next;
    private bool _isGoingBack;

    /// <summary>A calculator without a lease.</summary>
    public GradientCalculator(TrainingSetup setup)
    {
        _setup = setup;
        _batch = new NodeBatch(setup);
    }

    /// <summary>The nodes that it computes, ascending.</summary>
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
    public PartList Parts => new(_nodes);

    /// <inheritdoc/>
    public StepProgress Begin(long step, double? rate = null)
    {
        Denormals.Require();
        var (epoch, stepOfEpoch, _) = _setup.StepsOf(step);
        _batch.Begin(epoch, stepOfEpoch);
        foreach (var node in _nodes)
        {
            node.IsDue = node.Computed != step;
            node.Begin(step);
            if (node.IsDue)
            {
                _batch.Draw(node);
            }
        }

        (_step, _next, _isGoingBack) = (step, 0, false);
        return Progress;
    }

    /// <inheritdoc/>
    public StepProgress Advance(ReadOnlySpan<float> weights)
    {
        if (_isGoingBack)
        {
            _batch.Backward(_next, weights, _nodes);
            _next--;
        }
        else
        {
            _batch.Forward(_next, weights);
            _next++;
        }

        if (_next == _setup.Network.Layers.Count)
        {
            Turn();
        }
        else if (Progress.IsDone)
        {
            // What is left of the way back, if anything, has no parameters.
            End();
        }

        return Progress;
    }

    /// <inheritdoc cref="IPartCalculator.Compute"/>
    public PartList Compute(long step, ReadOnlySpan<float> weights) => ((IPartCalculator)this).Compute(step, weights, rate: null);

    private StepProgress Progress =>
        _isGoingBack ? new StepProgress(0, Layout.LayerOffset(_next + 1)) : new StepProgress(Layout.LayerOffset(_next + 1), Layout.Length);

    private ParameterLayout Layout => _setup.Network.Layout;

    /// <summary>The batch is through the last layer: what it is worth is known.</summary>
    private void Turn()
    {
        foreach (var node in _nodes)
        {
            if (node.IsDue && !_batch.Judge(node))
            {
                throw _batch.CostError(node, $"step {_step}");
            }
        }

        _batch.Turn();
        (_next, _isGoingBack) = (_setup.Network.Layers.Count - 1, true);
    }

    private void End()
    {
        foreach (var node in _nodes)
        {
            node.Computed = _step;
        }
    }
}
