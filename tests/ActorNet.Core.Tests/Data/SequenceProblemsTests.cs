using ActorNet.Core.Data;

namespace ActorNet.Core.Tests.Data;

/// <summary>The made-up sequences: each target against its definition, and names.</summary>
public sealed class SequenceProblemsTests
{
    [Theory]
    [InlineData("adding", 50)]
    [InlineData("adding7", 7)]
    public void Adding_sums_the_two_marked_numbers(string name, int steps)
    {
        var (training, test) = DataSets.Open(name);
        Assert.Equal(2 * steps, training.InputSize);
        Assert.Equal(TaskKind.Regression, training.Task);
        Assert.NotEqual(training.Hash, test.Hash);
        for (var index = 0; index < 500; index++)
        {
            var (inputs, targets) = training.Sample(index);
            var marked = Enumerable.Range(0, steps).Where(step => inputs[(2 * step) + 1] == 1).ToArray();
            Assert.Equal(2, marked.Length);
            Assert.True(marked[0] < steps / 2 && marked[1] >= steps / 2, $"sample {index}");
            Assert.Equal(inputs[2 * marked[0]] + inputs[2 * marked[1]], targets[0]);
            Assert.All(Enumerable.Range(0, steps), step => Assert.InRange(inputs[2 * step], 0f, 0.99999994f));
        }
    }

    [Fact]
    public void Parity_counts_the_bits_that_are_there()
    {
        var training = DataSets.Open("parity12").Training;
        var (odd, lengths) = (0, new HashSet<int>());
        for (var index = 0; index < 1000; index++)
        {
            var (inputs, targets) = training.Sample(index);
            var there = Enumerable.Range(0, 12).Where(step => inputs[(2 * step) + 1] == 1).ToArray();
            Assert.Equal(Enumerable.Range(0, there.Length), there);
            var parity = there.Count(step => inputs[2 * step] > 0) % 2;
            Assert.Equal(1, targets[parity]);
            Assert.Equal(0, targets[1 - parity]);
            odd += parity;
            lengths.Add(there.Length);
        }

        Assert.InRange(odd, 440, 560);
        Assert.Equal(12, lengths.Count);
    }

    [Theory]
    [InlineData("parity1")]
    [InlineData("adding99999")]
    [InlineData("adding-5")]
    [InlineData("subtracting")]
    public void Other_names_are_refused(string name) => Assert.Throws<ActorNetException>(() => DataSets.Open(name));
}
