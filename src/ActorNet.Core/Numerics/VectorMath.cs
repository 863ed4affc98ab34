using System.Runtime.CompilerServices;

namespace ActorNet.Core.Numerics;

/// <summary>
/// Elementary functions of floats, over whole spans and of single values, as fixed sequences of exactly rounded operations: every
/// machine, every vector width and every place in a span gives the same bits, and a single value the same as in a span. They
/// take the whole range: infinities, denormal numbers and both zeros; NaN gives NaN. One ulp is the distance between neighbouring floats at
/// the exact result.
/// </summary>
/// <remarks>
/// A destination may be its own source. All over spans throw <see cref="ArgumentException"/> when lengths differ, or when spans overlap
/// from different starts.
/// </remarks>
public static class VectorMath
{
    /// <summary>destination = e^x, within 1 ulp; infinity above 88.73, 0 below -103.98.</summary>
    public static void Exp(ReadOnlySpan<float> x, Span<float> destination) => Elementwise.Map(new ExpOperation(), x, destination);

    /// <inheritdoc cref="Exp(ReadOnlySpan{float}, Span{float})"/>
    public static float Exp(float x) => Elementwise.Map(new ExpOperation(), x);

    /// <summary>destination = the natural logarithm of x, within 1 ulp; of ±0 negative infinity, of negative numbers NaN.</summary>
    public static void Log(ReadOnlySpan<float> x, Span<float> destination) => Elementwise.Map(new LogOperation(), x, destination);

    /// <inheritdoc cref="Log(ReadOnlySpan{float}, Span{float})"/>
    public static float Log(float x) => Elementwise.Map(new LogOperation(), x);

    /// <summary>destination = 1 / (1 + e^-x), within 2.5 ulp, also where it is tiny: sigmoid(-100) is not 0.</summary>
    public static void Sigmoid(ReadOnlySpan<float> x, Span<float> destination) => Elementwise.Map(new SigmoidOperation(), x, destination);

    /// <inheritdoc cref="Sigmoid(ReadOnlySpan{float}, Span{float})"/>
    public static float Sigmoid(float x) => Elementwise.Map(new SigmoidOperation(), x);

    /// <summary>destination = the hyperbolic tangent of x, within 2.5 ulp.</summary>
    public static void Tanh(ReadOnlySpan<float> x, Span<float> destination) => Elementwise.Map(new TanhOperation(), x, destination);

    /// <inheritdoc cref="Tanh(ReadOnlySpan{float}, Span{float})"/>
    public static float Tanh(float x) => Elementwise.Map(new TanhOperation(), x);

    /// <summary>
    /// destination[r, i] = e^(x[r, i] - m) / Σ_j e^(x[r, j] - m) for each row r of <paramref name="width"/> elements, where m is the row's
    /// largest element. The sum is taken in double in ascending order. Within 2.5 ulp of the same formula with the differences
    /// rounded to float; a row with NaN or positive infinity is all NaN.
    /// </summary>
    /// <exception cref="ArgumentException">The width is not positive or does not divide the length.</exception>
    public static void SoftmaxRows(ReadOnlySpan<float> x, Span<float> destination, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        if (x.Length % width != 0)
        {
            throw new ArgumentException($"Rows of {width} elements do not divide a length of {x.Length}.", nameof(width));
        }
        for (var start = 0; start < x.Length; start += width)
        {
            Softmax(x.Slice(start, width), destination.Slice(start, width));
        }
    }

    private static void Softmax(ReadOnlySpan<float> x, Span<float> destination)
    {
        var largest = float.NegativeInfinity;
        foreach (var value in x)
        {
            largest = value > largest ? value : largest;
        }
        Elementwise.Map(new ExpOfDifferenceOperation(largest), x, destination);
        var sum = 0.0;
        foreach (var value in destination)
        {
            sum += value;
        }
        VectorOps.Divide(destination, (float)sum, destination);
    }

