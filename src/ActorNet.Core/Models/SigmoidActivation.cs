using System.Runtime.CompilerServices;
using ActorNet.Core.Numerics;

namespace ActorNet.Core.Models;

/// <summary>a = 1 / (1 + e^-z), da/dz = a (1 - a) (Nielsen, chapter 1, eq. 3).</summary>
internal sealed class SigmoidActivation : Activation
{
    public override string Name => "sigmoid";

    public override OutputRange Range => OutputRange.UnitInterval;

    public override void Forward(ReadOnlySpan<float> z, Span<float> a, int width) => VectorMath.Sigmoid(z, a);

    public override void Backward(ReadOnlySpan<float> z, ReadOnlySpan<float> a, Span<float> gradient, int width) =>
        Elementwise.Map(new TimesSlope(), a, gradient, gradient);

    private readonly struct TimesSlope : IBinaryOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Apply<TVec, TSimd>(TVec a, TVec gradient) where TVec : struct where TSimd : struct, ISimdBits<TVec> =>
            TSimd.Multiply(gradient, TSimd.Multiply(a, TSimd.Subtract(TSimd.Broadcast(1f), a)));
    }
}
