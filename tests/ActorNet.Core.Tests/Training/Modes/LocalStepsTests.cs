using System.Runtime.InteropServices;
using ActorNet.Core.Data;
using ActorNet.Core.Models;
using ActorNet.Core.Optimization;
using ActorNet.Core.Training;
using ActorNet.Core.Training.Modes;

namespace ActorNet.Core.Tests.Training.Modes;

/// <summary>The mode <c>local:H</c>: rounds of local steps.</summary>
public sealed class LocalStepsTests
{
    /// <summary>53 samples in minibatches of 10: six steps an epoch, of which the last has three samples and leaves five slices empty.</summary>
    private const int Samples = 53;

    private static readonly DataSet _data = TrainingData.Clouds(Samples);

    /// <summary>One plain step each, averaged by samples, is the step of the mean gradient.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.1, 0)]
    [InlineData(0.1, 0.05)]
    public void Rounds_of_one_plain_step_are_synchronous_steps_but_for_rounding(double l2, double l1)
    {
        var job = TrainingData.Job() with { L2 = l2, L1 = l1 };
        var (sync, local) = (new LocalTrainer(new TrainingSetup(job, _data)), new LocalTrainer(new TrainingSetup(job with { Mode = "local:1" }, _data)));
        sync.Run();
        local.Run();
        Assert.Equal(sync.Version, local.Version);
        Assert.NotEqual(sync.Weights.Span.ToArray(), local.Weights.Span.ToArray());
        AssertNear(sync.Weights.Span, Array.ConvertAll(local.Weights.Span.ToArray(), weight => (double)weight), 1e-5);
        Assert.Equal(sync.History[^1].TrainCost, local.History[^1].TrainCost, 1e-4);
    }

    /// <summary>
    /// Two epochs against formulas in double, from the gradients of each slice at its own weights: optimizers that begin anew each round, a schedule by steps,
    /// decay of weights alone, a mean by samples, and Nesterov's momentum over rounds.
    /// </summary>
    [Theory]
    [InlineData("sgd", 1, 1, 0)]
    [InlineData("sgd", 4, 1, 0)]
    [InlineData("sgd", 4, 0.7, 0.9)]
    [InlineData("momentum", 3, 1, 0)]
    [InlineData("momentum", 4, 0.5, 0.8)]
    [InlineData("adam", 4, 1, 0)]
    public void A_round_is_the_mean_of_what_slices_come_to_alone(string optimizer, int steps, double outerRate, double outerMomentum)
    {
        var job = TrainingData.Job() with
        {
            Optimizer = new OptimizerSpec { Name = optimizer },
            LearningRate = new LearningRateSpec { Rate = optimizer == "adam" ? 0.01 : 0.2, Schedule = "cosine", WarmupSteps = 3 },
            L2 = 0.2,
            Mode = $"local:{steps}",
            Outer = new OuterSpec { LearningRate = outerRate, Momentum = outerMomentum },
        };
        var trainer = new LocalTrainer(new TrainingSetup(job, _data), partitions: 2);
        var reference = new Reference(job, steps, trainer.Weights.Span);
        for (var round = 0; round < 2 * ((5 / steps) + 1); round++)
        {
            trainer.Step();
            reference.Round(round);
            AssertNear(trainer.Weights.Span, reference.Weights, 2e-5);
        }
    }

    [Theory]
    [InlineData("sgd", 1)]
    [InlineData("momentum", 4)]
    [InlineData("adamw", 3)]
    [InlineData("rmsprop", 100)]
    public void Partitions_change_no_bit(string optimizer, int steps)
    {
        var job = TrainingData.Job() with
        {
            Optimizer = new OptimizerSpec { Name = optimizer },
            LearningRate = new LearningRateSpec { Rate = 0.05 },
            L2 = 0.1,
            ClipNorm = 0.3,
            Mode = $"local:{steps}",
            Outer = new OuterSpec { LearningRate = 0.7, Momentum = 0.9 },
        };
        var expected = TrainingData.Train(job, _data);
        Assert.All((int[])[2, 3, 7], partitions => Assert.Equal(expected, TrainingData.Train(job, _data, partitions)));
        foreach (var other in (JobSpec[])[job with { Mode = "sync", Outer = null }, job with { Outer = null }, job with { ClipNorm = 0 }, job with { L2 = 0 }])
        {
            Assert.NotEqual(expected, TrainingData.Train(other, _data));
        }
    }