    /// <summary>
    /// x = k ln 2 + r with k an integer and r in [-ln 2 / 2, ln 2 / 2], for |x| below 2^21. The first part of ln 2 has so few bits that
    /// its product with k, and the difference, are exact.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVec ReduceByLn2<TVec, TSimd>(TVec x, out TVec k) where TVec : struct where TSimd : struct, ISimdBits<TVec>
    {
        const float InverseLn2 = 1.44269504f, Ln2High = 0.693359375f, Ln2Low = -2.12194440e-4f;
        // Adding 1.5 · 2^23 leaves no bits for a fraction: the sum is rounded to an integer.
        const float RoundToInteger = 12582912f;
        var integer = TSimd.Broadcast(RoundToInteger);
        k = TSimd.Subtract(TSimd.MultiplyAdd(x, TSimd.Broadcast(InverseLn2), integer), integer);
        return TSimd.MultiplyAdd(k, TSimd.Broadcast(-Ln2Low), TSimd.MultiplyAdd(k, TSimd.Broadcast(-Ln2High), x));
    }

    /// <summary>(e^r - 1 - r) / r² for r in [-ln 2 / 2, ln 2 / 2]: the polynomial of S. L. Moshier's Cephes library, expf.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVec ExpTail<TVec, TSimd>(TVec r) where TVec : struct where TSimd : struct, ISimdBits<TVec>
    {
        var p = TSimd.MultiplyAdd(TSimd.Broadcast(1.9875691500e-4f), r, TSimd.Broadcast(1.3981999507e-3f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Broadcast(8.3334519073e-3f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Broadcast(4.1665795894e-2f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Broadcast(1.6666665459e-1f));
        return TSimd.MultiplyAdd(p, r, TSimd.Broadcast(5.0000001201e-1f));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVec ExpOf<TVec, TSimd>(TVec x) where TVec : struct where TSimd : struct, ISimdBits<TVec>
    {
        // Beyond these limits the result has become infinity or zero.
        x = TSimd.AtLeast(TSimd.AtMost(x, TSimd.Broadcast(89f)), TSimd.Broadcast(-104f));
        var r = ReduceByLn2<TVec, TSimd>(x, out var k);
        var one = TSimd.Broadcast(1f);
        var p = TSimd.MultiplyAdd(TSimd.MultiplyAdd(ExpTail<TVec, TSimd>(r), r, one), r, one);
        return TSimd.ScaleByPowerOfTwo(p, k);
    }

    /// <summary>
    /// With x = 2^k (1 + f): k ln 2 + f - f²/2 + f³ P(f), P being the polynomial of S. L. Moshier's Cephes library, logf.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVec LogOf<TVec, TSimd>(TVec x) where TVec : struct where TSimd : struct, ISimdBits<TVec>
    {
        const float LeastNormal = 1.17549435e-38f, TwoTo23 = 8388608f, Ln2High = 0.693359375f, Ln2Low = -2.12194440e-4f;
        var zero = TSimd.Broadcast(0f);
        var least = TSimd.Broadcast(LeastNormal);
        var normal = TSimd.IfLess(x, least, TSimd.Multiply(x, TSimd.Broadcast(TwoTo23)), x);
        var mantissa = TSimd.SplitExponent(normal, out var k);
        k = TSimd.IfLess(x, least, TSimd.Subtract(k, TSimd.Broadcast(23f)), k);
        var f = TSimd.Subtract(mantissa, TSimd.Broadcast(1f));

        var p = TSimd.MultiplyAdd(TSimd.Broadcast(7.0376836292e-2f), f, TSimd.Broadcast(-1.1514610310e-1f));
        p = TSimd.MultiplyAdd(p, f, TSimd.Broadcast(1.1676998740e-1f));
        p = TSimd.MultiplyAdd(p, f, TSimd.Broadcast(-1.2420140846e-1f));
        p = TSimd.MultiplyAdd(p, f, TSimd.Broadcast(1.4249322787e-1f));
        p = TSimd.MultiplyAdd(p, f, TSimd.Broadcast(-1.6668057665e-1f));
        p = TSimd.MultiplyAdd(p, f, TSimd.Broadcast(2.0000714765e-1f));
        p = TSimd.MultiplyAdd(p, f, TSimd.Broadcast(-2.4999993993e-1f));
        p = TSimd.MultiplyAdd(p, f, TSimd.Broadcast(3.3333331174e-1f));
        var square = TSimd.Multiply(f, f);
        var tail = TSimd.MultiplyAdd(TSimd.Multiply(f, square), p, TSimd.Multiply(k, TSimd.Broadcast(Ln2Low)));
        tail = TSimd.MultiplyAdd(square, TSimd.Broadcast(-0.5f), tail);
        var log = TSimd.MultiplyAdd(k, TSimd.Broadcast(Ln2High), TSimd.Add(f, tail));

        // What the formula does not cover: infinity and NaN (given back), zeros, negative numbers.
        log = TSimd.IfLess(x, TSimd.Broadcast(float.PositiveInfinity), log, x);
        log = TSimd.IfLess(zero, TSimd.Abs(x), log, TSimd.Subtract(x, TSimd.Broadcast(float.PositiveInfinity)));
        return TSimd.IfLess(x, zero, TSimd.Broadcast(float.NaN), log);
    }

    private readonly struct ExpOperation : IUnaryOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Apply<TVec, TSimd>(TVec x) where TVec : struct where TSimd : struct, ISimdBits<TVec> => ExpOf<TVec, TSimd>(x);
    }

    private readonly struct LogOperation : IUnaryOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Apply<TVec, TSimd>(TVec x) where TVec : struct where TSimd : struct, ISimdBits<TVec> => LogOf<TVec, TSimd>(x);
    }

    private readonly struct ExpOfDifferenceOperation(float subtrahend) : IUnaryOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Apply<TVec, TSimd>(TVec x) where TVec : struct where TSimd : struct, ISimdBits<TVec> =>
            ExpOf<TVec, TSimd>(TSimd.Subtract(x, TSimd.Broadcast(subtrahend)));
    }

    private readonly struct SigmoidOperation : IUnaryOperation
    {
        /// <summary>With e = e^-|x|: 1 / (1 + e) for positive x, e / (1 + e) for negative, so that neither end loses its bits.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Apply<TVec, TSimd>(TVec x) where TVec : struct where TSimd : struct, ISimdBits<TVec>
        {
            var zero = TSimd.Broadcast(0f);
            var one = TSimd.Broadcast(1f);
            var e = ExpOf<TVec, TSimd>(TSimd.Subtract(zero, TSimd.Abs(x)));
            return TSimd.Divide(TSimd.IfLess(x, zero, e, one), TSimd.Add(one, e));
        }
    }

    private readonly struct TanhOperation : IUnaryOperation
    {
        /// <summary>
        /// -m / (2 + m) with m = e^(-2|x|) - 1 and the sign of x. With -2|x| = k ln 2 + r, m = 2^k (e^r - 1) + (2^k - 1):
        /// nothing cancels, also near 0.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Apply<TVec, TSimd>(TVec x) where TVec : struct where TSimd : struct, ISimdBits<TVec>
        {
            var one = TSimd.Broadcast(1f);
            // tanh is 1 in float from |x| = 9.02.
            var doubled = TSimd.AtLeast(TSimd.Multiply(TSimd.Broadcast(-2f), TSimd.Abs(x)), TSimd.Broadcast(-40f));
            var r = ReduceByLn2<TVec, TSimd>(doubled, out var k);
            var m = TSimd.MultiplyAdd(TSimd.Multiply(r, r), ExpTail<TVec, TSimd>(r), r);
            var power = TSimd.ScaleByPowerOfTwo(one, k);
            m = TSimd.MultiplyAdd(power, m, TSimd.Subtract(power, one));
            return TSimd.CopySign(TSimd.Divide(m, TSimd.Add(TSimd.Broadcast(2f), m)), x);
        }
    }
}
