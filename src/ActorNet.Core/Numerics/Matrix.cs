using System.Runtime.CompilerServices;

namespace ActorNet.Core.Numerics;

/// <summary>A row-major view of floats: rows of <see cref="Columns"/> values, <see cref="Stride"/> floats apart.</summary>
public readonly ref struct Matrix
{
    /// <summary>Views <paramref name="values"/> as <paramref name="rows"/> × <paramref name="columns"/>.</summary>
    /// <param name="values">At least (rows − 1)·stride + columns floats.</param>
    /// <param name="rows">Rows, zero or more.</param>
    /// <param name="columns">Columns, one or more.</param>
    /// <param name="stride">Floats from one row to the next; 0 means <paramref name="columns"/>.</param>
    /// <exception cref="ArgumentException">The values are too few for the shape.</exception>
    public Matrix(Span<float> values, int rows, int columns, int stride = 0)
    {
        Stride = stride == 0 ? columns : stride;
        ReadOnlyMatrix.CheckShape(values.Length, rows, columns, Stride);
        Values = values;
        Rows = rows;
        Columns = columns;
    }

    /// <summary>The floats viewed.</summary>
    public Span<float> Values { get; }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Number of columns.</summary>
    public int Columns { get; }

    /// <summary>Floats from one row to the next.</summary>
    public int Stride { get; }

    /// <summary>One row.</summary>
    public Span<float> Row(int row) => Values.Slice(row * Stride, Columns);

    /// <summary>The rows from <paramref name="start"/> on.</summary>
    public Matrix RowRange(int start, int count) =>
        new(count == 0 ? [] : Values.Slice(start * Stride, (count - 1) * Stride + Columns), count, Columns, Stride);

    /// <summary>The same view, for reading.</summary>
    public static implicit operator ReadOnlyMatrix(Matrix matrix) => new(matrix.Values, matrix.Rows, matrix.Columns, matrix.Stride);
}

/// <summary>A row-major view of floats for reading.</summary>
public readonly ref struct ReadOnlyMatrix
{
    /// <summary>Views <paramref name="values"/> as <paramref name="rows"/> × <paramref name="columns"/>.</summary>
    /// <param name="values">At least (rows − 1)·stride + columns floats.</param>
    /// <param name="rows">Rows, zero or more.</param>
    /// <param name="columns">Columns, one or more.</param>
    /// <param name="stride">Floats from one row to the next; 0 means <paramref name="columns"/>.</param>
    /// <exception cref="ArgumentException">The values are too few for the shape.</exception>
    public ReadOnlyMatrix(ReadOnlySpan<float> values, int rows, int columns, int stride = 0)
    {
        Stride = stride == 0 ? columns : stride;
        CheckShape(values.Length, rows, columns, Stride);
        Values = values;
        Rows = rows;
        Columns = columns;
    }

    /// <summary>The floats viewed.</summary>
    public ReadOnlySpan<float> Values { get; }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Number of columns.</summary>
    public int Columns { get; }

    /// <summary>Floats from one row to the next.</summary>
    public int Stride { get; }

    /// <summary>One row.</summary>
    public ReadOnlySpan<float> Row(int row) => Values.Slice(row * Stride, Columns);

    /// <summary>The rows from <paramref name="start"/> on.</summary>
    public ReadOnlyMatrix RowRange(int start, int count) =>
        new(count == 0 ? [] : Values.Slice(start * Stride, (count - 1) * Stride + Columns), count, Columns, Stride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void CheckShape(int length, int rows, int columns, int stride)
    {
        if (rows < 0 || columns < 1 || stride < columns || (rows > 0 && length < (rows - 1L) * stride + columns))
        {
            Refuse(length, rows, columns, stride);
        }
    }

    private static void Refuse(int length, int rows, int columns, int stride)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, columns);
        throw new ArgumentException($"{length} floats are too few for {rows} x {columns} with stride {stride}.");
    }
}
