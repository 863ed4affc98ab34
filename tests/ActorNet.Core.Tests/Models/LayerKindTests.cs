using ActorNet.Core.Data;
using ActorNet.Core.Models;
using ActorNet.Core.Numerics;
using ActorNet.Core.Training;

namespace ActorNet.Core.Tests.Models;

/// <summary>Every kind of layer against its definition in double: what it gives, its gradients by finite differences, and its bits under any lease.</summary>
public sealed class LayerKindTests
{
    private const int Samples = 7;

    /// <summary>Networks that have every kind of layer at both ends and in between.</summary>
    public static TheoryData<string> Networks => [.. _networks.Keys];

    private static readonly Dictionary<string, ModelSpec> _networks = new()
    {
        ["one convolution"] = Pictures([6, 5], new("conv", 3, "tanh") { Window = 3 }, new("dense", 3, "sigmoid")),
        ["convolutions of channels"] = Pictures([7, 6, 2], new("conv", 3, "relu") { Window = 2 }, new("conv", 2, "tanh") { Window = 3 }, new("dense", 3)),
        ["pooling"] = Pictures([7, 6, 2], new("conv", 3) { Window = 2 }, new("pool", Activation: "sigmoid") { Window = 2 }, new("dense", 3, "sigmoid")),
        ["pooling first and twice"] = Pictures([9, 8], new("pool") { Window = 2 }, new("conv", 4, "tanh") { Window = 2 }, new("pool") { Window = 3 }, new("dense", 3)),
        ["elman"] = Pictures([5, 4], new("elman", 3, "tanh"), new("dense", 3)),
        ["elman at the end"] = Pictures([4, 3], new LayerSpec("elman", 3, "sigmoid")),
        ["elman after elman"] = Pictures([5, 4], new("elman", 3, "tanh") { Sequence = true }, new("elman", 3, "tanh") { Sequence = true }, new("dense", 3)),
        ["lstm"] = Pictures([5, 4], new("lstm", 3, "tanh"), new("dense", 3)),
        ["lstm after lstm, masked"] = Pictures([6, 3], new("lstm", 3, "tanh") { Sequence = true, Masked = true }, new("lstm", 2, "tanh") { Masked = true }, new("dense", 3)),
        ["gru"] = Pictures([5, 4], new("gru", 3, "tanh"), new("dense", 3)),
        ["gru after gru, masked"] = Pictures([6, 3], new("gru", 3, "tanh") { Sequence = true, Masked = true }, new("gru", 2, "tanh") { Masked = true }, new("dense", 3)),
        ["elman after gru"] = Pictures([6, 3], new("gru", 5, "tanh") { Sequence = true }, new("elman", 2, "tanh"), new("dense", 3)),
        ["dropout of nothing"] = Pictures([6, 5], new("dropout"), new("conv", 3, "tanh") { Window = 3 }, new("dropout"), new("dense", 3)),
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void Outputs_and_gradients_are_those_of_the_definition(string name)
    {
        var (setup, data, seed) = AwayFromKinks(_networks[name]);
        var parameters = Parameters(setup, seed);
        var wide = DoubleReference.ToDouble(parameters);
        var pass = new NetworkPass(setup.Network, Samples);
        for (var sample = 0; sample < Samples; sample++)
        {
            data[sample].Inputs.CopyTo(pass.Inputs(Samples).Row(sample));
        }

        pass.Forward(parameters, Samples);
        for (var sample = 0; sample < Samples; sample++)
        {
            var outputs = WideNetwork.Outputs(setup.Job.Model, wide, DoubleReference.ToDouble(data[sample].Inputs));
            DoubleReference.AssertClose($"seed {seed}, sample {sample}", outputs, pass.Outputs(Samples).Row(sample), tolerance: 2e-6);
        }

        var calculator = new GradientCalculator(setup);
        calculator.SetLease([setup.Tree.Root]);
        var part = calculator.Compute(0, parameters)[0];
        var expected = DoubleReference.Derivative(at => Cost(setup, data, at), wide);
        Assert.True(expected.Max(Math.Abs) > 0.01, $"seed {seed}: the cost is flat, so that nothing is checked.");
        DoubleReference.AssertClose($"seed {seed}, the gradient", expected, part.Gradient.Span, tolerance: 1e-5);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void The_bits_are_those_of_any_lease(string name) => AssertAnyLease(_networks[name]);

    /// <summary>Weights that were not asked for may still be on their way, and what is said to be there is on its way to a partition.</summary>
    [Theory]
    [MemberData(nameof(Networks))]
    public void A_stage_reads_only_weights_that_were_asked_for_and_what_is_final_stays(string name)
    {
        var data = Data(_networks[name], seed: 5);
        var setup = Setup(_networks[name], data, slices: 3);
        var parameters = Parameters(setup, 5);
        var whole = new GradientCalculator(setup);
        whole.SetLease([setup.Tree.Root]);
        var expected = whole.Compute(0, parameters)[0].Gradient.ToArray();

        var calculator = new GradientCalculator(setup);
        calculator.SetLease([setup.Tree.Root]);
        var there = Enumerable.Repeat(float.NaN, parameters.Length).ToArray();
        var progress = calculator.Begin(0);
        Assert.Equal(parameters.Length, progress.Final);
        for (var stage = 0; !progress.IsDone; stage++)
        {
            parameters.AsSpan(0, progress.Needs).CopyTo(there);
            var next = calculator.Advance(there);
            Assert.True(next.Final <= progress.Final && (next.Needs >= progress.Needs || next.Needs == 0), $"stage {stage}: {next} after {progress}");
            progress = next;
            Assert.Equal(expected[progress.Final..], calculator.Parts[0].Gradient.ToArray()[progress.Final..]);
        }
    }

    [Fact]
    public void Dropout_has_the_bits_of_any_lease() => AssertAnyLease(Dropped(0.5));

    /// <summary>The gradient under dropout is the derivative of the cost with the same activations left out.</summary>
    [Fact]
    public void Dropouts_gradient_is_that_of_what_stays()
    {
        var spec = Dropped(0.5) with { Layers = [.. Dropped(0.5).Layers.Select(layer => layer with { Activation = layer.Activation == "relu" ? "tanh" : layer.Activation })] };
        var data = Data(spec, seed: 2);
        var setup = Setup(spec, data, slices: 3);
        var parameters = Parameters(setup, 2);
        var calculator = new GradientCalculator(setup);
        calculator.SetLease([setup.Tree.Root]);
        var part = calculator.Compute(0, parameters)[0];
        var positions = new long[Samples];
        for (var slice = 0; slice < 3; slice++)
        {
            var reader = setup.Data.OpenSlice(setup.Plan.Order, slice);
            for (var draw = 0; draw < setup.Plan.SliceSamples(slice); draw++)
            {
                positions[reader.Seek(1, draw)] = (3 * draw) + slice;
            }
        }

        double[] Kept(int sample, int layer)
        {
            var kept = new float[setup.Network.Layers[layer].InputSize];
            new RandomStream(setup.Job.Seed, RandomPurpose.Layer, 1, ((ulong)layer << 40) | (ulong)positions[sample]).FillKept(kept, 0.5);
            return DoubleReference.ToDouble(kept);
        }

        double Cost(double[] at) => data.Index().Sum(sample => DoubleReference.Cost(
            "quadratic",
            "identity",
            WideNetwork.Outputs(spec, at, DoubleReference.ToDouble(sample.Item.Inputs), kept: layer => Kept(sample.Index, layer)),
            DoubleReference.ToDouble(sample.Item.Targets)));
        DoubleReference.AssertClose("the gradient", DoubleReference.Derivative(Cost, DoubleReference.ToDouble(parameters)), part.Gradient.Span, tolerance: 1e-5);
    }

    /// <summary>The steps are cut at multiples of the truncation: of six steps in twos, only the last two have a gradient.</summary>
    [Theory]
    [InlineData("elman")]
    [InlineData("lstm")]
    [InlineData("gru")]
    public void Truncation_stops_the_gradient_at_its_steps(string kind)
    {
        var full = Pictures([6, 3], new(kind, 4, "tanh"), new("dense", 3));
        var data = Data(full, seed: 3);
        float[] Gradient(int truncate)
        {
            var setup = Setup(full with { Layers = [full.Layers[0] with { Truncate = truncate }, full.Layers[1]] }, data, slices: 3);
            var calculator = new GradientCalculator(setup);
            calculator.SetLease([setup.Tree.Root]);
            return calculator.Compute(0, Parameters(setup, 3))[0].Gradient.ToArray();
        }

        Assert.Equal(Gradient(0), Gradient(6));
        Assert.Equal(Gradient(0), Gradient(100));
        Assert.NotEqual(Gradient(0), Gradient(2));
        Assert.NotEqual(Gradient(2), Gradient(1));

        // Where the features of the last two steps are zero, no gradient of their weights is left when those before are beyond the cut.
        foreach (var (inputs, _) in data)
        {
            inputs.AsSpan(12).Clear();
        }

        Assert.All(Gradient(2)[..(3 * (Setup(full, data, 3).Network.Layout.Views[0].Shape.Columns))], element => Assert.Equal(0, element));
        Assert.Contains(Gradient(0)[..3], element => element != 0);
    }

    [Fact]
    public void Dropout_leaves_out_the_part_asked_for_and_others_each_time()
    {
        var setup = Setup(new ModelSpec(400, [new("dropout") { Rate = 0.3 }, new("dense", 3)]), Data(new ModelSpec(400, []), seed: 5), slices: 3);
        var weights = new float[setup.Network.Layout.Length];
        setup.Network.Initialise(weights, 1);
        var calculator = new GradientCalculator(setup);
        calculator.SetLease([setup.Tree.Root]);
        var costs = Enumerable.Range(0, 20).Select(epoch => calculator.Compute(epoch, weights)[0].Cost).ToArray();
        Assert.Equal(20, costs.Distinct().Count());

        Span<float> counts = stackalloc float[10_001];
        new RandomStream(3, RandomPurpose.Layer).FillKept(counts, 0.3);
        var kept = 0;
        foreach (var count in counts)
        {
            Assert.True(count is 0f or 1f / 0.7f, $"{count}");
            kept += count > 0 ? 1 : 0;
        }

        Assert.InRange(kept, 6800, 7200);
    }

    /// <summary>The least of some rounds: the runtime allocates on this thread too, once, when it compiles a method anew.</summary>
    [Theory]
    [MemberData(nameof(Networks))]
    public void A_step_allocates_nothing(string name)
    {
        var spec = _networks[name];
        var job = Setup(spec, Data(spec, seed: 4), slices: 3).Job with { ClipNorm = 0.1 };
        var data = Data(spec, seed: 4);
        var trainer = new LocalTrainer(new TrainingSetup(job, ArrayDataSet.Regression([.. data.Select(sample => sample.Inputs)], [.. data.Select(sample => sample.Targets)], "random")));
        Steps();
        Assert.Equal(0, Enumerable.Range(0, 5).Min(_ => Steps()));

        long Steps()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var step = 0; step < 20; step++)
            {
                trainer.Step();
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void What_is_no_picture_is_refused_by_layer()
    {
        string Refused(ModelSpec spec) => Assert.Throws<ActorNetException>(() => Network.Create(spec)).Message;
        Assert.Contains("Layer 2 of 4-9-conv2x3-3: a layer of kind conv needs pictures", Refused(new ModelSpec(4, [new("dense", 9), new("conv", 2) { Window = 3 }, new("dense", 3)])), StringComparison.Ordinal);
        Assert.Contains("between 1 and 3", Refused(Pictures([3, 4], new("conv", 2) { Window = 4 }, new("dense", 3))), StringComparison.Ordinal);
        Assert.Contains("0 maps", Refused(Pictures([3, 4], new("conv") { Window = 2 }, new("dense", 3))), StringComparison.Ordinal);
        Assert.Contains("the shape 3x4 holds 12", Refused(Pictures([3, 4], new LayerSpec("dense", 3)) with { Inputs = 13 }).Replace("their shape", "the shape", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("a part of 1:", Refused(Pictures([3, 4], new("dropout") { Rate = 1 }, new("dense", 3))), StringComparison.Ordinal);
        Assert.Contains("0 neurons", Refused(new ModelSpec(4, [new("dense")])), StringComparison.Ordinal);
    }

    private static ModelSpec Pictures(int[] shape, params LayerSpec[] layers) => new(shape.Aggregate((a, b) => a * b), layers, "glorot") { InputShape = shape };

    private static ModelSpec Dropped(double rate) =>
        Pictures([6, 5], new("dropout") { Rate = rate }, new("conv", 3, "tanh") { Window = 3 }, new("dropout") { Rate = rate }, new("dense", 8, "relu"), new("dropout") { Rate = rate }, new("dense", 3));

    private static void AssertAnyLease(ModelSpec spec)
    {
        var setup = Setup(spec, Data(spec, seed: 11), slices: 7);
        var weights = Parameters(setup, 1);
        var whole = Compute([setup.Tree.Root])[0].Gradient;
        var accumulator = new GradientAccumulator(setup.Tree, weights.Length);
        var counts = new int[7];
        setup.Plan.CountSlices(0, counts);
        accumulator.Begin(0, counts);
        foreach (var slice in (int[])[6, 0, 3, 1, 2, 5, 4])
        {
            var part = Compute([new TreeNode(slice, 1)])[0];
            accumulator.Add(part, part.Gradient);
        }

        var sum = new float[weights.Length];
        accumulator.ReadSum(0, sum, new float[accumulator.ScratchBlocks * sum.Length]);
        Assert.Equal(whole.ToArray(), sum);
        Assert.Contains(sum, x => x != 0);

        PartList Compute(IReadOnlyList<TreeNode> lease)
        {
            var calculator = new GradientCalculator(setup);
            calculator.SetLease(lease);
            return calculator.Compute(0, weights);
        }
    }

    private static float[] Parameters(TrainingSetup setup, ulong seed)
    {
        var parameters = new float[setup.Network.Layout.Length];
        setup.Network.Initialise(parameters, seed);
        // Glorot's biases are zeros, in which mistakes of theirs would not be seen.
        var random = new Random((int)seed);
        foreach (var view in setup.Network.Layout.Views.Where(view => !view.Shape.Decays))
        {
            for (var i = view.Offset; i < view.End; i++)
            {
                parameters[i] = random.NextSingle() - 0.5f;
            }
        }

        return parameters;
    }

    private static (TrainingSetup Setup, (float[] Inputs, float[] Targets)[] Data, ulong Seed) AwayFromKinks(ModelSpec spec)
    {
        for (var seed = 1UL; ; seed++)
        {
            var data = Data(spec, seed);
            var setup = Setup(spec, data, slices: 3);
            var closest = double.PositiveInfinity;
            var parameters = DoubleReference.ToDouble(Parameters(setup, seed));
            foreach (var (inputs, _) in data)
            {
                WideNetwork.Outputs(spec, parameters, DoubleReference.ToDouble(inputs), distance => closest = Math.Min(closest, distance));
            }

            if (closest > 1e-4)
            {
                return (setup, data, seed);
            }
        }
    }

    /// <summary>Random samples; where the network is masked, sample k has all but k of its steps, the first and the last among them missing.</summary>
    private static (float[] Inputs, float[] Targets)[] Data(ModelSpec spec, ulong seed)
    {
        var random = new Random((int)seed);
        float[] Row(int length) => [.. Enumerable.Range(0, length).Select(_ => (2 * random.NextSingle()) - 1)];
        (float[] Inputs, float[] Targets)[] data = [.. Enumerable.Range(0, Samples).Select(_ => (Row(spec.Inputs), Row(3)))];
        if (spec.Layers.Any(layer => layer.Masked))
        {
            var (steps, stride) = (spec.InputShape![0], spec.InputShape[1]);
            for (var sample = 0; sample < Samples; sample++)
            {
                var gone = Enumerable.Range(0, steps).OrderBy(step => (step * 5 + 5) % steps).Take(sample).ToHashSet();
                for (var step = 0; step < steps; step++)
                {
                    data[sample].Inputs[(step * stride) + stride - 1] = gone.Contains(step) ? 0 : 1;
                }
            }
        }

        return data;
    }

    private static TrainingSetup Setup(ModelSpec spec, (float[] Inputs, float[] Targets)[] data, int slices) => new(
        new JobSpec { Model = spec, Data = new DataSpec("random"), BatchSize = Samples, Slices = slices },
        ArrayDataSet.Regression([.. data.Select(sample => sample.Inputs)], [.. data.Select(sample => sample.Targets)], "random"));

    private static double Cost(TrainingSetup setup, (float[] Inputs, float[] Targets)[] data, double[] parameters) => data.Sum(sample => DoubleReference.Cost(
        "quadratic",
        setup.Network.OutputActivation.Name,
        WideNetwork.Outputs(setup.Job.Model, parameters, DoubleReference.ToDouble(sample.Inputs)),
        DoubleReference.ToDouble(sample.Targets)));
}
