using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ActorNet.Core.Numerics;

/// <summary>What one tile of a product reads and writes. Element (r, k) of A is <c>A[r·ARow + k·AStep]</c>; row k of B starts at <c>B + k·BStep</c>.</summary>
internal unsafe struct TileTask
{
    public float* A;
    public nint ARow;
    public nint AStep;
    public float* B;
    public nint BStep;

    /// <summary>Floats from the first vector of a row of B to the second.</summary>
    public nint BSecond;

    public float* C;
    public nint CRow;

    /// <summary>Columns from the first vector of a row of C to the second.</summary>
    public nint CSecond;

    /// <summary>Where the chains of the first leaf start, at this tile's columns; null for zero.</summary>
    public float* Start;

    /// <summary>Whether the chains go on from what is in C instead.</summary>
    public bool GoesOn;

    /// <summary>
    /// Whether the values of A that a step multiplies are beside each other, and B is packed. Then four steps go by with few sums of addresses, where the processor would
    /// else be as busy with addresses as with numbers.
    /// </summary>
    public bool IsDense;

    /// <summary>Whether the summation tree stays in registers.</summary>
    public bool InRegisters;

    /// <summary>Whether each pair of leaves is computed at once, and added in registers.</summary>
    public bool InPairs;

    /// <summary>Whether C is so large that what is written of it is fetched before.</summary>
    public bool FetchesOutput;

    /// <summary>Tiles below each other that are the task.</summary>
    public int Tiles;

    /// <summary>Floats from one tile's A to the next.</summary>
    public nint ATile;

    public TreeLeaf* Leaves;
    public int LeafCount;

    /// <summary>Room for the blocks of the summation tree that wait for their right sibling.</summary>
    public float* Stack;

    /// <summary>Floats from one waiting block to the next.</summary>
    public int BlockSize;
}

