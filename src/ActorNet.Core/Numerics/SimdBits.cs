using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ActorNet.Core.Numerics;

/// <summary>
/// What elementary functions need beyond arithmetic: choices between lanes and access to a float's exponent. There is no such
/// set for one float: single elements are computed in a vector, with the same instructions, so that they get the same bits.
/// </summary>
/// <typeparam name="TVec">A vector of floats.</typeparam>
internal interface ISimdBits<TVec> : ISimd<TVec>
    where TVec : struct
{
    /// <summary>The smaller of x and the limit; NaN where x is NaN.</summary>
    static abstract TVec AtMost(TVec x, TVec limit);

    /// <summary>The larger of x and the limit; NaN where x is NaN.</summary>
    static abstract TVec AtLeast(TVec x, TVec limit);

    /// <summary>x &lt; y ? yes : no, lane by lane; so «no» where x or y is NaN.</summary>
    static abstract TVec IfLess(TVec x, TVec y, TVec yes, TVec no);

    static abstract TVec Abs(TVec x);

    /// <summary>The magnitude of x with the sign of y.</summary>
    static abstract TVec CopySign(TVec x, TVec y);

    /// <summary>x · 2^k rounded once, for integers k in [-252, 254] and x in [1/2, 2).</summary>
    static abstract TVec ScaleByPowerOfTwo(TVec x, TVec k);

    /// <summary>
    /// Splits positive normal x into 2^exponent · mantissa, with the mantissa between the square roots of 1/2 and 2.
    /// </summary>
    static abstract TVec SplitExponent(TVec x, out TVec exponent);
}

internal unsafe partial struct Simd512 : ISimdBits<Vector512<float>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> AtMost(Vector512<float> x, Vector512<float> limit) =>
        Vector512.ConditionalSelect(Vector512.GreaterThan(x, limit), limit, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> AtLeast(Vector512<float> x, Vector512<float> limit) =>
        Vector512.ConditionalSelect(Vector512.LessThan(x, limit), limit, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> IfLess(Vector512<float> x, Vector512<float> y, Vector512<float> yes, Vector512<float> no) =>
        Vector512.ConditionalSelect(Vector512.LessThan(x, y), yes, no);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Abs(Vector512<float> x) => Vector512.Abs(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> CopySign(Vector512<float> x, Vector512<float> y) => Vector512.CopySign(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ScaleByPowerOfTwo(Vector512<float> x, Vector512<float> k)
    {
        // In two factors: either alone would leave the range of normal numbers at both ends.
        var power = Vector512.ConvertToInt32Native(k);
        var half = power >> 1;
        var bias = Vector512.Create(SingleBits.ExponentBias);
        var first = ((half + bias) << SingleBits.MantissaLength).AsSingle();
        var second = ((power - half + bias) << SingleBits.MantissaLength).AsSingle();
        return x * first * second;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> SplitExponent(Vector512<float> x, out Vector512<float> exponent)
    {
        var rootHalf = Vector512.Create(SingleBits.RootHalf);
        var bits = x.AsInt32() - rootHalf;
        exponent = Vector512.ConvertToSingle(bits >> SingleBits.MantissaLength);
        return ((bits & Vector512.Create(SingleBits.MantissaMask)) + rootHalf).AsSingle();
    }
}

internal unsafe partial struct Simd256 : ISimdBits<Vector256<float>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> AtMost(Vector256<float> x, Vector256<float> limit) =>
        Vector256.ConditionalSelect(Vector256.GreaterThan(x, limit), limit, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> AtLeast(Vector256<float> x, Vector256<float> limit) =>
        Vector256.ConditionalSelect(Vector256.LessThan(x, limit), limit, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> IfLess(Vector256<float> x, Vector256<float> y, Vector256<float> yes, Vector256<float> no) =>
        Vector256.ConditionalSelect(Vector256.LessThan(x, y), yes, no);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Abs(Vector256<float> x) => Vector256.Abs(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> CopySign(Vector256<float> x, Vector256<float> y) => Vector256.CopySign(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ScaleByPowerOfTwo(Vector256<float> x, Vector256<float> k)
    {
        // In two factors: either alone would leave the range of normal numbers at both ends.
        var power = Vector256.ConvertToInt32Native(k);
        var half = power >> 1;
        var bias = Vector256.Create(SingleBits.ExponentBias);
        var first = ((half + bias) << SingleBits.MantissaLength).AsSingle();
        var second = ((power - half + bias) << SingleBits.MantissaLength).AsSingle();
        return x * first * second;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> SplitExponent(Vector256<float> x, out Vector256<float> exponent)
    {
        var rootHalf = Vector256.Create(SingleBits.RootHalf);
        var bits = x.AsInt32() - rootHalf;
        exponent = Vector256.ConvertToSingle(bits >> SingleBits.MantissaLength);
        return ((bits & Vector256.Create(SingleBits.MantissaMask)) + rootHalf).AsSingle();
    }
}

internal unsafe partial struct Simd128 : ISimdBits<Vector128<float>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> AtMost(Vector128<float> x, Vector128<float> limit) =>
        Vector128.ConditionalSelect(Vector128.GreaterThan(x, limit), limit, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> AtLeast(Vector128<float> x, Vector128<float> limit) =>
        Vector128.ConditionalSelect(Vector128.LessThan(x, limit), limit, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> IfLess(Vector128<float> x, Vector128<float> y, Vector128<float> yes, Vector128<float> no) =>
        Vector128.ConditionalSelect(Vector128.LessThan(x, y), yes, no);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Abs(Vector128<float> x) => Vector128.Abs(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> CopySign(Vector128<float> x, Vector128<float> y) => Vector128.CopySign(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ScaleByPowerOfTwo(Vector128<float> x, Vector128<float> k)
    {
        // In two factors: either alone would leave the range of normal numbers at both ends.
        var power = Vector128.ConvertToInt32Native(k);
        var half = power >> 1;
        var bias = Vector128.Create(SingleBits.ExponentBias);
        var first = ((half + bias) << SingleBits.MantissaLength).AsSingle();
        var second = ((power - half + bias) << SingleBits.MantissaLength).AsSingle();
        return x * first * second;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> SplitExponent(Vector128<float> x, out Vector128<float> exponent)
    {
        var rootHalf = Vector128.Create(SingleBits.RootHalf);
        var bits = x.AsInt32() - rootHalf;
        exponent = Vector128.ConvertToSingle(bits >> SingleBits.MantissaLength);
        return ((bits & Vector128.Create(SingleBits.MantissaMask)) + rootHalf).AsSingle();
    }
}

/// <summary>Where a float keeps what.</summary>
internal static class SingleBits
{
    public const int MantissaLength = 23;
    public const int MantissaMask = (1 << MantissaLength) - 1;
    public const int ExponentBias = 127;

    /// <summary>The bits of the float next to the square root of 1/2.</summary>
    public const int RootHalf = 0x3F3504F3;
}
