using System.Runtime.InteropServices;
using ActorNet.Core.Data;
using ActorNet.Core.Models;
using ActorNet.Core.Numerics;
using ActorNet.Core.Optimization;
using ActorNet.Core.Training;

namespace ActorNet.Core.Tests.Training;

/// <summary>Label smoothing, class weights, augmentation and expanded data in a job.</summary>
public sealed class SampleTreatmentTests
{
    private const int Side = 6, Classes = 3;

    private static readonly DataSet _pictures = Pictures(40);

    private static readonly JobSpec _plain = new()
    {
        Model = ModelSpec.Dense([Side * Side, 9, Classes], output: "softmax"),
        Data = new DataSpec("pictures"),
        Cost = "cross-entropy",
        LearningRate = new LearningRateSpec { Rate = 0.1 },
        Epochs = 2,
    };

    private static readonly JobSpec _all = _plain with
    {
        Augmentation = new AugmentationSpec { Shift = 1.5, Rotate = 20 },
        LabelSmoothing = 0.1,
        ClassWeights = JobSpec.BalancedClasses,
        Expand = "shift",
        L1 = 0.01,
        L2 = 0.1,
        Optimizer = new OptimizerSpec { Name = "adamw" },
    };

    [Fact]
    public void Partitions_change_no_bit() =>
        Assert.Single(((int[])[1, 2, 3]).Select(partitions => TrainingData.Train(_all with { Model = Wide }, _pictures, partitions)).Distinct());

    [Fact]
    public void Each_treatment_changes_the_weights()
    {
        JobSpec[] jobs =
        [
            _plain,
            _all,
            _plain with { Augmentation = _all.Augmentation },
            _plain with { LabelSmoothing = 0.1 },
            _plain with { ClassWeights = JobSpec.BalancedClasses },
            _plain with { Expand = "shift" },
            _plain with { L1 = 0.01 },
        ];
        Assert.Equal(jobs.Length, jobs.Select(job => TrainingData.Train(job, _pictures)).Distinct().Count());
    }

    /// <summary>A worker alone with a slice computes for it what it computes in any company.</summary>
    [Fact]
    public void Leases_change_no_bit()
    {
        var setup = new TrainingSetup(_all, _pictures);
        var weights = Weights(setup);
        foreach (var step in (int[])[0, 3, setup.Plan.StepsPerEpoch + 1])
        {
            var whole = Part(setup, weights, step, setup.Tree.Root);
            var accumulator = new GradientAccumulator(setup.Tree, weights.Length);
            var counts = new int[8];
            setup.Plan.CountSlices(step % setup.Plan.StepsPerEpoch, counts);
            accumulator.Begin(step, counts);
            foreach (var node in (TreeNode[])[new(6, 2), new(0, 1), new(1, 1), new(4, 2), new(2, 2)])
            {
                var part = Part(setup, weights, step, node);
                accumulator.Add(part, part.Gradient);
            }

            var sum = new float[weights.Length];
            accumulator.ReadSum(0, sum, new float[accumulator.ScratchBlocks * sum.Length]);
            Assert.True(MemoryMarshal.AsBytes(whole.Gradient.Span).SequenceEqual(MemoryMarshal.AsBytes<float>(sum)), $"step {step}: other bits");
            Assert.Equal(whole.Cost, accumulator.Cost);
        }
    }

