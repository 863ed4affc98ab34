using System.Runtime.CompilerServices;

namespace ActorNet.Core.Numerics;

/// <summary>
/// Arithmetic on whole spans of equal length. A destination may be one of its sources. Every element is one rounded operation,
/// so its bits depend on neither the vector width nor its place.
/// </summary>
/// <remarks>All throw <see cref="ArgumentException"/> when lengths differ, or when spans overlap from different starts.</remarks>
internal static class VectorOps
{
    /// <summary>destination = x + y.</summary>
    public static void Add(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> destination) =>
        Elementwise.Map(new Sum(), x, y, destination);

    /// <summary>destination = x - y.</summary>
    public static void Subtract(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> destination) =>
        Elementwise.Map(new Difference(), x, y, destination);

    /// <summary>destination = x · y, element by element.</summary>
    public static void Multiply(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> destination) =>
        Elementwise.Map(new Product(), x, y, destination);

    /// <summary>destination = x + scale · y, fused: rounded once.</summary>
    public static void AddScaled(ReadOnlySpan<float> x, float scale, ReadOnlySpan<float> y, Span<float> destination) =>
        Elementwise.Map(new ScaledSum(scale), x, y, destination);

    /// <summary>destination = x + magnitude with the sign of y, or + 0 where y is 0.</summary>
    public static void AddSigned(ReadOnlySpan<float> x, float magnitude, ReadOnlySpan<float> y, Span<float> destination) =>
        Elementwise.Map(new SignedSum(magnitude), x, y, destination);

    /// <summary>destination = scale · x.</summary>
    public static void Scale(ReadOnlySpan<float> x, float scale, Span<float> destination) =>
        Elementwise.Map(new Scaled(scale), x, destination);

    /// <summary>destination = x / divisor.</summary>
    public static void Divide(ReadOnlySpan<float> x, float divisor, Span<float> destination) =>
        Elementwise.Map(new Divided(divisor), x, destination);

    private readonly struct Sum : IBinaryOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Apply<TVec, TSimd>(TVec x, TVec y) where TVec : struct where TSimd : struct, ISimdBits<TVec> =>
            TSimd.Add(x, y);
    }

    private readonly struct Difference : IBinaryOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Apply<TVec, TSimd>(TVec x, TVec y) where TVec : struct where TSimd : struct, ISimdBits<TVec> =>
            TSimd.Subtract(x, y);
    }

    private readonly struct Product : IBinaryOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Apply<TVec, TSimd>(TVec x, TVec y) where TVec : struct where TSimd : struct, ISimdBits<TVec> =>
            TSimd.Multiply(x, y);
    }

    private readonly struct ScaledSum(float scale) : IBinaryOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Apply<TVec, TSimd>(TVec x, TVec y) where TVec : struct where TSimd : struct, ISimdBits<TVec> =>
            TSimd.MultiplyAdd(TSimd.Broadcast(scale), y, x);
    }

    private readonly struct SignedSum(float magnitude) : IBinaryOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Apply<TVec, TSimd>(TVec x, TVec y) where TVec : struct where TSimd : struct, ISimdBits<TVec>
        {
            var zero = TSimd.Broadcast(0f);
            var negative = TSimd.IfLess(y, zero, TSimd.Broadcast(-magnitude), zero);
            return TSimd.Add(x, TSimd.IfLess(zero, y, TSimd.Broadcast(magnitude), negative));
        }
    }

    private readonly struct Scaled(float scale) : IUnaryOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Apply<TVec, TSimd>(TVec x) where TVec : struct where TSimd : struct, ISimdBits<TVec> =>
            TSimd.Multiply(TSimd.Broadcast(scale), x);
    }

    private readonly struct Divided(float divisor) : IUnaryOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Apply<TVec, TSimd>(TVec x) where TVec : struct where TSimd : struct, ISimdBits<TVec> =>
            TSimd.Divide(x, TSimd.Broadcast(divisor));
    }
}
