using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

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

        var blockRows = step == 1 ? rows & ~3 : 0;
        var blockInner = blockRows > 0 ? inner & ~3 : 0;
        for (var r = 0; r < blockRows; r += 4)
        {
            for (var k = 0; k < blockInner; k += 4)
            {
                Transpose4(source + r * row + k, row, destination + (nint)k * packedStep + r, packedStep);
            }
        }

        CopyEach(source, row, step, destination, packedStep, 0, blockRows, blockInner, inner);
        CopyEach(source, row, step, destination, packedStep, blockRows, rows, 0, inner);
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

    /// <summary>Transposes four runs of four.</summary>
    private static void Transpose4(float* source, nint row, float* destination, nint packedStep)
    {
        var r0 = Vector128.Load(source);
        var r1 = Vector128.Load(source + row);
        var r2 = Vector128.Load(source + 2 * row);
        var r3 = Vector128.Load(source + 3 * row);
        var low01 = InterleaveLow(r0, r1);
        var high01 = InterleaveHigh(r0, r1);
        var low23 = InterleaveLow(r2, r3);
        var high23 = InterleaveHigh(r2, r3);
        Vector128.Create(low01.GetLower(), low23.GetLower()).Store(destination);
        Vector128.Create(low01.GetUpper(), low23.GetUpper()).Store(destination + packedStep);
        Vector128.Create(high01.GetLower(), high23.GetLower()).Store(destination + 2 * packedStep);
        Vector128.Create(high01.GetUpper(), high23.GetUpper()).Store(destination + 3 * packedStep);
    }

    /// <summary>x0 y0 x1 y1.</summary>
    private static Vector128<float> InterleaveLow(Vector128<float> x, Vector128<float> y) =>
        Sse.IsSupported ? Sse.UnpackLow(x, y)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(x, y)
        : Vector128.Create(x[0], y[0], x[1], y[1]);

    /// <summary>x2 y2 x3 y3.</summary>
    private static Vector128<float> InterleaveHigh(Vector128<float> x, Vector128<float> y) =>
        Sse.IsSupported ? Sse.UnpackHigh(x, y)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(x, y)
        : Vector128.Create(x[2], y[2], x[3], y[3]);
}