    /// <summary>Every cut of the slices into two leases, and slices one by one: other sub-trees, the same sums, costs and counts.</summary>
    [Fact]
    public void Every_split_of_the_slices_gives_the_same_bits()
    {
        var setup = Setup("local:4", slices: 7);
        var weights = FirstWeights(setup);
        for (var round = 0L; round < 4; round++)
        {
            var expected = Sum(setup, round, weights, [[setup.Tree.Root]]);
            IEnumerable<TreeNode>[] alone = [.. Enumerable.Range(0, 7).Select(slice => (TreeNode[])[new(slice, 1)])];
            Assert.Equal(expected, Sum(setup, round, weights, alone));
            for (var cut = 1; cut < 7; cut++)
            {
                Assert.Equal(expected, Sum(setup, round, weights, [setup.Tree.Cover(0, cut), setup.Tree.Cover(cut, 7 - cut)]));
            }
        }
    }

    /// <summary>A round of another slice leaves nothing behind: not its weights, its optimizer's state or its samples.</summary>
    [Fact]
    public void A_calculator_that_has_done_much_else_computes_what_a_new_one_does()
    {
        var setup = Setup("local:3", optimizer: "adam");
        var weights = FirstWeights(setup);
        var used = setup.CreateCalculator();
        foreach (TreeNode[] lease in (TreeNode[][])[[setup.Tree.Root], [new(2, 2), new(6, 1)], [new(0, 4)], [new(4, 4)]])
        {
            used.SetLease(lease);
            foreach (var round in (long[])[3, 0, 1])
            {
                PartList actual = used.Compute(round, weights, rate: null), expected = Compute(setup, lease, round, weights);
                for (var i = 0; i < lease.Length; i++)
                {
                    Assert.Equal((expected[i].Cost, expected[i].Correct, round), (actual[i].Cost, actual[i].Correct, actual[i].Step));
                    Assert.Equal(expected[i].Slices, actual[i].Slices);
                    Assert.True(expected[i].Gradient.Span.SequenceEqual(actual[i].Gradient.Span));
                }
            }
        }
    }

    /// <summary>Leases change within a round; a server may still be reading the parts that were made under the lease before.</summary>
    [Fact]
    public void What_was_computed_for_the_round_already_is_not_written_again()
    {
        var setup = Setup("local:4");
        var weights = FirstWeights(setup);
        var calculator = setup.CreateCalculator();
        calculator.SetLease([new TreeNode(0, 2), new TreeNode(2, 1)]);
        var kept = calculator.Compute(0, weights, rate: null)[0];
        var bits = kept.Gradient.ToArray();
        calculator.SetLease([new TreeNode(0, 2), new TreeNode(4, 4)]);
        // With other weights it would come to something else; these are the weights of no version.
        var others = Array.ConvertAll(weights, weight => weight + 1);
        Assert.Same(kept, calculator.Compute(0, others, rate: null)[0]);
        Assert.Equal(bits, kept.Gradient.ToArray());
        calculator.Compute(1, others, rate: null);
        Assert.NotEqual(bits, kept.Gradient.ToArray());
    }

    [Theory]
    [InlineData(1, 6)]
    [InlineData(2, 3)]
    [InlineData(4, 2)]
    [InlineData(5, 2)]
    [InlineData(6, 1)]
    [InlineData(int.MaxValue, 1)]
    public void Rounds_end_with_the_epoch_and_its_ledger_is_exact(int steps, int rounds)
    {
        var trainer = new LocalTrainer(new TrainingSetup(TrainingData.Job() with { Mode = $"local:{steps}" }, _data));
        trainer.RunEpoch();
        Assert.Equal(rounds, trainer.Version);
        trainer.RunEpoch();
        Assert.Equal(2 * rounds, trainer.Version);
    }

    [Fact]
    public void A_round_longer_than_the_epoch_is_the_epoch() => Assert.Single(
        ((int[])[6, 7, 1000, int.MaxValue]).Select(steps => TrainingData.Train(TrainingData.Job() with { Mode = $"local:{steps}" }, _data)).Distinct());

    /// <summary>The cost of a round is that of each step's own weights: with a rate of almost nothing, that of the first weights.</summary>
    [Fact]
    public void The_score_of_an_epoch_is_over_all_its_samples()
    {
        var setup = new TrainingSetup(TrainingData.Job() with { Mode = "local:4", LearningRate = new LearningRateSpec { Rate = 1e-30 } }, _data);
        var result = new LocalTrainer(setup).RunEpoch(_data);
        Assert.Equal(result.TestCost, result.TrainCost, 1e-12);
        Assert.Equal(result.TestAccuracy, result.TrainAccuracy);
    }

