using System.Runtime.CompilerServices;

using ActorNet.Core.Numerics;

namespace ActorNet.Core.Optimization;

/// <summary>
/// AdamW (Loshchilov and Hutter 2019, algorithm 2): <see cref="Adam"/>'s update of weights that have first decayed on their own, w ← w − η λ w,
/// so that the decay is not divided by the root of the second moment. η is the scheduled rate, as in PyTorch's <c>torch.optim.AdamW</c>.
/// </summary>
/// <remarks>
/// Once per update, in double and then rounded to float: <c>k = 1 − η λ</c>. The operations for an element: <c>w₁ = k · w</c>, then Adam's with w₁ for w.
/// What does not decay, as biases do not, has k = 1: Adam's own bits.
/// </remarks>
internal sealed class AdamW : RuleOptimizer<AdamW.Rule>
{
    private readonly Adam _adam;
    private readonly double _weightDecay;

    /// <summary>AdamW with Adam's coefficients and the decay λ, 0 or more.</summary>
    /// <exception cref="ActorNetException">A number is out of range.</exception>
    public AdamW(double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0.01)
    {
        _adam = new Adam(beta1, beta2, epsilon);
        _weightDecay = Coefficient.NotNegative("weightDecay", weightDecay);
    }

    /// <inheritdoc/>
    public override string Name => "adamw";

    /// <inheritdoc/>
    public override bool DecaysWeights => _weightDecay != 0;

    /// <inheritdoc/>
    internal override Rule RuleOf(in UpdateContext update) =>
        new(_adam.RuleOf(update), update.Decays ? (float)(1 - (update.LearningRate * _weightDecay)) : 1f);

    internal readonly struct Rule(Adam.Rule adam, float kept) : IUpdateRule
    {
        public static int StateCount => Adam.Rule.StateCount;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Next<TVec, TSimd>(TVec weights, TVec gradient, ref TVec state0, ref TVec state1)
            where TVec : struct
            where TSimd : struct, ISimd<TVec> =>
            adam.Next<TVec, TSimd>(TSimd.Multiply(TSimd.Broadcast(kept), weights), gradient, ref state0, ref state1);
    }
}
