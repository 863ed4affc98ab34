using System.Runtime.CompilerServices;

using ActorNet.Core.Numerics;

namespace ActorNet.Core.Optimization;

/// <summary>
/// Gradient descent with momentum (Polyak 1964) in the form of PyTorch's <c>torch.optim.SGD</c>: v ← μ v + g, w ← w − η v.
/// The velocity holds no learning rate, so that a schedule acts at once.
/// </summary>
/// <remarks>The operations for an element: <c>v' = fma(μ, v, g)</c>, <c>w' = fma(−η, v', w)</c>. State 0 is v.</remarks>
internal sealed class Momentum : RuleOptimizer<Momentum.Rule>
{
    private readonly float _coefficient;

    /// <summary>Momentum with the coefficient μ, at least 0 and under 1.</summary>
    /// <exception cref="ActorNetException">The coefficient is out of range.</exception>
    public Momentum(double coefficient) => _coefficient = (float)Coefficient.Fraction("momentum", coefficient);

    /// <inheritdoc/>
    public override string Name => "momentum";

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
            state0 = TSimd.MultiplyAdd(TSimd.Broadcast(coefficient), state0, gradient);
            return TSimd.MultiplyAdd(TSimd.Broadcast(minusRate), state0, weights);
        }
    }
}
