using ActorNet.Cluster.Transfer;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Tests.Transfer;

/// <summary>The counts that go with a part.</summary>
public sealed class PartNoteTests
{
    [Fact]
    public void A_note_comes_back_as_it_was()
    {
        foreach (var slices in (int[])[1, 3, 1000])
        {
            foreach (var workers in (int[])[0, 1, 17])
            {
                var (part, by) = Any(slices, workers, seed: 31 * slices + workers);
                var note = new byte[PartNote.Length(slices, workers)];
                Assert.Equal(note.Length, PartNote.Write(note, part, by));
                AssertReads(note, part, by);
            }
        }
    }

    [Fact]
    public void A_note_is_these_bytes()
    {
        var part = new GradientPart(new TreeNode(2, 2), new float[1]) { Cost = 1.5, Correct = 7 };
        part.Slices[0] = new SliceTally(3, 0x0102030405060708);
        part.Slices[1] = new SliceTally(0, 0);
        var note = new byte[PartNote.Length(2, 1)];
        PartNote.Write(note, part, [(5, 3)]);
        Assert.Equal(
            "000000000000F83F" + "07000000"
            + "03000000" + "0807060504030201" + "00000000" + "0000000000000000"
            + "05000000" + "03000000",
            Convert.ToHexString(note));
    }

    [Fact]
    public void A_cost_that_is_no_number_keeps_its_bits()
    {
        var part = new GradientPart(new TreeNode(0, 1), new float[1]) { Cost = BitConverter.UInt64BitsToDouble(0x7FF8_0000_0000_0042) };
        var note = new byte[PartNote.Length(1, 0)];
        PartNote.Write(note, part, []);
        var read = new GradientPart(new TreeNode(0, 1), new float[1]);
        Assert.True(PartNote.TryRead(note, read, []));
        Assert.Equal(0x7FF8_0000_0000_0042UL, BitConverter.DoubleToUInt64Bits(read.Cost));
    }

    [Fact]
    public void A_note_of_another_length_is_refused_and_writes_nothing()
    {
        var (part, by) = Any(slices: 3, workers: 2, seed: 1);
        var whole = new byte[PartNote.Length(3, 2) + 20];
        PartNote.Write(whole, part, by);
        for (var length = 0; length < whole.Length; length++)
        {
            var target = new GradientPart(new TreeNode(0, 3), new float[1]) { Cost = -1 };
            List<(int Worker, int Samples)> workers = [(9, 9)];
            var fits = length >= PartNote.Length(3, 0) && (length - PartNote.Length(3, 0)) % 8 == 0;
            Assert.Equal(fits, PartNote.TryRead(whole.AsSpan(0, length), target, workers));
            if (!fits)
            {
                Assert.Equal(-1, target.Cost);
                Assert.Equal([(9, 9)], workers);
            }
        }
    }

    [Fact]
    public void A_note_that_is_read_again_forgets_the_workers_before()
    {
        var (part, by) = Any(slices: 2, workers: 3, seed: 2);
        var note = new byte[PartNote.Length(2, 3)];
        PartNote.Write(note, part, by);
        List<(int Worker, int Samples)> workers = [(1, 1), (2, 2), (3, 3), (4, 4)];
        Assert.True(PartNote.TryRead(note, new GradientPart(new TreeNode(0, 2), new float[1]), workers));
        Assert.Equal(by, workers);
    }

    private static (GradientPart Part, List<(int Worker, int Samples)> Workers) Any(int slices, int workers, int seed)
    {
        var random = new Random(seed);
        var part = new GradientPart(new TreeNode(0, slices), new float[1]) { Cost = random.NextDouble() * 100, Correct = random.Next() };
        for (var i = 0; i < slices; i++)
        {
            part.Slices[i] = new SliceTally(random.Next(), (ulong)random.NextInt64());
        }

        return (part, [.. Enumerable.Range(0, workers).Select(worker => (worker, random.Next()))]);
    }

    private static void AssertReads(byte[] note, GradientPart part, List<(int Worker, int Samples)> by)
    {
        var read = new GradientPart(part.Node, new float[1]);
        List<(int Worker, int Samples)> workers = [];
        Assert.True(PartNote.TryRead(note, read, workers));
        Assert.Equal((part.Cost, part.Correct), (read.Cost, read.Correct));
        Assert.Equal(part.Slices, read.Slices);
        Assert.Equal(by, workers);
    }
}
