using ActorNet.Core.Numerics;

namespace ActorNet.Core.Models;

/// <summary>Computes, for one slice, the sum over its samples of the gradient of some parameters.</summary>
/// <param name="firstRow">The slice's first row of the batch.</param>
/// <param name="rows">Its rows; one or more.</param>
/// <param name="sum">Overwritten with the sum over these rows, added in ascending order.</param>
public delegate void SliceGradient(int firstRow, int rows, Span<float> sum);

/// <summary>
/// Where a layer's gradient goes: one sub-tree of slices, whose sums over samples are added along the reduction tree as they are made. Sums that can be
/// written as a product or as column sums are made in registers; anything else slice by slice.
/// </summary>
public readonly ref struct GradientWriter
{
    private readonly Span<float> _destination;
    private readonly ReadOnlySpan<TreeLeaf> _leaves;
    private readonly int _firstRow;
    private readonly int _rows;
    private readonly ProductScratch _scratch;

    internal GradientWriter(Span<float> destination, ReadOnlySpan<TreeLeaf> leaves, int firstRow, int rows, ProductScratch scratch)
    {
        _destination = destination;
        _leaves = leaves;
        _firstRow = firstRow;
        _rows = rows;
        _scratch = scratch;
    }

    /// <summary>Writes inputsᵀ·delta, an inputs × outputs tensor, at <paramref name="offset"/> of the layer's parameters.</summary>
    /// <param name="offset">Floats before the tensor in the layer's parameters.</param>
    /// <param name="inputs">The whole batch, samples × inputs.</param>
    /// <param name="delta">The whole batch, samples × outputs.</param>
    public void WriteProduct(int offset, ReadOnlyMatrix inputs, ReadOnlyMatrix delta)
    {
        var tensor = new Matrix(_destination.Slice(offset, inputs.Columns * delta.Columns), inputs.Columns, delta.Columns);
        MatrixProduct.TransposedMultiply(inputs.RowRange(_firstRow, _rows), delta.RowRange(_firstRow, _rows), tensor, _leaves, _scratch);
    }

    /// <summary>Writes the sums of delta's columns at <paramref name="offset"/> of the layer's parameters.</summary>
    /// <param name="offset">Floats before the vector in the layer's parameters.</param>
    /// <param name="delta">The whole batch, samples × outputs.</param>
    public void WriteColumnSums(int offset, ReadOnlyMatrix delta) =>
        MatrixProduct.ColumnSums(delta.RowRange(_firstRow, _rows), _destination.Slice(offset, delta.Columns), _leaves, _scratch);

    /// <summary>Writes any gradient, slice by slice: slower than the two forms above, and free in what it computes.</summary>
    /// <param name="offset">Floats before the tensor in the layer's parameters.</param>
    /// <param name="length">Floats of the tensor.</param>
    /// <param name="slice">Computes one slice's sum.</param>
    public void WriteSlices(int offset, int length, SliceGradient slice)
    {
        var destination = _destination.Slice(offset, length);
        var waiting = new Stack<float[]>();
        var row = _firstRow;
        foreach (var leaf in _leaves)
        {
            var sum = new float[length];
            slice(row, leaf.Rows, sum);
            row += leaf.Rows;
            for (var merges = leaf.MergesAfter; merges > 0; merges--)
            {
                VectorOps.Add(waiting.Pop(), sum, sum);
            }

            waiting.Push(sum);
        }

        waiting.Pop().CopyTo(destination);
    }
}