    /// <summary>A local step is at most as long as its rate times what its gradient is clipped to.</summary>
    [Fact]
    public void A_local_gradient_is_clipped_where_it_is_made()
    {
        const double Clip = 0.1;
        var clipped = Compute(Setup("local:3", clip: Clip));
        Assert.InRange(Length(clipped), 0.5 * 3 * 0.5 * Clip, 3 * 0.5 * Clip * (1 + 1e-5));
        Assert.True(Length(Compute(Setup("local:3"))) > 2 * Length(clipped));

        static GradientPart Compute(TrainingSetup setup) => LocalStepsTests.Compute(setup, [new TreeNode(3, 1)], 0, FirstWeights(setup))[0];

        static double Length(GradientPart part) => Math.Sqrt(part.Gradient.ToArray().Sum(each => (double)each * each)) / part.Samples;
    }

    [Fact]
    public void A_change_of_the_rate_is_that_of_the_slices_from_its_round_on()
    {
        var setup = Setup("local:2");
        var (changed, plain) = (new LocalTrainer(setup, changes: [new RateChange(2, 0.05)]), new LocalTrainer(setup));
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal(plain.Weights.Span.ToArray(), changed.Weights.Span.ToArray());
            changed.Step();
            plain.Step();
        }

        // The third round, from the same weights, moved them a tenth as far, and a little more: the gradient did not fall as fast.
        var from = new LocalTrainer(setup);
        from.Step();
        from.Step();
        var ratio = Moved(changed) / Moved(plain);
        Assert.InRange(ratio, 0.1, 0.15);

