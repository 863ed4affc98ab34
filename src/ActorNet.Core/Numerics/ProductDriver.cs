using System.Numerics;
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
    private const int PackAStrips = 32;

    /// <summary>Below this many terms a leaf on average, the summation tree is kept in registers.</summary>
    private const int ShortLeaf = 6;

    /// <summary>Up to this many terms a tile is small, and a call is not for nothing: one computes <see cref="SmallTiles"/>.</summary>
    private const int SmallInner = 64;

    private const int SmallTiles = 16;

    /// <summary>Floats of A's packed tiles that a strip of B passes at once: they stay in the second-level cache, and the strip in the first.</summary>
    private const int GroupFloats = 32 * 1024;

    /// <summary>The longest part of a chain that one tile computes at a stretch: a tile's rows of A fit the first-level cache.</summary>
    private const int MostInner = 512;

    /// <summary>Rows of an operand, as it stands in memory, that are packed together: few enough that the processor sees each as a stream.</summary>
    private const int PackedAtOnce = 8;

    /// <summary>Floats of a packed block of B: half of a second-level cache of one megabyte.</summary>
    private const int BlockFloats = 128 * 1024;

    /// <summary>A product of so many floats is in no near cache when they are written.</summary>
    private const int LargeOutput = 1024 * 1024;

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
        var blockSize = ProductKernel<TVec, TSimd>.BlockSize;
        var task = new TileTask
        {
            CRow = CRow,
            Leaves = leaves,
            LeafCount = leafCount,
            Stack = scratch.Stack(blockSize * TreeDepth(leaves, leafCount)),
            BlockSize = blockSize,
            InRegisters = ProductKernel<TVec, TSimd>.MaxRowsInRegisters > 0 && Inner < ShortLeaf * leafCount && IsComplete(leaves, leafCount),
        };
        if (BColumn == 1 && Rows < PackBRows)
        {
            ComputeBlock<TVec, TSimd>(task, 0, Columns, null, null);
            return;
        }

        task.InPairs = ProductKernel<TVec, TSimd>.MaxRowsInPairs > 0 && ARow == 1 && ArePairs(leaves, leafCount);
        task.FetchesOutput = (long)Rows * Columns >= LargeOutput;

        var packA = Columns >= PackAStrips * 2 * width && Rows >= PackBRows && !task.InRegisters;
        if (leafCount > 1 || Inner <= MostInner || Columns <= 2 * width)
        {
            ComputePacked<TVec, TSimd>(task, 0, Columns, packA, scratch);
            return;
        }

        // The inner dimension in blocks, each going on with the chains that the one before left in C. Columns that are computed twice must not go on
        // twice: those of the last, overlapping vector are computed in one.
        var whole = Columns - Columns % width;
        var part = this;
        var done = 0;
        while (done < Inner)
        {
            part.Inner = Tiles(Inner - done, MostInner).Rows;
            part.A = A + done * AStep;
            part.B = B + done * BStep;
            var leaf = new TreeLeaf(part.Inner, 0);
            task.Leaves = &leaf;
            task.GoesOn = done > 0;
            part.ComputePacked<TVec, TSimd>(task, 0, whole, packA, scratch);
            done += part.Inner;
        }

        if (whole < Columns)
        {
            task.Leaves = leaves;
            task.GoesOn = false;
            ComputePacked<TVec, TSimd>(task, Columns - width, width, false, scratch);
        }
    }

    /// <summary>Computes some columns, a block of B's columns at a time that stays in the second-level cache while every row of A passes it.</summary>
    private readonly void ComputePacked<TVec, TSimd>(in TileTask task, int firstColumn, int columns, bool packA, ProductScratch scratch)
        where TVec : struct
        where TSimd : struct, ISimdMoves<TVec>
    {
        var packedA = packA ? PackA(scratch, MostRows<TVec, TSimd>(task)) : null;
        var most = Math.Max(1, BlockFloats / (2 * TSimd.Width * Math.Max(1, Inner))) * 2 * TSimd.Width;
        var packedB = scratch.PackedB(Math.Min(most, columns + 2 * TSimd.Width) * Inner);
        for (var column = 0; column < columns; column += most)
        {
            var first = firstColumn + column;
            var count = Math.Min(most, columns - column);
            PackB<TVec, TSimd>(packedB, first, count);
            ComputeBlock<TVec, TSimd>(task, first, count, packedA, packedB);
        }
    }

    /// <summary>
    /// Computes some columns of every row. Of A packed for vectors of 256 bits and less, a group of tiles stays in the second-level cache, and each strip of B in the first while they pass it; else
    /// a tile's rows stay there while the strips of B pass them.
    /// </summary>
    private readonly void ComputeBlock<TVec, TSimd>(TileTask task, int firstColumn, int columns, float* packedA, float* packedB)
        where TVec : struct
        where TSimd : struct, ISimdMoves<TVec>
    {
        var width = TSimd.Width;
        var most = MostRows<TVec, TSimd>(task);
        var row = 0;
        while (row < Rows)
        {
            var (rows, equal) = Tiles(Rows - row, most);
            // Wider vectors' strips do not fit the first-level cache, and nobody has measured another order with them.
            task.Tiles = Math.Min(equal, TilesAtOnce(rows, isPacked: packedA != null && width <= Simd256.Width));
            task.A = packedA != null ? packedA + (nint)row * Inner : A + row * ARow;
            task.ARow = packedA != null ? 1 : ARow;
            task.AStep = packedA != null ? rows : AStep;
            task.ATile = packedA != null ? rows * Inner : rows * ARow;
            for (var column = 0; column < columns; column += 2 * width)
            {
                var (first, second) = Strip(firstColumn + column, firstColumn + columns, width);
                var pair = second >= 0;
                task.CSecond = pair ? second - first : 0;
                task.Start = Start == null ? null : Start + first;
                task.C = C + row * CRow + first;
                task.B = packedB != null ? packedB + (nint)column * Inner : B + first;
                task.BStep = packedB == null ? BStep : pair ? 2 * width : width;
                task.BSecond = packedB == null ? task.CSecond : width;
                // Wider vectors have registers and time enough for addresses; nobody has measured it with them.
                task.IsDense = task.ARow == 1 && packedB != null && width <= Simd256.Width;
                ProductKernel<TVec, TSimd>.Run(task, rows, pair);
            }

            row += rows * task.Tiles;
        }
    }

    /// <summary>
    /// Where the two vectors of a strip start. Those that would reach past the end reach back instead, over columns that are done; the second is -1 when
    /// the first reaches the end.
    /// </summary>
    private static (int First, int Second) Strip(int column, int end, int width) =>
        end - column > width ? (column, Math.Min(column + width, end - width)) : (end - width, -1);

    /// <summary>Shares rows that are left evenly among the fewest tiles, since a small one is worked on less efficiently.</summary>
    /// <returns>The rows of the next tile, and how many are as large as that.</returns>
    private static (int Rows, int Equal) Tiles(int left, int most)
    {
        var tiles = (left + most - 1) / most;
        var rows = (left + tiles - 1) / tiles;
        return (rows, left - tiles * (rows - 1));
    }

    private static int MostRows<TVec, TSimd>(in TileTask task)
        where TVec : struct
        where TSimd : struct, ISimdMoves<TVec> =>
        task.InRegisters ? ProductKernel<TVec, TSimd>.MaxRowsInRegisters
        : task.InPairs ? ProductKernel<TVec, TSimd>.MaxRowsInPairs
        : ProductKernel<TVec, TSimd>.MaxRows;

    /// <summary>Tiles below each other that a strip of B passes at once.</summary>
    private readonly int TilesAtOnce(int rows, bool isPacked) =>
        isPacked ? Math.Max(1, GroupFloats / Math.Max(1, rows * Inner))
        : Inner <= SmallInner ? SmallTiles
        : 1;

    /// <summary>Copies A tile by tile, each tile's values in the order in which its kernel reads them.</summary>
    private readonly float* PackA(ProductScratch scratch, int maxRows)
    {
        var packed = scratch.PackedA(Rows * Inner);
        var most = ARow == 1 ? PackedAtOnce : Inner;
        for (var k = 0; k < Inner; k += most)
        {
            var inner = Math.Min(most, Inner - k);
            var row = 0;
            while (row < Rows)
            {
                var (rows, _) = Tiles(Rows - row, maxRows);
                Packing.Copy(A + row * ARow + k * AStep, ARow, AStep, packed + (nint)row * Inner + (nint)k * rows, rows, inner);
                row += rows;
            }
        }

        return packed;
    }

    /// <summary>Copies columns of B strip by strip, both vectors of a strip side by side.</summary>
    private readonly void PackB<TVec, TSimd>(float* packed, int firstColumn, int columns)
        where TVec : struct
        where TSimd : struct, ISimdMoves<TVec>
    {
        var width = TSimd.Width;
        var most = BColumn == 1 ? PackedAtOnce : Inner;
        for (var k = 0; k < Inner; k += most)
        {
            var inner = Math.Min(most, Inner - k);
            for (var column = 0; column < columns; column += 2 * width)
            {
                var (first, second) = Strip(firstColumn + column, firstColumn + columns, width);
                var step = second >= 0 ? 2 * width : width;
                var destination = packed + (nint)column * Inner + (nint)k * step;
                PackVectors<TVec, TSimd>(first, k, inner, destination, step);
                if (second >= 0)
                {
                    PackVectors<TVec, TSimd>(second, k, inner, destination + width, step);
                }
            }
        }
    }

    /// <summary>Copies one vector of some rows of B.</summary>
    private readonly void PackVectors<TVec, TSimd>(int column, int k, int inner, float* packed, int packedStep)
        where TVec : struct
        where TSimd : struct, ISimdMoves<TVec>
    {
        var source = B + k * BStep + column * BColumn;
        if (BColumn != 1)
        {
            Packing.Transpose<TVec, TSimd>(source, BColumn, packed, packedStep, inner);
            return;
        }

        for (var i = 0; i < inner; i++)
        {
            TSimd.Store(TSimd.Load(source), packed);
            source += BStep;
            packed += packedStep;
        }
    }

    /// <summary>Whether the tree is a complete one of 2, 4 or 8 leaves.</summary>
    private static bool IsComplete(TreeLeaf* leaves, int count)
    {
        var complete = count is 2 or 4 or 8;
        for (var i = 0; i < count && complete; i++)
        {
            complete = leaves[i].MergesAfter == BitOperations.TrailingZeroCount(i + 1);
        }

        return complete;
    }

    /// <summary>Whether the tree adds each even leaf to the one behind it first.</summary>
    private static bool ArePairs(TreeLeaf* leaves, int count)
    {
        var pairs = count % 2 == 0;
        for (var i = 0; i < count && pairs; i++)
        {
            pairs = leaves[i].MergesAfter > 0 == (i % 2 == 1);
        }

        return pairs;
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
