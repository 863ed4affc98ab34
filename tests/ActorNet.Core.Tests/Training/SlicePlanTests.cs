using ActorNet.Core.Training;
using CsCheck;

namespace ActorNet.Core.Tests.Training;

public sealed class SlicePlanTests
{
    private static readonly Gen<(int Samples, int Batch, int Slices, ulong Seed)> _any =
        from batch in Gen.Int[1, 40]
        from slices in Gen.Int[1, batch]
        from samples in Gen.Int[1, 300]
        from seed in Gen.ULong
        select (samples, batch, slices, seed);

    [Fact]
    public void Every_sample_is_drawn_once_an_epoch() => _any.Sample(plan =>
    {
        var (samples, batch, slices, seed) = plan;
        var drawn = AllDraws(new SlicePlan(samples, batch, slices, seed), epoch: 1 + (int)(seed % 5));
        Assert.Equal(Enumerable.Range(0, samples), drawn.Select(draw => draw.Sample).Order());
    }, iter: 500, threads: 1);

    /// <summary>The k-th draw of slice s has the global position kS + s, and belongs to step position div B.</summary>
    [Fact]
    public void Draws_are_where_the_definition_puts_them() => _any.Sample(plan =>
    {
        var (samples, batch, slices, seed) = plan;
        var slicePlan = new SlicePlan(samples, batch, slices, seed);
        foreach (var draw in AllDraws(slicePlan, epoch: 1))
        {
            Assert.Equal(((draw.K * slices) + draw.Slice) / batch, draw.Step);
        }

        for (var slice = 0; slice < slices; slice++)
        {
            var next = 0;
            for (var step = 0; step < slicePlan.StepsPerEpoch; step++)
            {
                var (first, count) = slicePlan.Draws(step, slice);
                Assert.Equal(next, first);
                next += count;
            }

            Assert.Equal(slicePlan.SliceSamples(slice), next);
        }
    }, iter: 300, threads: 1);

    [Fact]
    public void Parts_of_a_minibatch_differ_by_one_sample_at_most() => _any.Sample(plan =>
    {
        var (samples, batch, slices, seed) = plan;
        var slicePlan = new SlicePlan(samples, batch, slices, seed);
        Assert.Equal((int)Math.Ceiling(samples / (double)batch), slicePlan.StepsPerEpoch);
        var counts = new int[slices];
        for (var step = 0; step < slicePlan.StepsPerEpoch; step++)
        {
            slicePlan.CountSlices(step, counts);
            var isLast = step == slicePlan.StepsPerEpoch - 1;
            Assert.True(counts.Max() - counts.Min() <= 1, $"Step {step}: {string.Join(' ', counts)}.");
            Assert.Equal(isLast ? samples - (step * batch) : batch, counts.Sum());
            Assert.Equal(counts.Sum(), slicePlan.StepSamples(step));
            Assert.InRange(counts.Max(), 1, slicePlan.MostRows);
            Assert.True(isLast || counts.Min() > 0, $"Step {step} is full and leaves a slice empty: {string.Join(' ', counts)}.");
        }
    }, iter: 500, threads: 1);

    [Fact]
    public void A_slice_keeps_its_samples_and_changes_their_order_each_epoch()
    {
        var plan = new SlicePlan(1000, 10, 4, seed: 3);
        for (var slice = 0; slice < 4; slice++)
        {
            int[] first = Order(plan, 1, slice), second = Order(plan, 2, slice);
            Assert.Equal(first.Order(), second.Order());
            Assert.NotEqual(first, second);
            Assert.Equal(first, Order(new SlicePlan(1000, 10, 4, seed: 3), 1, slice));
            Assert.NotEqual(first, Order(new SlicePlan(1000, 10, 4, seed: 4), 1, slice));
        }
    }

