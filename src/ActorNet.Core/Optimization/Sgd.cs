using System.Runtime.CompilerServices;

using ActorNet.Core.Numerics;

namespace ActorNet.Core.Optimization;

/// <summary>
/// Stochastic gradient descent: w ← w − η g (Nielsen, Neural Networks and Deep Learning, equation 20; Robbins and Monro 1951).
/// </summary>
/// <remarks>The operations for an element: <c>w' = fma(−η, g, w)</c>.</remarks>
internal sealed class Sgd : Optimizer
{
    /// <inheritdoc/>
    public override string Name => "sgd";

    /// <inheritdoc/>
    public override int StateCount => 0;

    /// <inheritdoc/>
    public override void Step(
        in UpdateContext update,
        ReadOnlySpan<float> weights,
        ReadOnlySpan<float> gradient,
        Span<float> state0,
        Span<float> state1,
        Span<float> next) =>
        UpdateKernel.Run(new Rule(-update.LearningRate), weights, gradient, state0, state1, next);

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
