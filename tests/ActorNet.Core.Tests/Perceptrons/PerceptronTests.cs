using ActorNet.Core.Perceptrons;

namespace ActorNet.Core.Tests.Perceptrons;

public sealed class PerceptronTests
{
    /// <summary>Nielsen's cheese festival: weather 6, a friend who comes along 2, train 2.</summary>
    [Theory]
    [InlineData(5, "00001111")]
    [InlineData(3, "00011111")]
    public void The_cheese_festival_is_decided_as_in_the_book(double threshold, string decisions)
    {
        var goes = Perceptron.WithThreshold([6, 2, 2], threshold);
        var outputs = Enumerable.Range(0, 8).Select(i => goes.Output(i >> 2, (i >> 1) & 1, i & 1));
        Assert.Equal(decisions, string.Concat(outputs));
        Assert.Equal(-threshold, goes.Bias);
    }

    [Fact]
    public void A_sum_of_zero_gives_zero()
    {
        var perceptron = new Perceptron([1, 1], -1);
        Assert.Equal(0, perceptron.WeightedSum(1, 0));
        Assert.Equal(0, perceptron.Output(1, 0));
        Assert.Equal(1, perceptron.Output(1, 1e-9));
    }

    [Fact]
    public void Nonsense_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new Perceptron([], 0));
        Assert.Throws<ArgumentException>(() => new Perceptron([double.NaN], 0));
        Assert.Throws<ArgumentException>(() => new Perceptron([1], double.PositiveInfinity));
        Assert.Throws<ArgumentException>(() => new Perceptron([1, 2], 0).Output(1));
    }
}
