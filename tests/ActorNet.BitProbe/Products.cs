using ActorNet.Core.Numerics;

namespace ActorNet.BitProbe;

/// <summary>Every form of the matrix product, at shapes on both sides of each way through the code.</summary>
internal static class Products
{
    private static readonly (int Rows, int Columns, int Inner)[] _shapes =
        [(1, 1, 7), (3, 3, 5), (10, 30, 49), (7, 17, 33), (13, 65, 20), (41, 31, 18), (45, 150, 23), (53, 129, 12)];

    /// <summary>Takes a result and its name.</summary>
    public delegate void Result(string name, ReadOnlySpan<float> values);

    /// <summary>Computes them from <paramref name="values"/>, of which there are enough.</summary>
    public static void Compute(ReadOnlySpan<float> values, Result result)
    {
        var scratch = new ProductScratch();
        foreach (var (m, n, k) in _shapes)
        {
            var c = new float[m * n];
            var sums = new float[n];
            var leaves = Leaves(k);
            var left = values[..(m * k)];
            var right = values.Slice(m * k, k * n);
            MatrixProduct.Multiply(new(left, m, k), new(right, k, n), values[..n], new(c, m, n), scratch);
            result($"product-{m}-{n}-{k}", c);
            MatrixProduct.MultiplyTransposed(new(left, m, k), new(right, n, k), new(c, m, n), scratch);
            result($"product-{m}-{n}-{k}-b-transposed", c);
            MatrixProduct.TransposedMultiply(new(left, k, m), new(right, k, n), new(c, m, n), leaves, scratch);
            result($"product-{m}-{n}-{k}-a-transposed", c);
            MatrixProduct.ColumnSums(new(right, k, n), sums, leaves, scratch);
            result($"column-sums-{n}-{k}", sums);
        }
    }

    /// <summary>Three leaves: (l0 + l1) + l2.</summary>
    private static TreeLeaf[] Leaves(int rows) => [new(1, 0), new(2, 1), new(rows - 3, 1)];
}
