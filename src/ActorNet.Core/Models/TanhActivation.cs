using System.Runtime.CompilerServices;
using ActorNet.Core.Numerics;

namespace ActorNet.Core.Models;

/// <summary>a = tanh z, da/dz = 1 - a².</summary>
internal sealed class TanhActivation : Activation
{
    public override string Name => "tanh";

    public override void Forward(ReadOnlySpan<float> z, Span<float> a, int width) => VectorMath.Tanh(z, a);

    public override void Backward(ReadOnlySpan<float> z, ReadOnlySpan<float> a, Span<float> gradient, int width) =>
        Elementwise.Map(new TimesSlope(), a, gradient, gradient);

    private readonly struct TimesSlope : IBinaryOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Apply<TVec, TSimd>(TVec a, TVec gradient) where TVec : struct where TSimd : struct, ISimdBits<TVec>
        {
            var minusA = TSimd.Subtract(TSimd.Broadcast(0f), a);
            return TSimd.Multiply(gradient, TSimd.MultiplyAdd(minusA, a, TSimd.Broadcast(1f)));
        }
    }
}
