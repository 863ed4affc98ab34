using ActorNet.Core.Training;
using CsCheck;

namespace ActorNet.Core.Tests.Training;

public sealed class SampleLedgerTests
{
    private readonly SlicePlan _plan = new(samples: 53, batchSize: 10, slices: 4, seed: 6);

    [Fact]
    public void An_exact_epoch_passes() => Gen.Select(Gen.Int[1, 100], Gen.Int[1, 20], Gen.Int[1, 20], Gen.ULong).Sample(
        (samples, batch, slices, seed) =>
        {
            var plan = new SlicePlan(samples, Math.Max(batch, slices), slices, seed);
            var ledger = new SampleLedger(plan);
            for (var epoch = 1; epoch <= 3; epoch++)
            {
                Assert.Equal(epoch, ledger.Epoch);
                Epoch(plan, ledger, epoch);
                Assert.Equal(samples, ledger.Count);
                Assert.Null(ledger.CloseEpoch());
                Assert.Equal(0, ledger.Count);
            }
        }, iter: 200, threads: 1);

    [Fact]
    public void A_missing_sample_is_found()
    {
        var ledger = new SampleLedger(_plan);
        Epoch(_plan, ledger, 1, change: (step, slice, samples) => (step, slice) == (2, 3) ? samples[1..] : samples);
        Assert.Equal("epoch 1, slice 3: 12 samples were counted, the plan has 13", ledger.CloseEpoch());
    }

    [Fact]
    public void A_missing_step_is_found()
    {
        var ledger = new SampleLedger(_plan);
        Epoch(_plan, ledger, 1, change: (step, _, samples) => step == 4 ? [] : samples);
        Assert.Equal("epoch 1, slice 0: 11 samples were counted, the plan has 14", ledger.CloseEpoch());
    }

    [Fact]
    public void A_sample_counted_once_more_is_found()
    {
        var ledger = new SampleLedger(_plan);
        Epoch(_plan, ledger, 1, change: (step, slice, samples) => (step, slice) == (2, 1) ? [.. samples, samples[0]] : samples);
        Assert.Equal("epoch 1, slice 1: 14 samples were counted, the plan has 13", ledger.CloseEpoch());
    }

    [Fact]
    public void A_sample_doubled_in_place_of_another_is_found()
    {
        var ledger = new SampleLedger(_plan);
        Epoch(_plan, ledger, 1, change: (step, slice, samples) => (step, slice) == (1, 2) ? [samples[0], .. samples[..^1]] : samples);
        Assert.Equal("epoch 1, slice 2: 13 samples were counted, but not each one once", ledger.CloseEpoch());
    }

    [Fact]
    public void Samples_swapped_between_slices_are_found()
    {
        var ledger = new SampleLedger(_plan);
        int[] of1 = Samples(_plan, 1, 0, 1), of2 = Samples(_plan, 1, 0, 2);
        Epoch(_plan, ledger, 1, change: (step, slice, samples) => (step, slice) switch
        {
            (0, 1) => [of2[0], .. samples[1..]],
            (0, 2) => [of1[0], .. samples[1..]],
            _ => samples,
        });
        Assert.Equal("epoch 1, slice 1: 13 samples were counted, but not each one once", ledger.CloseEpoch());
    }

    /// <summary>Which order, and which step, is not the ledger's business.</summary>
    [Fact]
    public void The_order_of_samples_is_free()
    {
        var ledger = new SampleLedger(_plan);
        Epoch(_plan, ledger, 1, change: (_, _, samples) => [.. samples.Reverse()]);
        Assert.Null(ledger.CloseEpoch());
    }

    [Fact]
    public void An_inexact_epoch_is_reported_once()
    {
        var ledger = new SampleLedger(_plan);
        Assert.NotNull(ledger.CloseEpoch());
        Epoch(_plan, ledger, 2);
        Assert.Null(ledger.CloseEpoch());
    }

    [Fact]
    public void The_record_restores_the_ledger_within_an_epoch()
    {
        for (var cut = 0; cut <= _plan.StepsPerEpoch; cut++)
        {
            var before = new SampleLedger(_plan);
            Epoch(_plan, before, 1);
            Assert.Null(before.CloseEpoch());
            Epoch(_plan, before, 2, last: cut);
            var record = before.ToRecord();
            var after = new SampleLedger(_plan);
            after.Restore(record.Epoch, record);
            Assert.Equal((2, before.Count), (after.Epoch, after.Count));
            Epoch(_plan, after, 2, first: cut);
            Assert.Null(after.CloseEpoch());
        }
    }

    [Fact]
    public void Without_a_record_the_ledger_starts_an_epoch()
    {
        var ledger = new SampleLedger(_plan);
        Epoch(_plan, ledger, 1, last: 3);
        ledger.Restore(4, null);
        Assert.Equal((4, 0L), (ledger.Epoch, ledger.Count));
        Epoch(_plan, ledger, 4);
        Assert.Null(ledger.CloseEpoch());
    }

    [Fact]
    public void A_record_of_a_replayed_step_is_found()
    {
        var ledger = new SampleLedger(_plan);
        Epoch(_plan, ledger, 1, last: 3);
        var record = ledger.ToRecord();
        ledger.Restore(record.Epoch, record);
        Epoch(_plan, ledger, 1, first: 2);
        Assert.StartsWith("epoch 1, slice 0: 17 samples", ledger.CloseEpoch(), StringComparison.Ordinal);
    }

    /// <summary>Counts the steps of an epoch as training does, each as one part of all slices; <paramref name="change"/> alters what a slice read.</summary>
    private static void Epoch(
        SlicePlan plan, SampleLedger ledger, int epoch, int first = 0, int? last = null, Func<int, int, int[], int[]>? change = null)
    {
        for (var step = first; step < (last ?? plan.StepsPerEpoch); step++)
        {
            var part = new GradientPart(new TreeNode(0, plan.Slices), new float[1]) { Step = step };
            for (var slice = 0; slice < plan.Slices; slice++)
            {
                var samples = Samples(plan, epoch, step, slice);
                samples = change?.Invoke(step, slice, samples) ?? samples;
                part.Slices[slice] = new SliceTally(samples.Length, samples.Aggregate(0UL, (digest, sample) => digest + SlicePlan.Digest(sample)));
            }

            // The accumulator is told what the part says, since it would refuse a part that read other counts.
            var accumulator = new GradientAccumulator(new ReductionTree(plan.Slices), 1);
            accumulator.Begin(step, [.. part.Slices.Select(tally => tally.Count)]);
            accumulator.Add(part, new float[1]);
            ledger.Add(accumulator);
        }
    }

    private static int[] Samples(SlicePlan plan, int epoch, int step, int slice)
    {
        var order = new int[plan.SliceSamples(slice)];
        plan.WriteOrder(epoch, slice, order);
        var (start, count) = plan.Draws(step, slice);
        return order[start..(start + count)];
    }
}
