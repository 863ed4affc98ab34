using System.Runtime.CompilerServices;
using ActorNet.Core.Numerics;

namespace ActorNet.Core.Models;

/// <summary>a = max(0, z), da/dz = 1 where z is positive and 0 elsewhere, at 0 too. NaN stays NaN.</summary>
internal sealed class ReluActivation : Activation
{
    public override string Name => "relu";

    public override void Forward(ReadOnlySpan<float> z, Span<float> a, int width) => Elementwise.Map(new Rectify(), z, a);

    public override void Backward(ReadOnlySpan<float> z, ReadOnlySpan<float> a, Span<float> gradient, int width) =>
        Elementwise.Map(new WherePositive(), a, gradient, gradient);

    private readonly struct Rectify : IUnaryOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Apply<TVec, TSimd>(TVec z) where TVec : struct where TSimd : struct, ISimdBits<TVec> =>
            TSimd.AtLeast(z, TSimd.Broadcast(0f));
    }

    private readonly struct WherePositive : IBinaryOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Apply<TVec, TSimd>(TVec a, TVec gradient) where TVec : struct where TSimd : struct, ISimdBits<TVec>
        {
            var zero = TSimd.Broadcast(0f);
            return TSimd.IfLess(zero, a, gradient, zero);
        }
    }
}
