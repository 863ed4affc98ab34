using System.Buffers;
using ActorNet.Core.Numerics;

namespace ActorNet.Core.Models;

/// <summary>Computes, for one slice, the sum over its samples of the gradient of some parameters.</summary>
/// <param name="parameters">The layer's parameters.</param>
/// <param name="inputs">The slice's samples × inputs; one sample or more.</param>
/// <param name="delta">The slice's samples × outputs: the derivative of the cost by each weighted sum.</param>
/// <param name="sum">Zeros, to which each sample's gradient is added in ascending order.</param>
public delegate void SliceGradient(ReadOnlySpan<float> parameters, ReadOnlyMatrix inputs, ReadOnlyMatrix delta, Span<float> sum);

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
    /// <param name="inputs">The whole batch, rows × inputs.</param>
    /// <param name="delta">The whole batch, rows × outputs.</param>
    /// <param name="rowsPerSample">Rows of a sample, one after the other: the places of a convolution, the steps of a sequence; else 1.</param>
    public void WriteProduct(int offset, ReadOnlyMatrix inputs, ReadOnlyMatrix delta, int rowsPerSample = 1)
    {
        var tensor = new Matrix(_destination.Slice(offset, inputs.Columns * delta.Columns), inputs.Columns, delta.Columns);
        MatrixProduct.TransposedMultiply(Own(inputs, rowsPerSample), Own(delta, rowsPerSample), tensor, Leaves(rowsPerSample), _scratch);
    }

    /// <summary>Writes the sums of delta's columns at <paramref name="offset"/> of the layer's parameters.</summary>
    /// <param name="offset">Floats before the vector in the layer's parameters.</param>
    /// <param name="delta">The whole batch, rows × outputs.</param>
    /// <param name="rowsPerSample">Rows of a sample, one after the other; else 1.</param>
    public void WriteColumnSums(int offset, ReadOnlyMatrix delta, int rowsPerSample = 1) =>
        MatrixProduct.ColumnSums(Own(delta, rowsPerSample), _destination.Slice(offset, delta.Columns), Leaves(rowsPerSample), _scratch);

    /// <summary>Writes any gradient, slice by slice: slower than the two forms above, and free in what it computes.</summary>
    /// <param name="offset">Floats before the tensor in the layer's parameters.</param>
    /// <param name="length">Floats of the tensor.</param>
    /// <param name="parameters">The layer's parameters, handed on.</param>
    /// <param name="inputs">The whole batch, samples × inputs.</param>
    /// <param name="delta">The whole batch, samples × outputs.</param>
    /// <param name="slice">Computes one slice's sum.</param>
    public void WriteSlices(
        int offset, int length, ReadOnlySpan<float> parameters, ReadOnlyMatrix inputs, ReadOnlyMatrix delta, SliceGradient slice)
    {
        var rented = ArrayPool<float>.Shared.Rent(checked(_leaves.Length * length));
        var waiting = 0;
        var row = _firstRow;
        foreach (var leaf in _leaves)
        {
            var sum = rented.AsSpan(waiting++ * length, length);
            sum.Clear();
            slice(parameters, inputs.RowRange(row, leaf.Rows), delta.RowRange(row, leaf.Rows), sum);
            row += leaf.Rows;
            for (var merges = leaf.MergesAfter; merges > 0; merges--)
            {
                var right = rented.AsSpan(--waiting * length, length);
                var left = rented.AsSpan((waiting - 1) * length, length);
                VectorOps.Add(left, right, left);
            }
        }

        rented.AsSpan(0, length).CopyTo(_destination.Slice(offset, length));
        ArrayPool<float>.Shared.Return(rented);
    }

    /// <summary>The rows of this sub-tree.</summary>
    private ReadOnlyMatrix Own(ReadOnlyMatrix batch, int rowsPerSample) => batch.RowRange(_firstRow * rowsPerSample, _rows * rowsPerSample);

    /// <summary>The leaves in rows instead of samples: a sample's rows are summed in one chain with the other samples' of its slice.</summary>
    private ReadOnlySpan<TreeLeaf> Leaves(int rowsPerSample)
    {
        if (rowsPerSample == 1)
        {
            return _leaves;
        }

        var scaled = _scratch.Leaves(_leaves.Length);
        for (var i = 0; i < _leaves.Length; i++)
        {
            scaled[i] = _leaves[i] with { Rows = _leaves[i].Rows * rowsPerSample };
        }

        return scaled;
    }
}