/// <summary>
/// The innermost loops of every product. Each output element is, for each leaf, one chain of fused multiply-adds in ascending inner index, and the
/// leaves' chains are added along the tree: nothing else about the product can change a bit.
/// </summary>
internal static unsafe class ProductKernel<TVec, TSimd>
    where TVec : struct
    where TSimd : struct, ISimd<TVec>
{
    /// <summary>
    /// Most rows of a tile: 24 accumulators fit AVX-512's 32 registers beside two vectors of B, 12 the 16 registers of narrower x86 vectors.
    /// </summary>
    public static int MaxRows => TSimd.Width >= 16 ? 12 : 6;

    /// <summary>
    /// Most rows of a tile whose summation tree stays in registers: four blocks of eight vectors. Zero where there are too few
    /// registers: AVX-512 has 32, for its 256-bit vectors too.
    /// </summary>
    public static int MaxRowsInRegisters => Vector512.IsHardwareAccelerated && TSimd.Width >= 8 ? 4 : 0;

    /// <summary>
    /// Most rows of a tile that computes leaves in pairs: two times six accumulators fit the 16 registers of 256-bit vectors. Zero elsewhere: with more registers the tree stays in
    /// them, or nobody has measured it.
    /// </summary>
    public static int MaxRowsInPairs => TSimd.Width == 8 && !Vector512.IsHardwareAccelerated ? 3 : 0;

    /// <summary>Floats that one block of the tree's stack takes.</summary>
    public static int BlockSize => 2 * TSimd.Width * MaxRows;

    /// <summary>Computes one tile of <paramref name="rows"/> rows (1 to <see cref="MaxRows"/>) and one or two vectors of columns.</summary>
    public static void Run(in TileTask task, int rows, bool pair)
    {
        if (pair)
        {
            RunRows<Tiles<TVec, TSimd>.EndPair>(task, rows);
        }
        else
        {
            RunRows<Tiles<TVec, TSimd>.EndSingle>(task, rows);
        }
    }

    private static void RunRows<T0>(in TileTask task, int rows)
        where T0 : struct, ITile<TVec, T0>
    {
        if (rows <= 6)
        {
            RunUpTo6<T0>(task, rows);
        }
        else
        {
            RunUpTo6<
                Tiles<TVec, TSimd>.Row<Tiles<TVec, TSimd>.Row<Tiles<TVec, TSimd>.Row<
                Tiles<TVec, TSimd>.Row<Tiles<TVec, TSimd>.Row<Tiles<TVec, TSimd>.Row<T0>>>>>>>(task, rows - 6);
        }
    }

    private static void RunUpTo6<T0>(in TileTask task, int rows)
        where T0 : struct, ITile<TVec, T0>
    {
        switch (rows)
        {
            case 1:
                Compute<Tiles<TVec, TSimd>.Row<T0>>(task);
                break;
            case 2:
                Compute<Tiles<TVec, TSimd>.Row<Tiles<TVec, TSimd>.Row<T0>>>(task);
                break;
            case 3:
                Compute<Tiles<TVec, TSimd>.Row<Tiles<TVec, TSimd>.Row<Tiles<TVec, TSimd>.Row<T0>>>>(task);
                break;
            case 4:
                Compute<Tiles<TVec, TSimd>.Row<Tiles<TVec, TSimd>.Row<Tiles<TVec, TSimd>.Row<Tiles<TVec, TSimd>.Row<T0>>>>>(task);
                break;
            case 5:
                Compute<Tiles<TVec, TSimd>.Row<Tiles<TVec, TSimd>.Row<Tiles<TVec, TSimd>.Row<
                    Tiles<TVec, TSimd>.Row<Tiles<TVec, TSimd>.Row<T0>>>>>>(task);
                break;
            case 6:
                Compute<Tiles<TVec, TSimd>.Row<Tiles<TVec, TSimd>.Row<Tiles<TVec, TSimd>.Row<
                    Tiles<TVec, TSimd>.Row<Tiles<TVec, TSimd>.Row<Tiles<TVec, TSimd>.Row<T0>>>>>>>(task);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(rows), rows, "A tile has 1 to 12 rows.");
        }
    }

    /// <summary>The tiles of a task, below each other.</summary>
    private static void Compute<TTile>(in TileTask task)
        where TTile : struct, ITile<TVec, TTile>
    {
        var a = task.A;
        var c = task.C;
        for (var i = 0; i < task.Tiles; i++)
        {
            if (task.InRegisters)
            {
                ComputeInRegisters<TTile>(task, a, c);
            }
            else if (TTile.IsPair && task.InPairs)
            {
                ComputeInPairs<TTile>(task, a, c);
            }
            else
            {
                ComputeOnStack<TTile>(task, a, c);
            }

            a += task.ATile;
            c += TTile.Rows * task.CRow;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void ComputeOnStack<TTile>(in TileTask task, float* a, float* c)
        where TTile : struct, ITile<TVec, TTile>
    {
        var b = task.B;
        var aRow = task.ARow;
        var aStep = task.AStep;
        var bStep = task.BStep;
        var bSecond = task.BSecond;
        var isDense = task.IsDense;
        var stack = task.Stack;
        var blockSize = task.BlockSize;
        // No argument of a tile's method may branch: the tile's address would be kept across the branch, and its registers would become memory.
        var tile = default(TTile);
        var start = task.Start;
        for (var leaf = 0; ; leaf++)
        {
            var first = start == null ? TSimd.Broadcast(0f) : TSimd.Load(start);
            var second = start == null ? TSimd.Broadcast(0f) : TSimd.Load(start + task.CSecond);
            tile.Start(first, second);
            start = null;
            if (task.GoesOn)
            {
                tile.Load(c, task.CRow, task.CSecond);
            }

            var k = task.Leaves[leaf].Rows;
            for (; TTile.IsPair && isDense && k >= 4; k -= 4)
            {
                var third = a + 2 * aStep;
                tile.MultiplyAddBeside(a, TSimd.Load(b), TSimd.Load(b + TSimd.Width));
                tile.MultiplyAddBeside(a + aStep, TSimd.Load(b + 2 * TSimd.Width), TSimd.Load(b + 3 * TSimd.Width));
                tile.MultiplyAddBeside(third, TSimd.Load(b + 4 * TSimd.Width), TSimd.Load(b + 5 * TSimd.Width));
                tile.MultiplyAddBeside(third + aStep, TSimd.Load(b + 6 * TSimd.Width), TSimd.Load(b + 7 * TSimd.Width));
                a = third + 2 * aStep;
                b += 8 * TSimd.Width;
            }

            for (; TTile.IsPair && isDense && k > 0; k--)
            {
                tile.MultiplyAddBeside(a, TSimd.Load(b), TSimd.Load(b + TSimd.Width));
                a += aStep;
                b += 2 * TSimd.Width;
            }

            for (; k > 0; k--)
            {
                first = TSimd.Load(b);
                second = TTile.IsPair ? TSimd.Load(b + bSecond) : first;
                tile.MultiplyAdd(a, aRow, 3 * aRow, first, second);
                a += aStep;
                b += bStep;
            }

            for (var merges = task.Leaves[leaf].MergesAfter; merges > 0; merges--)
            {
                stack -= blockSize;
                tile.AddTo(stack);
            }

            // The last leaf's merges leave the root; a block that is not the root waits on the stack.
            if (leaf == task.LeafCount - 1)
            {
                tile.Store(c, task.CRow, task.CSecond);
                return;
            }

            tile.Push(stack);
            stack += blockSize;
        }
    }

    /// <summary>
    /// A tree whose leaves are added in pairs first: both chains of a pair go forward together, and their sum does not go through memory. A tile of twice the rows would load less, but
    /// has to write every leaf: twelve stores in a row, which the processor waits for.
    /// </summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void ComputeInPairs<TTile>(in TileTask task, float* a, float* c)
        where TTile : struct, ITile<TVec, TTile>
    {
        var b = task.B;
        var aStep = task.AStep;
        var bStep = task.BStep;
        var stack = task.Stack;
        var last = task.Leaves + task.LeafCount - 2;
        for (var row = 0; task.FetchesOutput && row < TTile.Rows; row++)
        {
            Prefetch.Start(c + row * task.CRow);
            Prefetch.Start(c + row * task.CRow + task.CSecond);
        }

        // As above, no argument of their methods may branch.
        var left = default(TTile);
        var right = default(TTile);
        for (var leaf = task.Leaves; ; leaf += 2)
        {
            left.Start(TSimd.Broadcast(0f), TSimd.Broadcast(0f));
            right.Start(TSimd.Broadcast(0f), TSimd.Broadcast(0f));
            var aLeaf = leaf->Rows * aStep;
            var bLeaf = leaf->Rows * bStep;
            var k = Math.Min(leaf[0].Rows, leaf[1].Rows);
            for (; k >= 2; k -= 2)
            {
                left.MultiplyAddBeside(a, TSimd.Load(b), TSimd.Load(b + TSimd.Width));
                right.MultiplyAddBeside(a + aLeaf, TSimd.Load(b + bLeaf), TSimd.Load(b + bLeaf + TSimd.Width));
                a += aStep;
                left.MultiplyAddBeside(a, TSimd.Load(b + 2 * TSimd.Width), TSimd.Load(b + 3 * TSimd.Width));
                right.MultiplyAddBeside(a + aLeaf, TSimd.Load(b + bLeaf + 2 * TSimd.Width), TSimd.Load(b + bLeaf + 3 * TSimd.Width));
                a += aStep;
                b += 4 * TSimd.Width;
            }

            for (; k > 0; k--)
            {
                left.MultiplyAddBeside(a, TSimd.Load(b), TSimd.Load(b + TSimd.Width));
                right.MultiplyAddBeside(a + aLeaf, TSimd.Load(b + bLeaf), TSimd.Load(b + bLeaf + TSimd.Width));
                a += aStep;
                b += bStep;
            }

            var aRight = a + aLeaf;
            var bRight = b + bLeaf;
            for (k = leaf[0].Rows - leaf[1].Rows; k > 0; k--)
            {
                left.MultiplyAddBeside(a, TSimd.Load(b), TSimd.Load(b + TSimd.Width));
                a += aStep;
                b += bStep;
            }

            for (k = leaf[1].Rows - leaf[0].Rows; k > 0; k--)
            {
                right.MultiplyAddBeside(aRight, TSimd.Load(bRight), TSimd.Load(bRight + TSimd.Width));
                aRight += aStep;
                bRight += bStep;
            }

            a = aRight;
            b = bRight;
            right.AddTo(left);
            for (var merges = leaf[1].MergesAfter; merges > 1; merges--)
            {
                stack -= task.BlockSize;
                right.AddTo(stack);
            }

            if (leaf == last)
            {
                right.Store(c, task.CRow, task.CSecond);
                return;
            }

            right.Push(stack);
            stack += task.BlockSize;
        }
    }

    /// <summary>
    /// A complete tree of 2, 4 or 8 leaves, written out: its sums do not go through memory, and the processor need not guess how many sums a leaf
    /// brings, which takes longer than the sums where leaves are short.
    /// </summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void ComputeInRegisters<TTile>(in TileTask task, float* a, float* c)
        where TTile : struct, ITile<TVec, TTile>
    {
        var b = task.B;
        var leaf = task.Leaves;
        var strides = new Strides(task.ARow, task.AStep, task.BStep, task.BSecond);
        var tile = task.LeafCount switch
        {
            8 => SumOf8<TTile>(strides, ref leaf, ref a, ref b),
            4 => SumOf4<TTile>(strides, ref leaf, ref a, ref b),
            _ => SumOf2<TTile>(strides, ref leaf, ref a, ref b),
        };
        tile.Store(c, task.CRow, task.CSecond);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TTile SumOf8<TTile>(Strides strides, ref TreeLeaf* leaf, ref float* a, ref float* b)
        where TTile : struct, ITile<TVec, TTile>
    {
        var left = SumOf4<TTile>(strides, ref leaf, ref a, ref b);
        var right = SumOf4<TTile>(strides, ref leaf, ref a, ref b);
        right.AddTo(left);
        return right;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TTile SumOf4<TTile>(Strides strides, ref TreeLeaf* leaf, ref float* a, ref float* b)
        where TTile : struct, ITile<TVec, TTile>
    {
        var left = SumOf2<TTile>(strides, ref leaf, ref a, ref b);
        var right = SumOf2<TTile>(strides, ref leaf, ref a, ref b);
        right.AddTo(left);
        return right;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TTile SumOf2<TTile>(Strides strides, ref TreeLeaf* leaf, ref float* a, ref float* b)
        where TTile : struct, ITile<TVec, TTile>
    {
        var left = Chain<TTile>(strides, (leaf++)->Rows, ref a, ref b);
        var right = Chain<TTile>(strides, (leaf++)->Rows, ref a, ref b);
        right.AddTo(left);
        return right;
    }

    /// <summary>One leaf.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TTile Chain<TTile>(Strides strides, int rows, ref float* a, ref float* b)
        where TTile : struct, ITile<TVec, TTile>
    {
        var tile = default(TTile);
        tile.Start(TSimd.Broadcast(0f), TSimd.Broadcast(0f));
        for (; rows > 0; rows--)
        {
            var first = TSimd.Load(b);
            var second = TTile.IsPair ? TSimd.Load(b + strides.BSecond) : first;
            tile.MultiplyAdd(a, strides.ARow, 3 * strides.ARow, first, second);
            a += strides.AStep;
            b += strides.BStep;
        }

        return tile;
    }

    /// <summary>The distances of a task, of which the compiler keeps each in a register: read through the task, they would be loaded again at each step.</summary>
    private readonly record struct Strides(nint ARow, nint AStep, nint BStep, nint BSecond);
}
