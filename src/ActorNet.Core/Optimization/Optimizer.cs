namespace ActorNet.Core.Optimization;

/// <summary>
/// A rule that turns weights, their mean gradient and the optimizer's own state into the next weights. It works element by element,
/// so it gives the same bits however the parameters are cut into partitions. An optimizer holds no state of its own: the partition
/// does, so one instance may serve many partitions and threads.
/// </summary>
internal abstract class Optimizer
{
    /// <summary>The name in a job file and on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>How many vectors of state, each as long as the partition, this optimizer keeps: 0, 1 or 2. They start as zeros.</summary>
    public abstract int StateCount { get; }

    /// <summary>Whether the rule itself lets weights decay, so that it must be told which elements do.</summary>
    public virtual bool DecaysWeights => false;

    /// <summary>
    /// Makes one update. Each element's result depends on that element's inputs alone and has the same bits at any vector width and
    /// position; a rule of one's own must keep that promise.
    /// </summary>
    /// <param name="update">The number of the update, its learning rate and what the gradient is multiplied by.</param>
    /// <param name="weights">The weights before the update, n elements.</param>
    /// <param name="gradient">The gradient of the minibatch, which the update's scale makes its mean, with the decay already added, n elements.</param>
    /// <param name="state0">The first state vector, n elements, updated in place; empty when <see cref="StateCount"/> is 0.</param>
    /// <param name="state1">The second state vector, n elements, updated in place; empty when <see cref="StateCount"/> is under 2.</param>
    /// <param name="next">Takes the weights after the update, n elements; may be <paramref name="weights"/> itself, but must not
    /// overlap any input otherwise.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public abstract void Step(
        in UpdateContext update,
        ReadOnlySpan<float> weights,
        ReadOnlySpan<float> gradient,
        Span<float> state0,
        Span<float> state1,
        Span<float> next);
}
