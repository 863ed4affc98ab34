using System.Runtime.Intrinsics;

namespace ActorNet.Core.Numerics;

/// <summary>
/// Cuts a product into tiles. Strides make all forms one: A(i, k) is <c>A[i·ARow + k·AStep]</c>, B(k, j) is <c>B[k·BStep + j·BColumn]</c>.
/// Columns are cut into strips of two vectors; the last strip overlaps its neighbour instead of being masked, and computes the same bits again. A tile's chain
/// is never interrupted, so that the inner dimension needs no blocks: a strip of B stays in the second-level cache while every row of A
/// passes it.
/// </summary>
internal unsafe struct ProductDriver
{
    /// <summary>From this many rows on, a strip of B is used often enough to pay for its packing.</summary>
    private const int PackBRows = 40;

    /// <summary>From this many strips on, A is read often enough to pay for its packing.</summary>
    private const int PackAStrips = 4;

    public float* A;
    public nint ARow;
    public nint AStep;
    public float* B;
    public nint BStep;
    public nint BColumn;
    public float* C;
    public nint CRow;

    /// <summary>A value per column that the first leaf's chains start from; null for zero.</summary>
    public float* Start;

    public int Rows;
    public int Columns;
    public int Inner;

    /// <summary>Computes the product; without leaves it is zero.</summary>
    public void Compute(ReadOnlySpan<TreeLeaf> leaves, ProductScratch scratch)
    {
        if (Rows == 0)
        {
            return;
        }

        var zero = default(TreeLeaf);
        fixed (TreeLeaf* tree = leaves.IsEmpty ? new ReadOnlySpan<TreeLeaf>(in zero) : leaves)
        {
            var count = Math.Max(leaves.Length, 1);
            if (Vector512.IsHardwareAccelerated && Columns >= Simd512.Width)
            {
                ComputeStrips<Vector512<float>, Simd512>(tree, count, scratch);
            }
            else if (Vector256.IsHardwareAccelerated && Columns >= Simd256.Width)
            {
                ComputeStrips<Vector256<float>, Simd256>(tree, count, scratch);
            }
            else if (Vector128.IsHardwareAccelerated && Columns >= Simd128.Width)
            {
                ComputeStrips<Vector128<float>, Simd128>(tree, count, scratch);
            }
            else
            {
                ComputeStrips<float, SimdScalar>(tree, count, scratch);
            }
        }

        // Its memory is used through bare pointers, and this may be its owner's last use of it.
        GC.KeepAlive(scratch);
    }

    private readonly void ComputeStrips<TVec, TSimd>(TreeLeaf* leaves, int leafCount, ProductScratch scratch)
        where TVec : struct
        where TSimd : struct, ISimdMoves<TVec>
    {
        var width = TSimd.Width;
        var packB = BColumn != 1 || Rows >= PackBRows;
        var packA = Columns >= PackAStrips * 2 * width && Rows >= PackBRows;
        var packedA = packA ? PackA(scratch, ProductKernel<TVec, TSimd>.MaxRows) : null;
        var packedB = packB ? scratch.PackedB(2 * width * Inner) : null;
        var blockSize = ProductKernel<TVec, TSimd>.BlockSize;
        var task = new TileTask
        {
            CRow = CRow,
            Leaves = leaves,
            LeafCount = leafCount,
            Stack = scratch.Stack(blockSize * TreeDepth(leaves, leafCount)),
            BlockSize = blockSize,
        };
        for (var column = 0; column < Columns; column += 2 * width)
        {
            // The strip's vectors start at these columns; the last ones reach back over columns that are done rather than past the end.
            var pair = Columns - column > width;
            var first = pair ? column : Columns - width;
            var second = Math.Min(first + width, Columns - width);
            task.CSecond = pair ? second - first : 0;
            task.Start = Start == null ? null : Start + first;
            if (packB)
            {
                PackStrip<TVec, TSimd>(packedB, first, pair ? second : -1);
                task.BStep = pair ? 2 * width : width;
                task.BSecond = width;
            }
            else
            {
                task.BStep = BStep;
                task.BSecond = task.CSecond;
            }

            ComputeStrip<TVec, TSimd>(ref task, packedA, packB ? packedB : B + first, C + first, pair);
        }
    }

    private readonly void ComputeStrip<TVec, TSimd>(ref TileTask task, float* packedA, float* b, float* c, bool pair)
        where TVec : struct
        where TSimd : struct, ISimdMoves<TVec>
    {
        var row = 0;
        while (row < Rows)
        {
            var rows = TileRows(Rows - row, ProductKernel<TVec, TSimd>.MaxRows);
            if (packedA != null)
            {
                task.A = packedA + (nint)row * Inner;
                task.ARow = 1;
                task.AStep = rows;
            }
            else
            {
                task.A = A + row * ARow;
                task.ARow = ARow;
                task.AStep = AStep;
            }

            task.B = b;
            task.C = c + row * CRow;
            ProductKernel<TVec, TSimd>.Run(task, rows, pair);
            row += rows;
        }
    }

    /// <summary>Shares the rows left evenly among the fewest tiles, since a tile of few rows keeps few chains in flight.</summary>
    private static int TileRows(int left, int most)
    {
        var tiles = (left + most - 1) / most;
        return (left + tiles - 1) / tiles;
    }

    /// <summary>Copies A tile by tile, each tile's values in the order in which its kernel reads them.</summary>
    private readonly float* PackA(ProductScratch scratch, int maxRows)
    {
        var packed = scratch.PackedA(Rows * Inner);
        var row = 0;
        while (row < Rows)
        {
            var rows = TileRows(Rows - row, maxRows);
            Packing.Copy(A + row * ARow, ARow, AStep, packed + (nint)row * Inner, rows, Inner);
            row += rows;
        }

        return packed;
    }

    /// <summary>Copies the strip's columns of B, both vectors side by side.</summary>
    private readonly void PackStrip<TVec, TSimd>(float* packed, int first, int second)
        where TVec : struct
        where TSimd : struct, ISimdMoves<TVec>
    {
        var width = TSimd.Width;
        if (BColumn != 1)
        {
            var step = second >= 0 ? 2 * width : width;
            Packing.Transpose<TVec, TSimd>(B + first * BColumn, BColumn, packed, step, Inner);
            if (second >= 0)
            {
                Packing.Transpose<TVec, TSimd>(B + second * BColumn, BColumn, packed + width, step, Inner);
            }

            return;
        }

        for (var k = 0; k < Inner; k++)
        {
            TSimd.Store(TSimd.Load(B + k * BStep + first), packed);
            packed += width;
            if (second >= 0)
            {
                TSimd.Store(TSimd.Load(B + k * BStep + second), packed);
                packed += width;
            }
        }
    }

    /// <summary>The most blocks that wait at once while the tree is evaluated.</summary>
    private static int TreeDepth(TreeLeaf* leaves, int count)
    {
        var depth = 0;
        var deepest = 0;
        for (var i = 0; i < count; i++)
        {
            deepest = Math.Max(deepest, ++depth);
            depth -= leaves[i].MergesAfter;
        }

        return deepest;
    }
}
