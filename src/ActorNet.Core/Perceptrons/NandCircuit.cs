namespace ActorNet.Core.Perceptrons;

/// <summary>
/// A circuit of perceptrons that all compute NAND: weights −2 and −2, bias 3 (Nielsen, chapter 1). Every other gate is made of them, so perceptrons can compute
/// whatever a circuit can. A wire is a number: the inputs are 0, 1, …, and each gate's output is the next one.
/// </summary>
public sealed class NandCircuit
{
    private readonly List<(int First, int Second)> _gates = [];

    /// <summary>A circuit without a gate yet.</summary>
    /// <param name="inputs">How many inputs it has: wires 0 to <paramref name="inputs"/> − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
    public NandCircuit(int inputs)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputs);
        Inputs = inputs;
    }

    /// <summary>The perceptron at every gate: its output is 0 where both inputs are 1, else 1.</summary>
    public static Perceptron Gate { get; } = new([-2, -2], bias: 3);

    /// <summary>How many inputs it has.</summary>
    public int Inputs { get; }

    /// <summary>How many perceptrons it is made of.</summary>
    public int Gates => _gates.Count;

    /// <summary>Adds a gate.</summary>
    /// <param name="first">A wire that is there.</param>
    /// <param name="second">Another, or the same.</param>
    /// <returns>The wire of its output.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A wire is not there.</exception>
    public int Nand(int first, int second)
    {
        var next = Inputs + _gates.Count;
        foreach (var wire in (ReadOnlySpan<int>)[first, second])
        {
            ArgumentOutOfRangeException.ThrowIfNegative(wire);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(wire, next);
        }

        _gates.Add((first, second));
        return next;
    }

    /// <summary>Adds NOT: one perceptron, with the wire at both of its inputs.</summary>
    /// <param name="wire">A wire that is there.</param>
    /// <inheritdoc cref="Nand"/>
    public int Not(int wire) => Nand(wire, wire);

    /// <summary>Adds AND: two perceptrons.</summary>
    /// <inheritdoc cref="Nand"/>
    public int And(int first, int second) => Not(Nand(first, second));

    /// <summary>Adds OR: three perceptrons.</summary>
    /// <inheritdoc cref="Nand"/>
    public int Or(int first, int second) => Nand(Not(first), Not(second));

    /// <summary>Adds XOR: four perceptrons, in three layers, because one layer cannot.</summary>
    /// <inheritdoc cref="Nand"/>
    public int Xor(int first, int second) => Xor(first, second, Nand(first, second));

    /// <summary>Adds two bits: five perceptrons, the circuit of Nielsen's figure.</summary>
    /// <inheritdoc cref="Nand"/>
    /// <returns>The wires of the sum modulo 2 and of the carry.</returns>
    public (int Sum, int Carry) HalfAdder(int first, int second)
    {
        var nand = Nand(first, second);
        return (Xor(first, second, nand), Not(nand));
    }

    /// <summary>Adds three bits: nine perceptrons.</summary>
    /// <param name="first">A wire that is there.</param>
    /// <param name="second">Another.</param>
    /// <param name="carry">The carry of the place before.</param>
    /// <inheritdoc cref="HalfAdder"/>
    public (int Sum, int Carry) FullAdder(int first, int second, int carry)
    {
        var nand = Nand(first, second);
        var sum = Xor(first, second, nand);
        var over = Nand(sum, carry);
        return (Xor(sum, carry, over), Nand(nand, over));
    }

    /// <summary>Computes every wire.</summary>
    /// <param name="inputs">0 or 1 for each input.</param>
    /// <returns>0 or 1 for each wire.</returns>
    /// <exception cref="ArgumentException">There are fewer or more than <see cref="Inputs"/>, or one is neither 0 nor 1.</exception>
    public int[] Run(params ReadOnlySpan<int> inputs)
    {
        if (inputs.Length != Inputs || inputs.ContainsAnyExceptInRange(0, 1))
        {
            throw new ArgumentException($"The circuit needs {Inputs} inputs, each 0 or 1.", nameof(inputs));
        }

        var wires = new int[Inputs + _gates.Count];
        inputs.CopyTo(wires);
        for (var i = 0; i < _gates.Count; i++)
        {
            wires[Inputs + i] = Gate.Output(wires[_gates[i].First], wires[_gates[i].Second]);
        }

        return wires;
    }

    private int Xor(int first, int second, int nand) => Nand(Nand(first, nand), Nand(nand, second));
}
