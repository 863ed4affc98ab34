using System.Runtime.Intrinsics;

namespace ActorNet.Core.Numerics;

/// <summary>Copies an operand of a product into the order in which the kernel reads it. Only moves, no arithmetic.</summary>
internal static unsafe class Packing
{
    /// <summary>
    /// Writes element (r, k), read at <c>source[r·row + k·step]</c>, to <c>destination[k·packedStep + r]</c>, for r below
    /// <paramref name="rows"/> and k below <paramref name="inner"/>.
    /// </summary>
    public static void Copy(float* source, nint row, nint step, float* destination, int rows, int inner, int packedStep = 0)
    {
        packedStep = packedStep == 0 ? rows : packedStep;
        if (row == 1)
        {
            CopyRuns(source, step, destination, rows, inner, packedStep);
            return;
        }

        var r = 0;
        for (; step == 1 && r + 8 <= rows && Vector256.IsHardwareAccelerated; r += 8)
        {
            Transpose<Vector256<float>, Simd256>(source + r * row, row, destination + r, packedStep, inner);
        }

        for (; step == 1 && r + 4 <= rows; r += 4)
        {
            Transpose<Vector128<float>, Simd128>(source + r * row, row, destination + r, packedStep, inner);
        }

        CopyEach(source, row, step, destination, packedStep, r, rows, 0, inner);
    }

    /// <summary>
    /// Writes element (r, k), read at <c>source[r·row + k]</c>, to <c>destination[k·packedStep + r]</c>, for a vector's width of rows: four values of
    /// k at a time.
    /// </summary>
    public static void Transpose<TVec, TSimd>(float* source, nint row, float* destination, nint packedStep, int inner)
        where TVec : struct
        where TSimd : struct, ISimdMoves<TVec>
    {
        var k = 0;
        for (; TSimd.Width >= 4 && k + 4 <= inner; k += 4)
        {
            var from = source + k;
            var to = destination + k * packedStep;
            var r0 = TSimd.LoadBlocks(from, 4 * row);
            var r1 = TSimd.LoadBlocks(from + row, 4 * row);
            var r2 = TSimd.LoadBlocks(from + 2 * row, 4 * row);
            var r3 = TSimd.LoadBlocks(from + 3 * row, 4 * row);
            var low01 = TSimd.InterleaveLow(r0, r1);
            var high01 = TSimd.InterleaveHigh(r0, r1);
            var low23 = TSimd.InterleaveLow(r2, r3);
            var high23 = TSimd.InterleaveHigh(r2, r3);
            TSimd.Store(TSimd.JoinLow(low01, low23), to);
            TSimd.Store(TSimd.JoinHigh(low01, low23), to + packedStep);
            TSimd.Store(TSimd.JoinLow(high01, high23), to + 2 * packedStep);
            TSimd.Store(TSimd.JoinHigh(high01, high23), to + 3 * packedStep);
        }

        CopyEach(source, row, 1, destination, packedStep, 0, TSimd.Width, k, inner);
    }

    /// <summary>The rows are neighbours in memory: short runs, copied whole.</summary>
    private static void CopyRuns(float* source, nint step, float* destination, int rows, int inner, int packedStep)
    {
        for (var k = 0; k < inner; k++)
        {
            var r = 0;
            for (; r + 4 <= rows; r += 4)
            {
                Vector128.Load(source + r).Store(destination + r);
            }

            for (; r < rows; r++)
            {
                destination[r] = source[r];
            }

            source += step;
            destination += packedStep;
        }
    }

    private static void CopyEach(
        float* source, nint row, nint step, float* destination, nint packedStep, int firstRow, int endRow, int firstInner, int endInner)
    {
        for (var r = firstRow; r < endRow; r++)
        {
            for (var k = firstInner; k < endInner; k++)
            {
                destination[k * packedStep + r] = source[r * row + k * step];
            }
        }
    }
}
