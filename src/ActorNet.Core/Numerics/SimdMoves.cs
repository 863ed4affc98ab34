using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ActorNet.Core.Numerics;

/// <summary>Moves between lanes, for transposing: a vector is seen as blocks of four floats, and every move happens in all blocks alike.</summary>
/// <typeparam name="TVec">A vector of floats.</typeparam>
internal unsafe interface ISimdMoves<TVec> : ISimd<TVec>
    where TVec : struct
{
    /// <summary>Four floats for each block, the blocks' sources <paramref name="step"/> floats apart.</summary>
    static abstract TVec LoadBlocks(float* source, nint step);

    /// <summary>In each block: x0 y0 x1 y1.</summary>
    static abstract TVec InterleaveLow(TVec x, TVec y);

    /// <summary>In each block: x2 y2 x3 y3.</summary>
    static abstract TVec InterleaveHigh(TVec x, TVec y);

    /// <summary>In each block: x0 x1 y0 y1.</summary>
    static abstract TVec JoinLow(TVec x, TVec y);

    /// <summary>In each block: x2 x3 y2 y3.</summary>
    static abstract TVec JoinHigh(TVec x, TVec y);
}

internal unsafe partial struct Simd512 : ISimdMoves<Vector512<float>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadBlocks(float* source, nint step) =>
        Vector512.Create(Simd256.LoadBlocks(source, step), Simd256.LoadBlocks(source + 2 * step, step));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> InterleaveLow(Vector512<float> x, Vector512<float> y) => Avx512F.UnpackLow(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> InterleaveHigh(Vector512<float> x, Vector512<float> y) => Avx512F.UnpackHigh(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> JoinLow(Vector512<float> x, Vector512<float> y) => Avx512F.UnpackLow(x.AsDouble(), y.AsDouble()).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> JoinHigh(Vector512<float> x, Vector512<float> y) => Avx512F.UnpackHigh(x.AsDouble(), y.AsDouble()).AsSingle();
}

internal unsafe partial struct Simd256 : ISimdMoves<Vector256<float>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadBlocks(float* source, nint step) =>
        Vector256.Create(Vector128.Load(source), Vector128.Load(source + step));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> InterleaveLow(Vector256<float> x, Vector256<float> y) => Avx.UnpackLow(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> InterleaveHigh(Vector256<float> x, Vector256<float> y) => Avx.UnpackHigh(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> JoinLow(Vector256<float> x, Vector256<float> y) => Avx.UnpackLow(x.AsDouble(), y.AsDouble()).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> JoinHigh(Vector256<float> x, Vector256<float> y) => Avx.UnpackHigh(x.AsDouble(), y.AsDouble()).AsSingle();
}

internal unsafe partial struct Simd128 : ISimdMoves<Vector128<float>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadBlocks(float* source, nint step) => Vector128.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> InterleaveLow(Vector128<float> x, Vector128<float> y) =>
        Sse.IsSupported ? Sse.UnpackLow(x, y)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(x, y)
        : Vector128.Create(x[0], y[0], x[1], y[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> InterleaveHigh(Vector128<float> x, Vector128<float> y) =>
        Sse.IsSupported ? Sse.UnpackHigh(x, y)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(x, y)
        : Vector128.Create(x[2], y[2], x[3], y[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> JoinLow(Vector128<float> x, Vector128<float> y) => Vector128.Create(x.GetLower(), y.GetLower());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> JoinHigh(Vector128<float> x, Vector128<float> y) => Vector128.Create(x.GetUpper(), y.GetUpper());
}

internal unsafe partial struct SimdScalar : ISimdMoves<float>
{
    public static float LoadBlocks(float* source, nint step) => throw Blockless();

    public static float InterleaveLow(float x, float y) => throw Blockless();

    public static float InterleaveHigh(float x, float y) => throw Blockless();

    public static float JoinLow(float x, float y) => throw Blockless();

    public static float JoinHigh(float x, float y) => throw Blockless();

    private static NotSupportedException Blockless() => new("One float has no blocks of four.");
}
