using ActorNet.Core.Numerics;

namespace ActorNet.Core.Tests.Numerics;

/// <summary>A summation tree as a person draws it: a leaf of some rows, or two trees. The product reads it as a list of leaves.</summary>
internal sealed record SumTree(int Rows, SumTree? Left = null, SumTree? Right = null)
{
    /// <summary>Any tree over <paramref name="rows"/> rows with <paramref name="leaves"/> leaves of one row or more.</summary>
    public static SumTree Random(Random random, int rows, int leaves)
    {
        if (leaves == 1)
        {
            return new SumTree(rows);
        }

        var leavesLeft = random.Next(1, leaves);
        var rowsLeft = random.Next(leavesLeft, rows - (leaves - leavesLeft) + 1);
        return new SumTree(rows, Random(random, rowsLeft, leavesLeft), Random(random, rows - rowsLeft, leaves - leavesLeft));
    }

    /// <summary>A complete tree, as a power of two of slices makes it, its leaves of any lengths.</summary>
    public static SumTree Complete(Random random, int rows, int leaves)
    {
        if (leaves == 1)
        {
            return new SumTree(rows);
        }

        var rowsLeft = random.Next(leaves / 2, rows - (leaves / 2) + 1);
        return new SumTree(rows, Complete(random, rowsLeft, leaves / 2), Complete(random, rows - rowsLeft, leaves / 2));
    }

    /// <summary>The leaves in the order in which the product reads them.</summary>
    public TreeLeaf[] Leaves()
    {
        if (Left is null || Right is null)
        {
            return [new TreeLeaf(Rows, 0)];
        }

        TreeLeaf[] leaves = [.. Left.Leaves(), .. Right.Leaves()];
        leaves[^1] = leaves[^1] with { MergesAfter = leaves[^1].MergesAfter + 1 };
        return leaves;
    }

    /// <summary>Sums chains along the tree; <paramref name="chain"/> gives the chain of (first row, rows).</summary>
    public float Sum(Func<int, int, float> chain, int firstRow = 0) =>
        Left is null || Right is null
            ? chain(firstRow, Rows)
            : Left.Sum(chain, firstRow) + Right.Sum(chain, firstRow + Left.Rows);

    public override string ToString() => Left is null ? $"{Rows}" : $"({Left} {Right})";
}
