using System.Globalization;
using ActorNet.Core.Perceptrons;

namespace ActorNet.Cli.Explain;

/// <summary>NAND perceptrons, and an addition by a network of them.</summary>
internal sealed class NandAddition : Section
{
    /// <summary>The greatest number that can be added.</summary>
    public const int Most = (1 << Bits) - 1;

    private const int Bits = 8;

    private static readonly (int First, int Second)[] _inputs = [(0, 0), (0, 1), (1, 0), (1, 1)];

    private readonly NandAdder _adder = new(Bits);
    private readonly NandCircuit _half = new(2);
    private readonly int _first;
    private readonly int _second;
    private readonly long _sum;
    private readonly Row[] _rows;

    /// <summary>Adds two numbers.</summary>
    /// <param name="first">0 to <see cref="Most"/>.</param>
    /// <param name="second">The same.</param>
    public NandAddition(int first, int second)
        : base("addition", "What a network of them can do: all that circuits can")
    {
        (_first, _second, _sum) = (first, second, _adder.Add(first, second));
        var (sum, carry) = _half.HalfAdder(0, 1);
        _rows = [.. _inputs.Select(x => Truth(x.First, x.Second, _half.Run(x.First, x.Second), sum, carry))];
    }

    public override object Figures => new
    {
        gate = new { weights = NandCircuit.Gate.Weights.ToArray(), bias = NandCircuit.Gate.Bias },
        table = _rows,
        halfAdderPerceptrons = _half.Gates,
        first = _first,
        second = _second,
        sum = _sum,
        perceptrons = _adder.Gates,
    };

    public override void Tell(Story story)
    {
        story.Say("A perceptron with the weights -2 and -2 and the bias 3 computes NAND: its output is 0 only where both inputs are 1. Every circuit can be made of NAND gates, so networks of perceptrons can compute whatever a computer can. Five of them are a half adder, which adds two bits:");
        story.Lines("n     = nand(x₁, x₂)", "sum   = nand(nand(x₁, n), nand(n, x₂))", "carry = nand(n, n)");
        story.Table(
            ["x₁", "x₂", "w·x + b", "NAND", "sum", "carry"],
            _rows.Select(row => (string[])[$"{row.First}", $"{row.Second}", Number(row.WeightedSum), $"{row.Nand}", $"{row.Sum}", $"{row.Carry}"]));
        story.Say($"The sum is XOR, out of reach for one perceptron: it needs a layer between. A half adder for the lowest bits and a full adder of 9 for each other add two numbers of {Bits} bits:");
        story.Lines(Column(' ', _first), Column('+', _second), Column('=', _sum));
        story.Say($"{_first} + {_second} = {_sum}, by {_adder.Gates} perceptrons ({_half.Gates} + {Bits - 1} · 9). What is new about perceptrons is not that they compute, but that they learn how.");
    }

    private static Row Truth(int first, int second, int[] wires, int sum, int carry) =>
        new(first, second, NandCircuit.Gate.WeightedSum(first, second), NandCircuit.Gate.Output(first, second), wires[sum], wires[carry]);

    private static string Number(double value) => value.ToString("0", CultureInfo.InvariantCulture);

    private static string Column(char sign, long number) => string.Create(CultureInfo.InvariantCulture, $"{sign} {number,4}  {number.ToString($"b{Bits}", CultureInfo.InvariantCulture),Bits + 1}");

    /// <summary>What a NAND perceptron and a half adder give for two inputs.</summary>
    /// <param name="First">An input.</param>
    /// <param name="Second">The other.</param>
    /// <param name="WeightedSum">The perceptron's w·x + b.</param>
    /// <param name="Nand">Its output.</param>
    /// <param name="Sum">The half adder's sum, modulo 2.</param>
    /// <param name="Carry">Its carry.</param>
    private sealed record Row(int First, int Second, double WeightedSum, int Nand, int Sum, int Carry);
}