        double Moved(LocalTrainer trainer) =>
            Math.Sqrt(trainer.Weights.Span.ToArray().Zip(from.Weights.Span.ToArray(), (x, y) => ((double)x - y) * ((double)x - y)).Sum());
    }

    [Theory]
    [InlineData("sgd", 0)]
    [InlineData("adam", 0.1)]
    public void A_round_allocates_nothing(string optimizer, double clip)
    {
        var job = Setup("local:4", optimizer: optimizer, clip: clip).Job with { Outer = new OuterSpec { Momentum = 0.5 } };
        var trainer = new LocalTrainer(new TrainingSetup(job, _data), partitions: 3);
        Rounds(50);

        // The least of some turns: the runtime allocates on this thread too, once, when it compiles a method anew.
        Assert.Equal(0, Enumerable.Range(0, 5).Min(_ => Rounds(20)));

        long Rounds(int count)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var round = 0; round < count; round++)
            {
                trainer.Step();
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void A_cost_that_is_not_finite_names_round_step_and_slice()
    {
        // A rate that makes the outputs of the second step too large for a float.
        var job = TrainingData.Job() with
        {
            Model = ModelSpec.Dense([TrainingData.Inputs, TrainingData.Classes], output: "identity"),
            Mode = "local:3",
            LearningRate = new LearningRateSpec { Rate = 3e38 },
        };
        var setup = new TrainingSetup(job, _data);
        var error = Assert.Throws<ActorNetException>(() => Compute(setup, [new TreeNode(5, 1)], 0, FirstWeights(setup)));
        Assert.StartsWith("The cost is not finite at local step 1 of round 0, slice 5: ", error.Message, StringComparison.Ordinal);
    }

    private static TrainingSetup Setup(string mode, int slices = 8, string optimizer = "sgd", double clip = 0) => new(
        TrainingData.Job(slices: slices) with
        {
            Mode = mode,
            Optimizer = new OptimizerSpec { Name = optimizer },
            LearningRate = new LearningRateSpec { Rate = optimizer == "adam" ? 0.01 : 0.5 },
            ClipNorm = clip,
        },
        _data);

    private static float[] FirstWeights(TrainingSetup setup)
    {
        var weights = new float[setup.Network.Layout.Length];
        setup.Network.Initialise(weights, 1);
        return weights;
    }

    private static PartList Compute(TrainingSetup setup, IReadOnlyList<TreeNode> lease, long round, float[] weights)
    {
        var calculator = setup.CreateCalculator();
        calculator.SetLease(lease);
        return calculator.Compute(round, weights, rate: null);
    }

    /// <summary>What a server makes of the parts of some workers, as bits.</summary>
    private static (string Sum, long Cost, int Correct) Sum(TrainingSetup setup, long round, float[] weights, IEnumerable<TreeNode>[] leases)
    {
        var accumulator = new GradientAccumulator(setup.Tree, weights.Length);
        var counts = new int[setup.Plan.Slices];
        setup.Plan.CountSlices((int)(round % setup.Plan.StepsPerEpoch), counts);
        accumulator.Begin(round, counts);
        foreach (var lease in leases)
        {
            var parts = Compute(setup, [.. lease], round, weights);
            for (var i = 0; i < parts.Count; i++)
            {
                accumulator.Add(parts[i], parts[i].Gradient);
            }
        }

        var sum = new float[weights.Length];
        accumulator.ReadSum(0, sum, new float[accumulator.ScratchBlocks * sum.Length]);
        return (Convert.ToHexString(MemoryMarshal.AsBytes(sum.AsSpan())), BitConverter.DoubleToInt64Bits(accumulator.Cost), accumulator.Correct);
    }

    private static void AssertNear(ReadOnlySpan<float> actual, double[] expected, double bound)
    {
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(actual[i] - expected[i]) <= bound, $"parameter {i} is {actual[i]:R}, expected {expected[i]:R}");
        }
    }

    /// <summary>The mode's formulas in double; gradients are those of the synchronous job, of one slice at a time.</summary>
    private sealed class Reference
    {
        private readonly JobSpec _job;
        private readonly int _steps;
        private readonly TrainingSetup _sync;
        private readonly double[] _velocity;

        public Reference(JobSpec job, int steps, ReadOnlySpan<float> weights)
        {
            (_job, _steps) = (job, steps);
            _sync = new TrainingSetup(job with { Mode = "sync", Outer = null }, _data);
            Weights = Array.ConvertAll(weights.ToArray(), weight => (double)weight);
            _velocity = new double[weights.Length];
        }

        public double[] Weights { get; }

        public void Round(int round)
        {
            var perEpoch = _sync.Plan.StepsPerEpoch;
            var rounds = (perEpoch - 1) / _steps + 1;
            var start = (round / rounds * perEpoch) + (round % rounds * _steps);
            var end = Math.Min(start + _steps, ((round / rounds) + 1) * perEpoch);
            var mean = new double[Weights.Length];
            var samples = 0;
            for (var slice = 0; slice < _sync.Plan.Slices; slice++)
            {
                var (weights, drawn) = Slice(slice, start, end);
                samples += drawn;
                for (var i = 0; i < mean.Length; i++)
                {
                    mean[i] += drawn * (Weights[i] - weights[i]);
                }
            }

            for (var i = 0; i < mean.Length; i++)
            {
                _velocity[i] = (_job.Outer?.Momentum ?? 0) * _velocity[i] + (mean[i] / samples);
                Weights[i] -= (_job.Outer?.LearningRate ?? 1) * ((mean[i] / samples) + ((_job.Outer?.Momentum ?? 0) * _velocity[i]));
            }
        }

        private (double[] Weights, int Samples) Slice(int slice, int start, int end)
        {
            var weights = (double[])Weights.Clone();
            var (first, second) = (new double[weights.Length], new double[weights.Length]);
            var samples = 0;
            for (var step = start; step < end; step++)
            {
                var calculator = new GradientCalculator(_sync);
                calculator.SetLease([new TreeNode(slice, 1)]);
                var part = calculator.Compute(step, Array.ConvertAll(weights, weight => (float)weight))[0];
                if (part.Samples == 0)
                {
                    continue;
                }

                samples += part.Samples;
                var rate = _sync.LearningRate(step, []);
                foreach (var view in _sync.Network.Layout.Views)
                {
                    for (var i = view.Offset; i < view.End; i++)
                    {
                        var decay = view.Shape.Decays ? _job.L2 / Samples * weights[i] : 0;
                        weights[i] -= rate * Direction((part.Gradient.Span[i] / (double)part.Samples) + decay, ref first[i], ref second[i], step - start + 1);
                    }
                }
            }

            return (weights, samples);
        }

        private double Direction(double gradient, ref double first, ref double second, int step)
        {
            switch (_job.Optimizer.Name)
            {
                case "momentum":
                    return first = (0.9 * first) + gradient;
                case "adam":
                    first = (0.9 * first) + (0.1 * gradient);
                    second = (0.999 * second) + (0.001 * gradient * gradient);
                    return first / (1 - Math.Pow(0.9, step)) / (Math.Sqrt(second / (1 - Math.Pow(0.999, step))) + 1e-8);
                default:
                    return gradient;
            }
        }
    }
}
