namespace ActorNet.Core.Numerics;

/// <summary>
/// The matrix products of training, on the calling thread alone. Every output element is one chain of fused multiply-adds in ascending inner
/// index (for the weight gradient: one chain per leaf, added along the tree), so that its bits depend on its own row, column and leaves, and on nothing
/// else: not on the other dimensions, the vector width, the packing or the position in the output.
/// </summary>
public static unsafe class MatrixProduct
{
    /// <summary>C = A·B + bias: A is m × k, B is k × n, C is m × n. Each chain starts from the bias of its column.</summary>
    /// <param name="a">m × k.</param>
    /// <param name="b">k × n.</param>
    /// <param name="bias">n values, or empty for zeros.</param>
    /// <param name="c">m × n, overwritten; must not overlap the others.</param>
    /// <param name="scratch">Working room of this thread.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static void Multiply(ReadOnlyMatrix a, ReadOnlyMatrix b, ReadOnlySpan<float> bias, Matrix c, ProductScratch scratch)
    {
        CheckShapes(a.Rows, a.Columns, b.Rows, b.Columns, c);
        CheckLength(bias.IsEmpty ? c.Columns : bias.Length, c.Columns);
        fixed (float* pa = a.Values, pb = b.Values, pc = c.Values, start = bias)
        {
            var leaf = new TreeLeaf(a.Columns, 0);
            new ProductDriver
            {
                A = pa,
                ARow = a.Stride,
                AStep = 1,
                B = pb,
                BStep = b.Stride,
                BColumn = 1,
                C = pc,
                CRow = c.Stride,
                Start = start,
                Rows = c.Rows,
                Columns = c.Columns,
                Inner = a.Columns,
            }.Compute(new ReadOnlySpan<TreeLeaf>(in leaf), scratch);
        }
    }

    /// <summary>C = A·Bᵀ: A is m × k, B is n × k, C is m × n.</summary>
    /// <param name="a">m × k.</param>
    /// <param name="b">n × k.</param>
    /// <param name="c">m × n, overwritten; must not overlap the others.</param>
    /// <param name="scratch">Working room of this thread.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static void MultiplyTransposed(ReadOnlyMatrix a, ReadOnlyMatrix b, Matrix c, ProductScratch scratch)
    {
        CheckShapes(a.Rows, a.Columns, b.Columns, b.Rows, c);
        fixed (float* pa = a.Values, pb = b.Values, pc = c.Values)
        {
            var leaf = new TreeLeaf(a.Columns, 0);
            new ProductDriver
            {
                A = pa,
                ARow = a.Stride,
                AStep = 1,
                B = pb,
                BStep = 1,
                BColumn = b.Stride,
                C = pc,
                CRow = c.Stride,
                Rows = c.Rows,
                Columns = c.Columns,
                Inner = a.Columns,
            }.Compute(new ReadOnlySpan<TreeLeaf>(in leaf), scratch);
        }
    }

    /// <summary>
    /// C = Σ over leaves of Aᵀ·B: A is k × m, B is k × n, C is m × n. The k rows belong to the leaves in order; each leaf's sum is one chain and the
    /// chains are added along the tree. This is the weight gradient, with the slices' reduction inside.
    /// </summary>
    /// <param name="a">k × m: the layer's inputs.</param>
    /// <param name="b">k × n: the gradients of its weighted sums.</param>
    /// <param name="c">m × n, overwritten; must not overlap the others.</param>
    /// <param name="leaves">The summation tree; its rows add up to k. None: C becomes zero.</param>
    /// <param name="scratch">Working room of this thread.</param>
    /// <exception cref="ArgumentException">The shapes or the tree do not fit.</exception>
    internal static void TransposedMultiply(ReadOnlyMatrix a, ReadOnlyMatrix b, Matrix c, ReadOnlySpan<TreeLeaf> leaves, ProductScratch scratch)
    {
        CheckShapes(a.Columns, a.Rows, b.Rows, b.Columns, c);
        CheckTree(leaves, a.Rows);
        fixed (float* pa = a.Values, pb = b.Values, pc = c.Values)
        {
            new ProductDriver
            {
                A = pa,
                ARow = 1,
                AStep = a.Stride,
                B = pb,
                BStep = b.Stride,
                BColumn = 1,
                C = pc,
                CRow = c.Stride,
                Rows = c.Rows,
                Columns = c.Columns,
                Inner = a.Rows,
            }.Compute(leaves, scratch);
        }
    }

    /// <summary>Column sums along the same tree: each leaf's rows are added in ascending order, the leaves along the tree. The bias gradient.</summary>
    /// <param name="b">k × n.</param>
    /// <param name="sums">n values, overwritten.</param>
    /// <param name="leaves">The summation tree; its rows add up to k. None: the sums become zero.</param>
    /// <param name="scratch">Working room of this thread.</param>
    /// <exception cref="ArgumentException">The shapes or the tree do not fit.</exception>
    internal static void ColumnSums(ReadOnlyMatrix b, Span<float> sums, ReadOnlySpan<TreeLeaf> leaves, ProductScratch scratch)
    {
        CheckLength(sums.Length, b.Columns);
        CheckTree(leaves, b.Rows);
        var one = 1f;
        fixed (float* pb = b.Values, pc = sums)
        {
            new ProductDriver
            {
                A = &one,
                B = pb,
                BStep = b.Stride,
                BColumn = 1,
                C = pc,
                CRow = b.Columns,
                Rows = 1,
                Columns = b.Columns,
                Inner = b.Rows,
            }.Compute(leaves, scratch);
        }
    }

    private static void CheckShapes(int m, int k, int bRows, int n, Matrix c)
    {
        if (bRows != k || c.Rows != m || c.Columns != n)
        {
            throw new ArgumentException($"The product of {m} x {k} and {bRows} x {n} does not fit {c.Rows} x {c.Columns}.");
        }
    }

    private static void CheckLength(int length, int columns)
    {
        if (length != columns)
        {
            throw new ArgumentException($"{length} values do not fit {columns} columns.");
        }
    }

    private static void CheckTree(ReadOnlySpan<TreeLeaf> leaves, int rows)
    {
        var sum = 0;
        var depth = 0;
        foreach (var leaf in leaves)
        {
            sum += leaf.Rows;
            depth += 1 - leaf.MergesAfter;
            if (leaf.Rows < 1 || depth < 1)
            {
                throw new ArgumentException("The summation tree has an empty leaf or merges what is not there.");
            }
        }

        if (sum != rows || (depth != 1 && !leaves.IsEmpty))
        {
            throw new ArgumentException($"The summation tree has {sum} rows and {depth} roots; the product has {rows} rows and needs one root.");
        }
    }
}
