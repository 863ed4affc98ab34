namespace ActorNet.Core.Optimization;

/// <summary>An optimizer that is one rule for an element, with coefficients that are the same for all elements of an update.</summary>
internal abstract class RuleOptimizer<TRule> : Optimizer
    where TRule : struct, IUpdateRule
{
    /// <inheritdoc/>
    public sealed override int StateCount => TRule.StateCount;

    /// <inheritdoc/>
    public sealed override void Step(
        in UpdateContext update,
        ReadOnlySpan<float> weights,
        ReadOnlySpan<float> gradient,
        Span<float> state0,
        Span<float> state1,
        Span<float> next) =>
        UpdateKernel.Run(RuleOf(update), update.GradientScale, weights, gradient, state0, state1, next);

    /// <summary>The rule of one update.</summary>
    internal abstract TRule RuleOf(in UpdateContext update);
}
