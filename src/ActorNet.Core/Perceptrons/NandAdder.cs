namespace ActorNet.Core.Perceptrons;

/// <summary>Adds numbers by NAND perceptrons: a half adder for the lowest bits, then a full adder a place, each with the carry of the one before.</summary>
public sealed class NandAdder
{
    private const int MostBits = 62;

    private readonly NandCircuit _circuit;
    private readonly int[] _sum;

    /// <summary>An adder.</summary>
    /// <param name="bits">How many bits the numbers have: 1 to 62.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of bits is not.</exception>
    public NandAdder(int bits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, MostBits);
        Bits = bits;
        _circuit = new NandCircuit(2 * bits);
        _sum = new int[bits + 1];
        (_sum[0], var carry) = _circuit.HalfAdder(0, bits);
        for (var i = 1; i < bits; i++)
        {
            (_sum[i], carry) = _circuit.FullAdder(i, bits + i, carry);
        }

        _sum[bits] = carry;
    }

    /// <summary>How many bits the numbers have.</summary>
    public int Bits { get; }

    /// <summary>How many perceptrons it is made of: 5 for the first bit, 9 for each other.</summary>
    public int Gates => _circuit.Gates;

    /// <summary>The sum of two numbers: one bit longer than they are.</summary>
    /// <param name="first">0 or more, and below 2^<see cref="Bits"/>.</param>
    /// <param name="second">The same.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not.</exception>
    public long Add(long first, long second)
    {
        Span<int> inputs = stackalloc int[2 * Bits];
        Write(first, inputs[..Bits]);
        Write(second, inputs[Bits..]);
        var wires = _circuit.Run(inputs);
        return _sum.Select((wire, i) => (long)wires[wire] << i).Sum();
    }

    /// <summary>The bits of a number, the lowest first.</summary>
    private static void Write(long number, Span<int> bits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, 1L << bits.Length);
        for (var i = 0; i < bits.Length; i++)
        {
            bits[i] = (int)(number >> i) & 1;
        }
    }
}