    [Fact]
    public void A_step_allocates_nothing()
    {
        var setup = new TrainingSetup(_all, _pictures);
        var trainer = new LocalTrainer(setup);
        Steps();
        Assert.Equal(0, Enumerable.Range(0, 5).Min(_ => Steps()));

        long Steps()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var step = 0; step < 60; step++)
            {
                trainer.Step();
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    /// <summary>The same draw is moved alike whenever it is seen, and otherwise in every epoch and at every place.</summary>
    [Fact]
    public void A_picture_is_moved_otherwise_in_every_epoch()
    {
        var treatment = SampleTreatment.Of(_all with { ClassWeights = null }, _pictures)!;
        Assert.Equal(Moved(1, 7), Moved(1, 7));
        Assert.NotEqual(Moved(1, 7), Moved(2, 7));
        Assert.NotEqual(Moved(1, 7), Moved(1, 8));

        float[] Moved(int epoch, long position)
        {
            var (inputs, targets) = _pictures.Sample(0);
            treatment.Apply(inputs, targets, new float[Side * Side], epoch, position);
            return inputs;
        }
    }

    /// <summary>Smoothed targets are as good as a set that has them; the answers are judged by the true ones.</summary>
    [Fact]
    public void Smoothed_targets_are_learned()
    {
        const double Epsilon = 0.3;
        var rows = Enumerable.Range(0, _pictures.Count).Select(_pictures.Sample).ToList();
        var smoothed = ArrayDataSet.Regression(
            [.. rows.Select(row => row.Inputs)],
            [.. rows.Select(row => row.Targets.Select(y => MathF.FusedMultiplyAdd(y, (float)(1 - Epsilon), (float)(Epsilon / Classes))).ToArray())]);
        var (setup, other) = (new TrainingSetup(_plain with { LabelSmoothing = Epsilon }, _pictures), new TrainingSetup(_plain, smoothed));
        var weights = Weights(setup);
        var (part, expected) = (Part(setup, weights, 0, setup.Tree.Root), Part(other, weights, 0, setup.Tree.Root));
        Assert.Equal(expected.Gradient.ToArray(), part.Gradient.ToArray());
        Assert.Equal(expected.Cost, part.Cost);
        Assert.Equal(Part(new TrainingSetup(_plain, _pictures), weights, 0, setup.Tree.Root).Correct, part.Correct);
        var targets = rows[0].Targets;
        SampleTreatment.Of(setup.Job, _pictures)!.Apply(rows[0].Inputs, targets, new float[Side * Side], epoch: 1, position: 0);
        Assert.Equal([0.8, 0.1, 0.1], targets.OrderDescending().Select(target => Math.Round(target, 6)));
    }

    /// <summary>Every sample's cost and gradient times what its class counts, summed in double.</summary>
    [Fact]
    public void Samples_count_as_much_as_their_classes()
    {
        double[] classWeights = [0.5, 2, 0];
        var setup = new TrainingSetup(_plain with { ClassWeights = classWeights, BatchSize = 40, Slices = 8 }, _pictures);
        var alone = new TrainingSetup(_plain with { BatchSize = 1, Slices = 1 }, _pictures);
        var weights = Weights(setup);
        var whole = Part(setup, weights, 0, setup.Tree.Root);
        var (cost, gradient) = (0.0, new double[weights.Length]);
        var order = new int[40];
        alone.Plan.WriteOrder(1, 0, order);
        for (var step = 0; step < 40; step++)
        {
            var part = Part(alone, weights, step, alone.Tree.Root);
            var weight = classWeights[Array.IndexOf(_pictures.Sample(order[step]).Targets, 1f)];
            cost += weight * part.Cost;
            for (var i = 0; i < gradient.Length; i++)
            {
                gradient[i] += weight * part.Gradient.Span[i];
            }
        }

        Assert.Equal(cost, whole.Cost, 1e-9);
        for (var i = 0; i < gradient.Length; i++)
        {
            Assert.Equal(gradient[i], whole.Gradient.Span[i], 1e-5);
        }
    }

    /// <summary>n/(K·n_c), whether the set knows its counts, is a part of one that does, or must be read; a class without samples is none of K.</summary>
    [Fact]
    public void Balanced_weights_make_up_for_the_sizes_of_classes()
    {
        byte[] labels = [0, 0, 0, 0, 0, 0, 2, 2, 1];
        var images = new ImageDataSet("labels", 1, 1, 4, new byte[9], labels);
        double[] expected = [9 / (3.0 * 6), 9 / (3.0 * 1), 9 / (3.0 * 2), 1];
        Assert.Equal(expected, Resolved(images));
        Assert.Equal(expected, Resolved(ArrayDataSet.Classification([.. labels.Select(_ => new float[1])], [.. labels.Select(label => (int)label)], 4)));
        Assert.Equal([8 / (2.0 * 6), 1, 8 / (2.0 * 2), 1], Resolved(images.Slice(0, 8)));

        static IReadOnlyList<double>? Resolved(DataSet data) =>
            new TrainingSetup(new JobSpec { Model = ModelSpec.Dense([1, 4]), ClassWeights = JobSpec.BalancedClasses }, data).Job.ClassWeights;
    }

    [Fact]
    public void Each_draw_is_moved_in_its_own_way_within_the_bounds()
    {
        var treatment = SampleTreatment.Of(_plain with { Augmentation = new() { Shift = 2, Rotate = 10 } }, _pictures)!;
        var motions = Enumerable.Range(0, 500).Select(i => treatment.Motion(epoch: 1 + (i % 2), position: i / 2)).ToList();
        Assert.Equal(500, motions.Distinct().Count());
        Assert.All(motions, motion => Assert.True(Math.Abs(motion.Right) <= 2 && Math.Abs(motion.Down) <= 2 && Math.Abs(motion.Degrees) <= 10));
        Assert.All([motions.Average(motion => motion.Right), motions.Average(motion => motion.Down), motions.Average(motion => motion.Degrees / 5)], mean => Assert.InRange(mean, -0.2, 0.2));
        Assert.True(motions.Max(motion => motion.Right) > 1.9 && motions.Min(motion => motion.Degrees) < -9.5);
        Assert.Equal(motions[7], treatment.Motion(epoch: 2, position: 3));
    }

    /// <summary>With a rate of almost nothing, all that training and judging differ by is the treatment.</summary>
    [Fact]
    public void Judging_is_by_samples_as_they_are()
    {
        var rate = new LearningRateSpec { Rate = 1e-30 };
        var (plain, treated) = (Epoch(_plain with { LearningRate = rate }), Epoch(_all with { LearningRate = rate, L1 = 0, L2 = 0, Optimizer = new() }));
        Assert.Equal((plain.TestCost, plain.TestAccuracy), (treated.TestCost, treated.TestAccuracy));
        Assert.NotEqual(plain.TrainCost, treated.TrainCost);

        static EpochResult Epoch(JobSpec job) => new LocalTrainer(new TrainingSetup(job, _pictures)).RunEpoch(_pictures);
    }

    [Fact]
    public void Expanded_data_is_five_times_as_much()
    {
        var setup = new TrainingSetup(_plain with { Expand = "shift", L2 = 2, L1 = 4 }, _pictures);
        Assert.Equal(200, setup.Plan.Samples);
        Assert.Equal(new Penalty(2f / 200, 4f / 200), setup.Penalty);
        Assert.Equal(_pictures.Hash, setup.Job.Data.Hash);
    }

    public static TheoryData<string, JobSpec, bool> Refused => new()
    {
        { "augment is for pictures, and nothing says that the 36 inputs of 'arrays' are one", _plain with { Augmentation = new() { Shift = 1 } }, false },
        { "expand is for pictures", _plain with { Expand = "shift" }, false },
        { "augmentation shifts by 6 pixels, which moves pictures of 6 × 6 out of sight", _plain with { Augmentation = new() { Shift = 6 } }, true },
        { "'pictures' has 3 classes, the job 2 class weights", _plain with { ClassWeights = [1, 2] }, true },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_does_not_fit_the_data_is_refused(string message, JobSpec job, bool arePictures)
    {
        var data = arePictures ? _pictures : ArrayDataSet.Classification([new float[Side * Side]], [0], Classes);
        Assert.StartsWith(message, Assert.Throws<ActorNetException>(() => new TrainingSetup(job, data)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.1, null, "label smoothing is for classification; leave it out")]
    [InlineData(0, new double[] { 1, 2, 3 }, "class weights are for classification; leave them out")]
    [InlineData(0, new double[0], "class weights are for classification")]
    public void What_is_for_classes_is_refused_without(double smoothing, double[]? weights, string message)
    {
        var data = ArrayDataSet.Regression([new float[Side * Side]], [new float[Classes]], "heights");
        var job = _plain with { LabelSmoothing = smoothing, ClassWeights = weights };
        Assert.Contains($"'heights' has no classes: {message}", Assert.Throws<ActorNetException>(() => new TrainingSetup(job, data)).Message, StringComparison.Ordinal);
    }

    /// <summary>The network may say that its inputs are a picture where the data does not.</summary>
    [Theory]
    [InlineData(6, 6)]
    [InlineData(4, 9)]
    [InlineData(3, 4, 3)]
    public void The_input_shape_of_the_network_makes_a_picture(params int[] shape)
    {
        var data = ArrayDataSet.Classification([new float[Side * Side]], [0], Classes);
        var job = _all with { Model = _all.Model with { InputShape = shape }, BatchSize = 4 };
        new LocalTrainer(new TrainingSetup(job, data)).Step();
    }

    /// <summary>Parameters of several blocks, so that there is something to cut.</summary>
    private static ModelSpec Wide => ModelSpec.Dense([Side * Side, 70, Classes], output: "softmax");

    private static GradientPart Part(TrainingSetup setup, float[] weights, long step, TreeNode node)
    {
        var calculator = new GradientCalculator(setup);
        calculator.SetLease([node]);
        return calculator.Compute(step, weights)[0];
    }

    private static float[] Weights(TrainingSetup setup)
    {
        var weights = new float[setup.Network.Layout.Length];
        setup.Network.Initialise(weights, 1);
        return weights;
    }

    /// <summary>Classes of different sizes: of ten pictures, five, three and two.</summary>
    private static ImageDataSet Pictures(int count)
    {
        var noise = new RandomStream(5, RandomPurpose.Test);
        return new ImageDataSet(
            "pictures",
            Side,
            Side,
            Classes,
            [.. Enumerable.Range(0, count * Side * Side).Select(i => (byte)noise.Below((ulong)i, 256))],
            [.. Enumerable.Range(0, count).Select(i => (byte)(i % 10 < 5 ? 0 : i % 10 < 8 ? 1 : 2))]);
    }
}
