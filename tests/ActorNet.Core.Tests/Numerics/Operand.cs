using ActorNet.Core.Numerics;

namespace ActorNet.Core.Tests.Numerics;

/// <summary>
/// A matrix whose memory is poisoned everywhere else: before it, after it and between the end of a row and the next. A product that reads the
/// poison becomes NaN, one that writes over it is found by <see cref="AssertPoisonIsIntact"/>.
/// </summary>
internal sealed class Operand
{
    private const int Margin = 40;
    private const uint Poison = 0x7FC0_DEADu;
    private readonly float[] _memory;

    /// <summary>A poisoned matrix; <paramref name="gap"/> floats lie between its rows.</summary>
    public Operand(int rows, int columns, int gap = 0)
    {
        Rows = rows;
        Columns = columns;
        Stride = columns + gap;
        _memory = new float[2 * Margin + rows * Stride];
        Array.Fill(_memory, BitConverter.UInt32BitsToSingle(Poison));
    }

    public int Rows { get; }

    public int Columns { get; }

    public int Stride { get; }

    public Matrix View => new(_memory.AsSpan(Margin, Math.Max(0, (Rows - 1) * Stride + Columns)), Rows, Columns, Stride);

    public float this[int row, int column]
    {
        get => _memory[Margin + row * Stride + column];
        set => _memory[Margin + row * Stride + column] = value;
    }

    /// <summary>A matrix of ordinary numbers: normal deviates, some of them zero.</summary>
    public static Operand Ordinary(Random random, int rows, int columns, int gap = 0) =>
        Filled(rows, columns, gap, () => random.Next(10) == 0 ? 0f : (float)((random.NextDouble() - 0.5) * Math.ScaleB(1, random.Next(-3, 4))));

    /// <summary>A matrix of ordinary numbers mixed with those whose bits go wrong first: both zeros, denormals, very large and very small.</summary>
    public static Operand Awkward(Random random, int rows, int columns, int gap = 0) =>
        Filled(rows, columns, gap, () => random.Next(12) switch
        {
            0 => 0f,
            1 => -0f,
            2 => float.Epsilon * random.Next(1, 1000),
            3 => 1e15f * (random.NextSingle() - 0.5f),
            4 => 1e-20f * (random.NextSingle() - 0.5f),
            _ => random.NextSingle() - 0.5f,
        });

    public void AssertPoisonIsIntact(string what)
    {
        for (var i = 0; i < _memory.Length; i++)
        {
            var (row, column) = Math.DivRem(i - Margin, Stride);
            var isElement = i >= Margin && row < Rows && column < Columns;
            Assert.True(
                isElement || BitConverter.SingleToUInt32Bits(_memory[i]) == Poison,
                $"{what}: memory outside the matrix was overwritten, {i - Margin} floats from its start (row {row}, column {column}).");
        }
    }

    private static Operand Filled(int rows, int columns, int gap, Func<float> value)
    {
        var matrix = new Operand(rows, columns, gap);
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                matrix[row, column] = value();
            }
        }

        return matrix;
    }
}
