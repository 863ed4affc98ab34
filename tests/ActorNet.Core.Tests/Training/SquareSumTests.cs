using ActorNet.Core.Training;

namespace ActorNet.Core.Tests.Training;

/// <summary>The sum that gradients are clipped by.</summary>
public sealed class SquareSumTests
{
    [Fact]
    public void The_factor_brings_the_norm_to_what_it_is_clipped_to()
    {
        var random = new Random(1);
        float[] gradient = [.. Enumerable.Range(0, 5000).Select(_ => random.NextSingle() - 0.5f)];
        var norm = Math.Sqrt(gradient.Sum(x => (double)x * x));
        foreach (var clip in (double[])[1e-3, 0.5, norm / 2, norm * 0.999999])
        {
            Assert.Equal((float)(clip / norm), Sum(gradient, clip).Factor(), 1e-6f * clip / norm);
        }

        Assert.Equal(1f, Sum(gradient, norm * 1.000001).Factor());
        Assert.Equal(1f, Sum(gradient, 1e9).Factor());
    }

    /// <summary>In double the same sums come to other bits in other orders: the seed is one for which they do.</summary>
    [Fact]
    public void Parts_may_be_added_in_any_order()
    {
        var random = new Random(5);
        var blocks = Enumerable.Range(0, 300).Select(_ => Enumerable.Range(0, 100).Select(_ => (float)Math.Pow(10, random.Next(-6, 3)) * random.NextSingle()).ToArray()).ToArray();
        double Doubles(IEnumerable<float[]> order) => order.Sum(block => block.Sum(x => (double)x * x));
        var whole = blocks.Aggregate(SquareSum.Zero, (sum, block) => sum + SquareSum.OfBlock(block, 1));
        for (var round = 0; round < 20; round++)
        {
            random.Shuffle(blocks);
            Assert.Equal(whole, blocks.Aggregate(SquareSum.Zero, (sum, block) => sum + SquareSum.OfBlock(block, 1)));
        }

        Assert.NotEqual(Doubles(blocks), Doubles(blocks.Reverse()));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(1e20f)]
    public void A_norm_out_of_all_bounds_is_an_error(float element)
    {
        var sum = Sum([1f, element], 1) + Sum([1f], 1);
        Assert.Contains("lower the learning rate", Assert.Throws<ActorNetException>(() => sum.Factor()).Message, StringComparison.Ordinal);
    }

    private static SquareSum Sum(float[] gradient, double clip) =>
        gradient.Chunk(PartitionPlan.Block).Aggregate(SquareSum.Zero, (sum, block) => sum + SquareSum.OfBlock(block, clip));
}
