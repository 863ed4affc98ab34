using ActorNet.Core.Perceptrons;

namespace ActorNet.Core.Tests.Perceptrons;

public sealed class NandCircuitTests
{
    [Fact]
    public void Gates_of_two_inputs_have_their_tables()
    {
        Assert.Equal(("1110", 1), Table((circuit, a, b) => circuit.Nand(a, b)));
        Assert.Equal(("0001", 2), Table((circuit, a, b) => circuit.And(a, b)));
        Assert.Equal(("0111", 3), Table((circuit, a, b) => circuit.Or(a, b)));
        Assert.Equal(("0110", 4), Table((circuit, a, b) => circuit.Xor(a, b)));
        Assert.Equal(("1100", 1), Table((circuit, a, _) => circuit.Not(a)));
        Assert.Equal(("0110", 5), Table((circuit, a, b) => circuit.HalfAdder(a, b).Sum));
        Assert.Equal(("0001", 5), Table((circuit, a, b) => circuit.HalfAdder(a, b).Carry));
    }

    [Fact]
    public void A_full_adder_counts_its_inputs()
    {
        var circuit = new NandCircuit(3);
        var (sum, carry) = circuit.FullAdder(0, 1, 2);
        Assert.Equal(9, circuit.Gates);
        for (var i = 0; i < 8; i++)
        {
            int[] bits = [i & 1, (i >> 1) & 1, i >> 2];
            var wires = circuit.Run(bits);
            Assert.Equal(bits.Sum(), (2 * wires[carry]) + wires[sum]);
        }
    }

    [Fact]
    public void Every_sum_of_two_bytes_is_right()
    {
        var adder = new NandAdder(8);
        Assert.Equal(68, adder.Gates);
        for (var a = 0; a < 256; a++)
        {
            for (var b = 0; b < 256; b++)
            {
                Assert.Equal(a + b, adder.Add(a, b));
            }
        }
    }

    [Fact]
    public void The_longest_and_the_shortest_adder_add()
    {
        var most = (1L << 62) - 1;
        Assert.Equal(2 * most, new NandAdder(62).Add(most, most));
        Assert.Equal(2, new NandAdder(1).Add(1, 1));
    }

    [Fact]
    public void Nonsense_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new NandCircuit(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new NandCircuit(2).Nand(0, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new NandCircuit(2).Nand(-1, 0));
        Assert.Throws<ArgumentException>(() => new NandCircuit(2).Run(1));
        Assert.Throws<ArgumentException>(() => new NandCircuit(2).Run(1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new NandAdder(8).Add(256, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new NandAdder(8).Add(0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new NandAdder(63));
    }

    /// <summary>A gate's outputs for 00, 01, 10, 11, and how many perceptrons it takes.</summary>
    private static (string Outputs, int Gates) Table(Func<NandCircuit, int, int, int> gate)
    {
        var circuit = new NandCircuit(2);
        var output = gate(circuit, 0, 1);
        return (string.Concat(Enumerable.Range(0, 4).Select(i => circuit.Run(i >> 1, i & 1)[output])), circuit.Gates);
    }
}
