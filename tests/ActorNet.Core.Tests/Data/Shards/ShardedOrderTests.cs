using ActorNet.Core.Data.Shards;
using ActorNet.Core.Training;
using CsCheck;

namespace ActorNet.Core.Tests.Data.Shards;

/// <summary>Which samples the slices of a job draw from a set in shards, and when: no file is needed to know.</summary>
public sealed class ShardedOrderTests
{
    private static readonly Gen<Case> _any =
        from slices in Gen.Int[1, 9]
        from batch in Gen.Int[slices, 40]
        from perSlice in Gen.Int[1, 6]
        from samples in Gen.Int[1, 300]
        from seed in Gen.ULong
        select new Case(samples, slices * perSlice, slices, batch, seed);

    [Fact]
    public void Every_sample_is_drawn_once_an_epoch_in_its_own_step() => _any.Sample(any =>
    {
        var plan = any.Plan();
        var drawn = new List<int>();
        for (var slice = 0; slice < plan.Slices; slice++)
        {
            var order = Order(plan, epoch: 3, slice);
            for (var step = 0; step < plan.StepsPerEpoch; step++)
            {
                var (first, count) = plan.Draws(step, slice);
                Assert.All(Enumerable.Range(first, count), k => Assert.Equal(step, (k * plan.Slices + slice) / plan.BatchSize));
                drawn.AddRange(order[first..(first + count)]);
            }
        }

        Assert.Equal(Enumerable.Range(0, any.Samples), drawn.Order());
    }, iter: 500, threads: 1);

    /// <summary>A slice draws from its own shards alone, one after the other.</summary>
    [Fact]
    public void A_slice_draws_from_its_own_shards_one_after_the_other() => _any.Sample(any =>
    {
        var plan = any.Plan();
        for (var slice = 0; slice < plan.Slices; slice++)
        {
            int[] shards = [.. Order(plan, epoch: 2, slice).Select(sample => sample % any.Shards)];
            Assert.All(shards, shard => Assert.Equal(slice, shard % any.Slices));
            var switches = shards.Zip(shards.Skip(1)).Count(pair => pair.First != pair.Second);
            Assert.Equal(Math.Max(0, shards.Distinct().Count() - 1), switches);
        }
    }, iter: 300, threads: 1);

    /// <summary>Going to any draw at once gives what going there draw by draw does, and the next shard is the one that then comes.</summary>
    [Fact]
    public void A_cursor_goes_anywhere_and_knows_the_next_shard() => _any.SelectMany(any => Gen.Int[0, 1000].Array[12], (any, jumps) => (any, jumps)).Sample(given =>
    {
        var (any, jumps) = given;
        var order = any.Order();
        for (var slice = 0; slice < any.Slices && order.SliceSamples(slice) > 0; slice++)
        {
            var jumping = new ShardCursor(order, slice);
            foreach (var jump in jumps)
            {
                var (epoch, draw) = (1 + jump % 4, jump % order.SliceSamples(slice));
                Assert.Equal(Order(any.Plan(), epoch, slice)[draw], jumping.Seek(epoch, draw));
            }

            var walking = new ShardCursor(order, slice);
            var expected = -1;
            for (var epoch = 1; epoch <= 3; epoch++)
            {
                for (var draw = 0; draw < order.SliceSamples(slice); draw++)
                {
                    var before = draw == 0 && epoch == 1 ? -1 : walking.Shard;
                    walking.Seek(epoch, draw);
                    if (before >= 0 && walking.Shard != before && order.Rows(expected) > 0)
                    {
                        Assert.Equal(expected, walking.Shard);
                    }

                    expected = walking.NextShard;
                }
            }
        }
    }, iter: 100, threads: 1);

    [Fact]
    public void Epochs_seeds_and_shards_have_orders_of_their_own()
    {
        var plan = new Case(4000, 16, 4, 10, 3).Plan();
        var orders = new[]
        {
            Order(plan, 1, 2),
            Order(plan, 2, 2),
            Order(new Case(4000, 16, 4, 10, 4).Plan(), 1, 2),
            Order(new Case(4000, 32, 4, 10, 3).Plan(), 1, 2),
        };
        Assert.Equal(orders.Length, orders.Distinct(SequenceComparer.Instance).Count());
        Assert.All(orders, order => Assert.Equal(orders[0].Order(), order.Order()));
        Assert.Equal(orders[0], Order(new Case(4000, 16, 4, 33, 3).Plan(), 1, 2));
        // Rows of two shards are not shuffled alike, nor those of one shard in two epochs.
        var sharded = new Case(4000, 16, 4, 10, 3).Order();
        Assert.Equal(3, new[] { Rows(sharded, 1, 2), Rows(sharded, 1, 6), Rows(sharded, 2, 2) }.Distinct(SequenceComparer.Instance).Count());
    }

    [Fact]
    public void Digests_of_slices_are_the_sums_of_their_samples() => _any.Sample(any =>
    {
        var plan = any.Plan();
        for (var slice = 0; slice < plan.Slices; slice++)
        {
            Assert.Equal(Order(plan, 5, slice).Aggregate(0UL, (sum, sample) => sum + SlicePlan.Digest(sample)), plan.SliceDigest(slice));
        }
    }, iter: 100, threads: 1);

    /// <summary>These numbers are part of every job's bits.</summary>
    [Fact]
    public void The_order_of_a_small_set_is_pinned()
    {
        var plan = new Case(21, 4, 2, 4, 1).Plan();
        Assert.Equal(Pinned, string.Join(" | ", Enumerable.Range(0, 2).Select(slice => string.Join(' ', Order(plan, 1, slice)))));
    }

    private const string Pinned = "20 4 8 12 16 0 14 18 2 10 6 | 9 5 1 13 17 11 19 3 7 15";

    [Theory]
    [InlineData(10, 4, 3)]
    [InlineData(10, 4, 8)]
    [InlineData(0, 4, 4)]
    [InlineData(10, 0, 1)]
    public void Shards_that_slices_cannot_share_are_refused(int samples, int shards, int slices) =>
        Assert.ThrowsAny<ArgumentException>(() => new ShardedOrder(samples, shards, slices, 1));

    private static int[] Order(SlicePlan plan, int epoch, int slice)
    {
        var order = new int[plan.SliceSamples(slice)];
        plan.WriteOrder(epoch, slice, order);
        return order;
    }

    private static int[] Rows(ShardedOrder order, int epoch, int shard)
    {
        var rows = new int[order.Rows(shard)];
        order.WriteRows(epoch, shard, rows);
        return rows;
    }

    private sealed record Case(int Samples, int Shards, int Slices, int Batch, ulong Seed)
    {
        public ShardedOrder Order() => new(Samples, Shards, Slices, Seed);

        public SlicePlan Plan() => new(Batch, Order());
    }

    private sealed class SequenceComparer : IEqualityComparer<int[]>
    {
        public static readonly SequenceComparer Instance = new();

        public bool Equals(int[]? x, int[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(int[] values) => values.Length;
    }
}
