using ActorNet.Core.Training;
using CsCheck;

namespace ActorNet.Core.Tests.Training;

public sealed class PartitionPlanTests
{
    [Fact]
    public void Ranges_follow_each_other_at_multiples_of_the_block() =>
        Gen.Select(Gen.Int[1, 200_000], Gen.Int[1, 40]).Sample((parameters, count) =>
        {
            var ranges = PartitionPlan.Cut(parameters, count);
            var blocks = (parameters + PartitionPlan.Block - 1) / PartitionPlan.Block;
            Assert.Equal(Math.Min(count, blocks), ranges.Count);
            var next = 0;
            for (var i = 0; i < ranges.Count; i++)
            {
                Assert.Equal(i, ranges[i].Index);
                Assert.Equal(next, ranges[i].Start);
                Assert.Equal(0, ranges[i].Start % PartitionPlan.Block);
                Assert.True(ranges[i].Length > 0);
                next += ranges[i].Length;
            }

            Assert.Equal(parameters, next);
            // Whole blocks differ by one at most; the last range may lack part of its last block.
            var lengths = ranges.Select(range => (range.Length + PartitionPlan.Block - 1) / PartitionPlan.Block).ToList();
            Assert.True(lengths.Max() - lengths.Min() <= 1, $"{string.Join(' ', lengths)} blocks.");
        }, iter: 2000, threads: 1);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void Nothing_to_cut_is_refused(int parameters, int count) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PartitionPlan.Cut(parameters, count));
}
