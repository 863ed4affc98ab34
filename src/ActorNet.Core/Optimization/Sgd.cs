using System.Runtime.CompilerServices;

using ActorNet.Core.Numerics;

namespace ActorNet.Core.Optimization;

/// <summary>
/// Stochastic gradient descent: w ← w − η g (Nielsen, Neural Networks and Deep Learning, equation 20; Robbins and Monro 1951).
/// </summary>
/// <remarks>The operations for an element: <c>w' = fma(−η, g, w)</c>.</remarks>
internal sealed class Sgd : RuleOptimizer<Sgd.Rule>
{
    /// <inheritdoc/>
    public override string Name => "sgd";

    /// <inheritdoc/>
    internal override Rule RuleOf(in UpdateContext update) => new(-update.LearningRate);

    internal readonly struct Rule(float minusRate) : IUpdateRule
    {
        public static int StateCount => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Next<TVec, TSimd>(TVec weights, TVec gradient, ref TVec state0, ref TVec state1)
            where TVec : struct
            where TSimd : struct, ISimd<TVec> =>
            TSimd.MultiplyAdd(TSimd.Broadcast(minusRate), gradient, weights);
    }
}
