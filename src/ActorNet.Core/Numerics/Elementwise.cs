using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ActorNet.Core.Numerics;

/// <summary>A function of one vector, lane by lane.</summary>
internal interface IUnaryOperation
{
    TVec Apply<TVec, TSimd>(TVec x)
        where TVec : struct
        where TSimd : struct, ISimdBits<TVec>;
}

/// <summary>A function of two vectors, lane by lane.</summary>
internal interface IBinaryOperation
{
    TVec Apply<TVec, TSimd>(TVec x, TVec y)
        where TVec : struct
        where TSimd : struct, ISimdBits<TVec>;
}

/// <summary>
/// Runs one operation over whole spans in the widest vectors of the machine. The last vector overlaps the one before it instead of
/// leaving a scalar tail, and is read before anything is written, so that a destination may be its own source. Since operations
/// work lane by lane with exactly rounded steps, no element's bits depend on the width or on its place. The loops are compiled
/// optimised at once: a first, slow version of vector code costs a hundred times as much.
/// </summary>
internal static unsafe class Elementwise
{
    /// <summary>The narrowest vector: shorter spans are computed in one of these.</summary>
    private const int Least = 4;

    /// <summary>destination[i] = operation(x[i]).</summary>
    public static void Map<TOperation>(TOperation operation, ReadOnlySpan<float> x, Span<float> destination)
        where TOperation : struct, IUnaryOperation
    {
        CheckPair(x, destination);
        fixed (float* source = x, target = destination)
        {
            Map(operation, source, target, x.Length);
        }
    }

    /// <summary>destination[i] = operation(x[i], y[i]).</summary>
    public static void Map<TOperation>(TOperation operation, ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> destination)
        where TOperation : struct, IBinaryOperation
    {
        CheckPair(x, destination);
        CheckPair(y, destination);
        fixed (float* left = x, right = y, target = destination)
        {
            Map(operation, left, right, target, x.Length);
        }
    }

    /// <summary>operation(x), in one lane of a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Map<TOperation>(TOperation operation, float x)
        where TOperation : struct, IUnaryOperation =>
        operation.Apply<Vector128<float>, Simd128>(Vector128.Create(x)).ToScalar();

    private static void Map<TOperation>(TOperation operation, float* x, float* destination, int length)
        where TOperation : struct, IUnaryOperation
    {
        if (Vector512.IsHardwareAccelerated && length >= Simd512.Width)
        {
            Run<Vector512<float>, Simd512, TOperation>(operation, x, destination, length);
        }
        else if (Vector256.IsHardwareAccelerated && length >= Simd256.Width)
        {
            Run<Vector256<float>, Simd256, TOperation>(operation, x, destination, length);
        }
        else if (length >= Least)
        {
            Run<Vector128<float>, Simd128, TOperation>(operation, x, destination, length);
        }
        else if (length > 0)
        {
            var padded = stackalloc float[Least];
            Copy(x, padded, length);
            Simd128.Store(operation.Apply<Vector128<float>, Simd128>(Simd128.Load(padded)), padded);
            Copy(padded, destination, length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TVec, TSimd, TOperation>(TOperation operation, float* x, float* destination, int length)
        where TVec : struct
        where TSimd : struct, ISimdBits<TVec>
        where TOperation : struct, IUnaryOperation
    {
        var end = length - TSimd.Width;
        var last = operation.Apply<TVec, TSimd>(TSimd.Load(x + end));
        for (var i = 0; i < end; i += TSimd.Width)
        {
            TSimd.Store(operation.Apply<TVec, TSimd>(TSimd.Load(x + i)), destination + i);
        }
        TSimd.Store(last, destination + end);
    }

    private static void Map<TOperation>(TOperation operation, float* x, float* y, float* destination, int length)
        where TOperation : struct, IBinaryOperation
    {
        if (Vector512.IsHardwareAccelerated && length >= Simd512.Width)
        {
            Run<Vector512<float>, Simd512, TOperation>(operation, x, y, destination, length);
        }
        else if (Vector256.IsHardwareAccelerated && length >= Simd256.Width)
        {
            Run<Vector256<float>, Simd256, TOperation>(operation, x, y, destination, length);
        }
        else if (length >= Least)
        {
            Run<Vector128<float>, Simd128, TOperation>(operation, x, y, destination, length);
        }
        else if (length > 0)
        {
            var padded = stackalloc float[2 * Least];
            Copy(x, padded, length);
            Copy(y, padded + Least, length);
            Simd128.Store(operation.Apply<Vector128<float>, Simd128>(Simd128.Load(padded), Simd128.Load(padded + Least)), padded);
            Copy(padded, destination, length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TVec, TSimd, TOperation>(TOperation operation, float* x, float* y, float* destination, int length)
        where TVec : struct
        where TSimd : struct, ISimdBits<TVec>
        where TOperation : struct, IBinaryOperation
    {
        var end = length - TSimd.Width;
        var last = operation.Apply<TVec, TSimd>(TSimd.Load(x + end), TSimd.Load(y + end));
        for (var i = 0; i < end; i += TSimd.Width)
        {
            TSimd.Store(operation.Apply<TVec, TSimd>(TSimd.Load(x + i), TSimd.Load(y + i)), destination + i);
        }
        TSimd.Store(last, destination + end);
    }

    private static void Copy(float* source, float* destination, int length)
    {
        for (var i = 0; i < length; i++)
        {
            destination[i] = source[i];
        }
    }

    private static void CheckPair(ReadOnlySpan<float> source, Span<float> destination)
    {
        if (source.Length != destination.Length)
        {
            throw new ArgumentException($"The destination has {destination.Length} elements, a source {source.Length}: make them equal.");
        }
        if (source.Overlaps(destination, out var offset) && offset != 0)
        {
            throw new ArgumentException("The destination overlaps a source from another start: give the same span, or one apart.");
        }
    }
}
