using System.Runtime.CompilerServices;

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
        where T0 : struct, ITile<TVec>
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
        where T0 : struct, ITile<TVec>
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

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Compute<TTile>(in TileTask task)
        where TTile : struct, ITile<TVec>
    {
        var a = task.A;
        var b = task.B;
        var aRow = task.ARow;
        var aStep = task.AStep;
        var bStep = task.BStep;
        var bSecond = task.BSecond;
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
                tile.Load(task.C, task.CRow, task.CSecond);
            }

            for (var k = task.Leaves[leaf].Rows; k > 0; k--)
            {
                first = TSimd.Load(b);
                second = TTile.IsPair ? TSimd.Load(b + bSecond) : first;
                tile.MultiplyAdd(a, aRow, first, second);
                a += aStep;
                b += bStep;
            }

            for (var merges = task.Leaves[leaf].MergesAfter; merges > 0; merges--)
            {
                stack -= blockSize;
                tile.AddTo(stack);
            }

            // The last leaf's merges leave the root; a block that is not the root waits on the stack.
            var isRoot = leaf == task.LeafCount - 1;
            var destination = isRoot ? task.C : stack;
            var destinationRow = isRoot ? task.CRow : 2 * TSimd.Width;
            var destinationSecond = isRoot ? task.CSecond : TSimd.Width;
            tile.Store(destination, destinationRow, destinationSecond);
            if (isRoot)
            {
                return;
            }

            stack += blockSize;
        }
    }
}
