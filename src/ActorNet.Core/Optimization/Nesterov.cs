using System.Runtime.CompilerServices;

using ActorNet.Core.Numerics;

namespace ActorNet.Core.Optimization;

/// <summary>
/// Nesterov's accelerated gradient (Sutskever, Martens, Dahl and Hinton 2013) in the form of PyTorch's <c>torch.optim.SGD</c>:
/// v ← μ v + g, w ← w − η (g + μ v), with the new v.
/// </summary>
/// <remarks>The operations for an element: <c>v' = fma(μ, v, g)</c>, <c>d = fma(μ, v', g)</c>, <c>w' = fma(−η, d, w)</c>.
/// State 0 is v.</remarks>
internal sealed class Nesterov : RuleOptimizer<Nesterov.Rule>
{
    private readonly float _coefficient;

    /// <summary>Nesterov's momentum with the coefficient μ, at least 0 and under 1.</summary>
    /// <exception cref="ActorNetException">The coefficient is out of range.</exception>
    public Nesterov(double coefficient) => _coefficient = (float)Coefficient.Fraction("momentum", coefficient);

    /// <inheritdoc/>
    public override string Name => "nesterov";

    /// <inheritdoc/>
    internal override Rule RuleOf(in UpdateContext update) => new(_coefficient, -update.LearningRate);

    internal readonly struct Rule(float coefficient, float minusRate) : IUpdateRule
    {
        public static int StateCount => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Next<TVec, TSimd>(TVec weights, TVec gradient, ref TVec state0, ref TVec state1)
            where TVec : struct
            where TSimd : struct, ISimd<TVec>
        {
            var mu = TSimd.Broadcast(coefficient);
            state0 = TSimd.MultiplyAdd(mu, state0, gradient);
            var direction = TSimd.MultiplyAdd(mu, state0, gradient);
            return TSimd.MultiplyAdd(TSimd.Broadcast(minusRate), direction, weights);
        }
    }
}
