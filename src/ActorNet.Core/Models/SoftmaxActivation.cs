using System.Runtime.CompilerServices;
using ActorNet.Core.Numerics;

namespace ActorNet.Core.Models;

/// <summary>
/// a_i = e^z_i / Σ_j e^z_j over each sample's outputs (Nielsen, chapter 3, eq. 78), da_i/dz_j = a_i (δ_ij - a_j).
/// </summary>
internal sealed class SoftmaxActivation : Activation
{
    public override string Name => "softmax";

    public override OutputRange Range => OutputRange.Distribution;

    public override void Forward(ReadOnlySpan<float> z, Span<float> a, int width) => VectorMath.SoftmaxRows(z, a, width);

    /// <summary>dC/dz_i = a_i (g_i - Σ_j a_j g_j), with g = dC/da and the sum in double in ascending order.</summary>
    public override void Backward(ReadOnlySpan<float> z, ReadOnlySpan<float> a, Span<float> gradient, int width)
    {
        for (var start = 0; start < a.Length; start += width)
        {
            var row = a.Slice(start, width);
            var rowGradient = gradient.Slice(start, width);
            var mean = 0.0;
            for (var i = 0; i < width; i++)
            {
                mean += (double)row[i] * rowGradient[i];
            }
            Elementwise.Map(new TimesDeviation((float)mean), row, rowGradient, rowGradient);
        }
    }

    private readonly struct TimesDeviation(float mean) : IBinaryOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Apply<TVec, TSimd>(TVec a, TVec gradient) where TVec : struct where TSimd : struct, ISimdBits<TVec> =>
            TSimd.Multiply(a, TSimd.Subtract(gradient, TSimd.Broadcast(mean)));
    }
}
