using ActorNet.Core.Numerics;
using ActorNet.Core.Perceptrons;

namespace ActorNet.Core.Tests.Perceptrons;

public sealed class PerceptronRuleTests
{
    private static readonly (double A, double B)[] _corners = [(0, 0), (0, 1), (1, 0), (1, 1)];

    [Fact]
    public void It_learns_what_a_line_parts_with_no_more_corrections_than_Novikoff_allows()
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            var (examples, separator) = Separable(seed);
            var learned = PerceptronRule.Train(examples, seed: seed);
            Assert.True(learned.HasConverged, $"seed {seed}");
            Assert.True(learned.Corrections is > 0 && learned.Corrections <= PerceptronRule.MostCorrections(examples, separator), $"seed {seed}: {learned.Corrections}");
            Assert.All(examples, example => Assert.Equal(example.Target, learned.Perceptron.Output(example.Inputs)));
        }
    }

    /// <summary>Two examples, worked by hand: (1, 1) is wrong from zero weights, (−1, 0) is then right.</summary>
    [Fact]
    public void A_correction_adds_the_inputs_of_what_was_missed()
    {
        var learned = PerceptronRule.Train([new([1, 2], 1), new([-1, 0], 0)]);
        Assert.Equal([1, 2], learned.Perceptron.Weights.ToArray());
        Assert.Equal(1, learned.Perceptron.Bias);
        Assert.Equal(1, learned.Corrections);
        Assert.Equal([1, 0], learned.Epochs.Select(epoch => epoch.Corrections));
    }

    [Fact]
    public void The_bound_is_the_one_worked_by_hand()
    {
        // R² = 1 + 1; the separator w = 1, b = 0 has the margin 1.
        Assert.Equal(2, PerceptronRule.MostCorrections([new([1], 1), new([-1], 0)], new Perceptron([1], 0)), 12);
        Assert.Throws<ArgumentException>(() => PerceptronRule.MostCorrections([new([1], 0), new([-1], 1)], new Perceptron([1], 0)));
        Assert.Throws<ArgumentException>(() => PerceptronRule.MostCorrections([new([0], 0), new([1], 1)], new Perceptron([1], 0)));
    }

    [Fact]
    public void Exclusive_or_is_never_learned_and_its_weights_come_back()
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            var learned = PerceptronRule.Train(Gate((a, b) => a ^ b), seed: seed);
            Assert.False(learned.HasConverged, $"seed {seed}");
            Assert.Equal(1000, learned.Epochs.Count);
            // The perceptron cycling theorem (Block and Levin, 1970): the weights stay bounded, so whole ones repeat.
            var different = learned.Epochs.Select(epoch => (epoch.Perceptron.Weights[0], epoch.Perceptron.Weights[1], epoch.Perceptron.Bias)).Distinct().Count();
            Assert.True(different < 100, $"seed {seed}: {different}");
        }
    }

    [Fact]
    public void And_or_and_nand_are_learned()
    {
        Assert.True(PerceptronRule.Train(Gate((a, b) => a & b)).HasConverged);
        Assert.True(PerceptronRule.Train(Gate((a, b) => a | b)).HasConverged);
        Assert.True(PerceptronRule.Train(Gate((a, b) => 1 - (a & b))).HasConverged);
    }

    [Fact]
    public void The_same_seed_learns_the_same_way()
    {
        var examples = Separable(1).Examples;
        int[] Corrections(ulong seed) => [.. PerceptronRule.Train(examples, seed: seed).Epochs.Select(epoch => epoch.Corrections)];
        Assert.Equal(Corrections(1), Corrections(1));
        Assert.Contains(Enumerable.Range(2, 10), seed => !Corrections(1).SequenceEqual(Corrections((ulong)seed)));
    }

    [Fact]
    public void Nonsense_is_refused()
    {
        Assert.Throws<ArgumentException>(() => PerceptronRule.Train([]));
        Assert.Throws<ArgumentException>(() => PerceptronRule.Train([new([1], 1), new([1, 2], 0)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => PerceptronRule.Train([new([1], 1)], mostEpochs: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PerceptronExample([1], 2));
        Assert.Throws<ArgumentException>(() => new PerceptronExample([double.NaN], 1));
        Assert.Throws<ArgumentException>(() => new PerceptronExample([], 1));
    }

    private static PerceptronExample[] Gate(Func<int, int, int> gate) =>
        [.. _corners.Select(corner => new PerceptronExample([corner.A, corner.B], gate((int)corner.A, (int)corner.B)))];

    /// <summary>A hundred points in five dimensions, none of them near the plane that parts them.</summary>
    private static (PerceptronExample[] Examples, Perceptron Separator) Separable(ulong seed)
    {
        var random = new RandomStream(seed, RandomPurpose.Test);
        double[] Draw(int i) => [.. Enumerable.Range(0, 5).Select(j => random.Normal((ulong)((5 * i) + j)))];
        var separator = new Perceptron(Draw(0), 0.3);
        var examples = Enumerable.Range(1, 200).Select(Draw)
            .Where(point => Math.Abs(separator.WeightedSum(point)) > 0.2)
            .Take(100)
            .Select(point => new PerceptronExample(point, separator.Output(point)))
            .ToArray();
        return (examples, separator);
    }
}
