using ActorNet.Core.Data;
using ActorNet.Core.Models;
using ActorNet.Core.Optimization;
using ActorNet.Core.Training;

namespace ActorNet.Core.Tests.Training;

public sealed class LocalTrainerTests
{
    /// <summary>Minibatch, slices and training set: batches that the slices divide and not, whole and short last ones, and some that leave slices empty.</summary>
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 8, 8, 64 },
        { 10, 8, 50 },
        { 10, 8, 53 },
        { 10, 4, 61 },
        { 10, 1, 57 },
        { 7, 3, 40 },
        { 7, 5, 44 },
        { 6, 6, 37 },
        { 13, 5, 9 },
        { 32, 8, 33 },
        { 1, 1, 12 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Partitions_change_no_bit(int batchSize, int slices, int samples)
    {
        var job = TrainingData.Job(batchSize, slices) with { L2 = 0.1 };
        var data = TrainingData.Clouds(samples);
        var expected = TrainingData.Train(job, data, partitions: 1);
        foreach (var partitions in (int[])[2, 3, 5, 7])
        {
            Assert.Equal(expected, TrainingData.Train(job, data, partitions));
        }

        Assert.NotEqual(expected, TrainingData.Train(job with { Seed = 2 }, data));
        Assert.NotEqual(expected, TrainingData.Train(job with { L2 = 0 }, data));
    }

    /// <summary>With plain descent at a rate of 1 a step is as long as its gradient: at most the norm that it is clipped to, and just that where it was longer.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_gradient_is_clipped_to_its_norm_over_all_partitions(int partitions)
    {
        const double Clip = 0.2;
        var job = TrainingData.Job() with { LearningRate = new LearningRateSpec { Rate = 1 } };
        var (clipped, free) = (Lengths(job with { ClipNorm = Clip }), Lengths(job));
        Assert.True(free[0] > Clip, $"the first gradient has a norm of {free[0]}, so that nothing is clipped");
        Assert.Equal(Clip, clipped[0], 1e-6);
        Assert.All(clipped, length => Assert.InRange(length, 0, Clip * (1 + 1e-6)));
        Assert.Equal(free, Lengths(job with { ClipNorm = 1e6 }));

        double[] Lengths(JobSpec of)
        {
            var trainer = new LocalTrainer(new TrainingSetup(of, TrainingData.Clouds(53)), partitions);
            return [.. Enumerable.Range(0, 10).Select(_ =>
            {
                var before = trainer.Weights.Span.ToArray();
                trainer.Step();
                return Math.Sqrt(before.Zip(trainer.Weights.Span.ToArray(), (x, y) => ((double)x - y) * ((double)x - y)).Sum());
            })];
        }
    }

    [Fact]
    public void Partitions_change_no_bit_of_a_clipped_job()
    {
        var job = TrainingData.Job() with { ClipNorm = 0.1, L2 = 0.1 };
        Assert.Single(((int[])[1, 2, 3, 5]).Select(partitions => TrainingData.Train(job, TrainingData.Clouds(53), partitions)).Distinct());
    }

    [Theory]
    [InlineData("momentum")]
    [InlineData("nesterov")]
    [InlineData("adagrad")]
    [InlineData("rmsprop")]
    [InlineData("adam")]
    [InlineData("adamw")]
    public void Partitions_change_no_bit_of_an_optimizer_with_state(string optimizer)
    {
        var job = TrainingData.Job() with
        {
            Optimizer = new OptimizerSpec { Name = optimizer },
            L1 = 0.01,
            LearningRate = new LearningRateSpec { Rate = 0.05, Schedule = "cosine", WarmupSteps = 3 },
        };
        var data = TrainingData.Clouds(53);
        Assert.Single(((int[])[1, 2, 3, 7]).Select(partitions => TrainingData.Train(job, data, partitions)).Distinct());
    }

    /// <summary>The oracle's own bits: the same on every machine and in every version. A change here changes what every job comes to.</summary>
    [Fact]
    public void The_bits_of_a_small_job_are_pinned() => Assert.Equal(
        "59449390",
        TrainingData.Train(TrainingData.Job() with { L2 = 0.1, Cost = "cross-entropy" }, TrainingData.Clouds(53), partitions: 2)[..8]);

    /// <summary>One step against double precision, from the same mean gradient: λ/n·w and λ₁/n·sign(w) for weights and not for biases, n the whole training set.</summary>
    [Theory]
    [InlineData(1, 3, 0)]
    [InlineData(3, 3, 0)]
    [InlineData(1, 0, 2)]
    [InlineData(3, 3, 2)]
    public void Decay_is_added_to_weights_alone(int partitions, double l2, double l1)
    {
        const double Rate = 0.5;
        const int Samples = 53;
        var setup = new TrainingSetup(TrainingData.Job() with { L2 = l2, L1 = l1 }, TrainingData.Clouds(Samples));
        var trainer = new LocalTrainer(setup, partitions);
        trainer.Weights.Span[5] = 0;
        var before = trainer.Weights.Span.ToArray();
        var calculator = new GradientCalculator(setup);
        calculator.SetLease([setup.Tree.Root]);
        var gradient = calculator.Compute(0, before)[0].Gradient.ToArray();
        trainer.Step();
        foreach (var view in setup.Network.Layout.Views)
        {
            for (var i = view.Offset; i < view.End; i++)
            {
                var decay = view.Name.EndsWith("weights", StringComparison.Ordinal) ? ((l2 * before[i]) + (l1 * Math.Sign(before[i]))) / Samples : 0;
                var expected = before[i] - (Rate * ((gradient[i] / 10.0) + decay));
                // Four roundings of numbers no larger than these, and those of λ/n and λ₁/n.
                var bound = 6 * Math.ScaleB(1, -24) * (Math.Abs(before[i]) + Math.Abs(gradient[i]) + Math.Abs(decay));
                Assert.True(Math.Abs(trainer.Weights.Span[i] - expected) <= bound, $"{view.Name}[{i - view.Offset}]: {trainer.Weights.Span[i]:R}, expected {expected:R}.");
            }
        }
    }

    [Fact]
    public void The_decay_of_AdamW_takes_from_weights_alone()
    {
        const double Rate = 0.05, Decay = 0.4;
        var job = TrainingData.Job() with { LearningRate = new LearningRateSpec { Rate = Rate } };
        var setup = Setup("adamw");
        var (adam, adamW) = (new LocalTrainer(Setup("adam")), new LocalTrainer(setup, partitions: 3));
        var before = adam.Weights.Span.ToArray();
        adam.Step();
        adamW.Step();
        foreach (var view in setup.Network.Layout.Views)
        {
            for (var i = view.Offset; i < view.End; i++)
            {
                var decay = view.Shape.Decays ? Rate * Decay * before[i] : 0;
                Assert.Equal(adam.Weights.Span[i] - decay, adamW.Weights.Span[i], view.Shape.Decays ? 3e-7 : 0);
            }
        }

        TrainingSetup Setup(string name) =>
            new(job with { Optimizer = new OptimizerSpec { Name = name, WeightDecay = Decay } }, TrainingData.Clouds(53));
    }

    /// <summary>A short last minibatch is averaged over its own size.</summary>
    [Fact]
    public void A_short_minibatch_is_averaged_over_its_own_samples()
    {
        var setup = new TrainingSetup(TrainingData.Job(batchSize: 10, slices: 8), TrainingData.Clouds(13));
        var trainer = new LocalTrainer(setup);
        trainer.Step();
        var before = trainer.Weights.Span.ToArray();
        var calculator = new GradientCalculator(setup);
        calculator.SetLease([setup.Tree.Root]);
        var part = calculator.Compute(1, before)[0];
        Assert.Equal(3, part.Samples);
        trainer.Step();
        for (var i = 0; i < before.Length; i++)
        {
            Assert.Equal(MathF.FusedMultiplyAdd(-0.5f, part.Gradient.Span[i] * (1f / 3), before[i]), trainer.Weights.Span[i]);
        }
    }

    [Theory]
    [InlineData("sgd", 0)]
    [InlineData("adam", 0.1)]
    public void A_step_allocates_nothing(string optimizer, double l2)
    {
        var job = TrainingData.Job() with { Optimizer = new OptimizerSpec { Name = optimizer }, L2 = l2 };
        var trainer = new LocalTrainer(new TrainingSetup(job, TrainingData.Clouds(53)), partitions: 3);
        Steps(50);

        // The least of some rounds: the runtime allocates on this thread too, once, when it compiles a method anew.
        Assert.Equal(0, Enumerable.Range(0, 5).Min(_ => Steps(100)));

        long Steps(int count)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var step = 0; step < count; step++)
            {
                trainer.Step();
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void Training_learns_and_says_so()
    {
        var job = TrainingData.Job() with { Epochs = 10 };
        var data = TrainingData.Clouds(400);
        var trainer = new LocalTrainer(new TrainingSetup(job, data.Slice(0, 300)));
        var seen = new List<EpochResult>();
        trainer.Run(data.Slice(300, 50), data.Slice(350, 50), seen.Add);
        Assert.Equal(trainer.History, seen);
        Assert.Equal(Enumerable.Range(1, 10), seen.Select(result => result.Epoch));
        Assert.Equal(300, trainer.Version);
        Assert.True(seen[^1].TrainCost < seen[0].TrainCost / 2, $"The cost went from {seen[0].TrainCost} to {seen[^1].TrainCost}.");
        Assert.InRange(seen[^1].TestAccuracy, 0.9, 1);
        Assert.InRange(seen[^1].ValidationAccuracy!.Value, 0.9, 1);
        Assert.InRange(seen[^1].TrainAccuracy, 0.9, 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_job_ends_when_patience_does(int patience)
    {
        // A rate of almost nothing: no epoch is better than the first.
        var job = TrainingData.Job() with { Epochs = 50, Patience = patience, LearningRate = new LearningRateSpec { Rate = 1e-30 } };
        var data = TrainingData.Clouds(100);
        var trainer = new LocalTrainer(new TrainingSetup(job, data.Slice(0, 50)));
        trainer.Run(validation: data.Slice(50, 50));
        Assert.Equal(patience + 1, trainer.History.Count);
    }

    [Fact]
    public void Patience_is_refused_without_a_held_out_set()
    {
        var data = TrainingData.Clouds(100);
        var trainer = new LocalTrainer(new TrainingSetup(TrainingData.Job() with { Patience = 2 }, data.Slice(0, 50)));
        var error = Assert.Throws<ActorNetException>(() => trainer.Run(test: data.Slice(50, 50)));
        Assert.StartsWith("patience is 2, and there is no held-out set", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reached_target_ends_the_job()
    {
        var job = TrainingData.Job() with { Epochs = 50, TargetAccuracy = 0.8 };
        var data = TrainingData.Clouds(400);
        var trainer = new LocalTrainer(new TrainingSetup(job, data.Slice(0, 300)));
        trainer.Run(data.Slice(300, 100));
        Assert.True(trainer.History.Count < 50);
        Assert.True(trainer.History[^1].TestAccuracy >= 0.8);
        Assert.All(trainer.History.SkipLast(1), result => Assert.True(result.TestAccuracy < 0.8));
    }

    /// <summary>The training score of an epoch is that of each step's own weights: with a rate of almost nothing, that of the first weights.</summary>
    [Fact]
    public void The_score_of_an_epoch_is_over_all_its_samples()
    {
        var job = TrainingData.Job() with { LearningRate = new LearningRateSpec { Rate = 1e-30 } };
        var data = TrainingData.Clouds(53);
        var setup = new TrainingSetup(job, data);
        var trainer = new LocalTrainer(setup);
        var result = trainer.RunEpoch(data);
        Assert.Equal(result.TestCost, result.TrainCost, 1e-12);
        Assert.Equal(result.TestAccuracy, result.TrainAccuracy);
    }

    [Fact]
    public void A_cost_that_is_not_finite_ends_training_before_the_weights_change()
    {
        var samples = Enumerable.Range(0, 20).Select(i => new[] { i == 13 ? float.NaN : 1f }).ToArray();
        var job = new JobSpec { Model = ModelSpec.Dense([1, 2]), Data = new DataSpec("nan"), BatchSize = 4, Slices = 2, Epochs = 1 };
        var trainer = new LocalTrainer(new TrainingSetup(job, ArrayDataSet.Classification(samples, new int[20], 2, "nan")));
        var error = Assert.Throws<ActorNetException>(() => trainer.Run());
        Assert.Contains($"step {trainer.Version}", error.Message, StringComparison.Ordinal);
        Assert.InRange(trainer.Version, 0, 4);
        Assert.DoesNotContain(float.NaN, trainer.Weights.Span.ToArray());
    }

    /// <summary>Different slices sum the same gradient in another order: another job, close by.</summary>
    [Fact]
    public void The_number_of_slices_is_part_of_the_job()
    {
        var data = TrainingData.Clouds(64);
        var jobs = ((int[])[1, 2, 4, 8]).Select(slices => TrainingData.Job(8, slices)).ToList();
        Assert.Equal(4, jobs.Select(job => TrainingData.Train(job, data)).Distinct().Count());
        Assert.Equal(4, jobs.Select(job => job.Hash).Distinct().Count());
    }
}