    /// <summary>Slices shuffle by streams of their own: the places to which two slices' samples go are not the same.</summary>
    [Fact]
    public void Slices_shuffle_apart()
    {
        var plan = new SlicePlan(1000, 10, 2, seed: 3);
        int[] Places(int slice)
        {
            var place = Enumerable.Range(0, 500).ToDictionary(i => SampleAt(plan, i * 2 + slice), i => i);
            return [.. Order(plan, 1, slice).Select(sample => place[sample])];
        }

        Assert.NotEqual(Places(0), Places(1));
    }

    /// <summary>The batch size is no part of the order: sample i of the permuted set belongs to slice i mod S, whatever the minibatches.</summary>
    [Fact]
    public void The_batch_size_changes_no_order() =>
        Assert.Equal(Order(new SlicePlan(100, 8, 4, 9), 3, 2), Order(new SlicePlan(100, 33, 4, 9), 3, 2));

    [Fact]
    public void The_first_draws_of_an_epoch_are_a_fair_sample()
    {
        // Of 2,000 seeds, how often sample 0 is in the first of ten minibatches: 200 ± 4 standard deviations of the binomial distribution.
        var hits = Enumerable.Range(0, 2000).Count(seed =>
            AllDraws(new SlicePlan(50, 5, 2, (ulong)seed), 1).Any(draw => draw is { Step: 0, Sample: 0 }));
        Assert.InRange(hits, 200 - 54, 200 + 54);
    }

    [Fact]
    public void Digests_of_slices_are_the_sums_of_their_samples() => _any.Sample(plan =>
    {
        var slicePlan = new SlicePlan(plan.Samples, plan.Batch, plan.Slices, plan.Seed);
        for (var slice = 0; slice < plan.Slices; slice++)
        {
            var digest = 0UL;
            foreach (var sample in Order(slicePlan, 7, slice))
            {
                digest += SlicePlan.Digest(sample);
            }

            Assert.Equal(digest, slicePlan.SliceDigest(slice));
        }
    }, iter: 100, threads: 1);

    [Fact]
    public void Digests_differ() =>
        Assert.Equal(100_000, Enumerable.Range(0, 100_000).Select(SlicePlan.Digest).Distinct().Count());

    /// <summary>These numbers are part of every job's bits.</summary>
    [Fact]
    public void The_plan_of_a_small_job_is_pinned()
    {
        var plan = new SlicePlan(10, 4, 3, seed: 1);
        Assert.Equal(PinnedOrders, string.Join(" | ", Enumerable.Range(0, 3).Select(slice => string.Join(' ', Order(plan, 1, slice)))));
    }

    private const string PinnedOrders = "6 5 3 0 | 8 2 9 | 7 1 4";

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 1, 0)]
    [InlineData(1, 1, 2)]
    [InlineData(1, 0, 0)]
    public void Impossible_plans_are_refused(int samples, int batch, int slices) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SlicePlan(samples, batch, slices, 1));

    private static List<(int Step, int Slice, int K, int Sample)> AllDraws(SlicePlan plan, int epoch)
    {
        var draws = new List<(int Step, int Slice, int K, int Sample)>();
        for (var slice = 0; slice < plan.Slices; slice++)
        {
            var order = Order(plan, epoch, slice);
            for (var step = 0; step < plan.StepsPerEpoch; step++)
            {
                var (first, count) = plan.Draws(step, slice);
                draws.AddRange(Enumerable.Range(first, count).Select(k => (step, slice, k, order[k])));
            }
        }

        return draws;
    }

    private static int[] Order(SlicePlan plan, int epoch, int slice)
    {
        var order = new int[plan.SliceSamples(slice)];
        plan.WriteOrder(epoch, slice, order);
        return order;
    }

    /// <summary>Sample i of the permuted set: the one sample of slice i where every sample has a slice of its own.</summary>
    private static int SampleAt(SlicePlan plan, int index) => Order(new SlicePlan(plan.Samples, plan.Samples, plan.Samples, 3), 1, index)[0];
}
