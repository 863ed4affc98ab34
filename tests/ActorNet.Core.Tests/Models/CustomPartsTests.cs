using ActorNet.Core.Models;
using ActorNet.Core.Optimization;
using ActorNet.Core.Tests.Training;
using ActorNet.Core.Training;

namespace ActorNet.Core.Tests.Models;

/// <summary>Layers, activations, costs and data of one's own, trained through a job that names them.</summary>
public sealed class CustomPartsTests
{
    private static readonly JobSpec _job = new()
    {
        Model = new ModelSpec(2, [new("parts-gain", 2, "identity"), new("dense", 12, "parts-softsign"), new("parts-plain-dense", 9, "parts-square"), new("dense", 2, "identity")]),
        Data = new DataSpec("grid"),
        Cost = "parts-pseudo-huber",
        LearningRate = new LearningRateSpec { Rate = 0.1 },
        L2 = 0.001,
        BatchSize = 12,
        Epochs = 20,
    };

    public CustomPartsTests() => CustomParts.Register();

    [Fact]
    public void Custom_parts_learn()
    {
        var trainer = new LocalTrainer(new TrainingSetup(_job, new GridDataSet(11)));
        trainer.Run(test: new GridDataSet(7));
        var (first, last) = (trainer.History[0], trainer.History[^1]);
        Assert.True(last.TrainCost < first.TrainCost / 5, $"The training cost went from {first.TrainCost} to {last.TrainCost}.");
        Assert.True(last.TestCost < first.TestCost / 2, $"The test cost went from {first.TestCost} to {last.TestCost}.");
    }

    [Fact]
    public void Custom_parts_keep_their_bits_in_any_partitions()
    {
        var job = _job with { Epochs = 2 };
        Assert.Single(((int[])[1, 2]).Select(partitions => TrainingData.Train(job, new GridDataSet(11), partitions)).Distinct());
    }

    [Fact]
    public void Custom_parts_keep_their_bits_in_any_leases()
    {
        var setup = new TrainingSetup(_job, new GridDataSet(11));
        var weights = new float[setup.Network.Layout.Length];
        setup.Network.Initialise(weights, 1);
        var whole = Parts([setup.Tree.Root])[0].Gradient;
        var accumulator = new GradientAccumulator(setup.Tree, weights.Length);
        var counts = new int[8];
        setup.Plan.CountSlices(0, counts);
        accumulator.Begin(0, counts);
        foreach (var slice in (int[])[6, 0, 3, 1, 7, 2, 5, 4])
        {
            var part = Parts([new TreeNode(slice, 1)])[0];
            accumulator.Add(part, part.Gradient);
        }

        var sum = new float[weights.Length];
        accumulator.ReadSum(0, sum, new float[accumulator.ScratchBlocks * sum.Length]);
        Assert.Equal(whole.ToArray(), sum);

        PartList Parts(IReadOnlyList<TreeNode> lease)
        {
            var calculator = new GradientCalculator(setup);
            calculator.SetLease(lease);
            return calculator.Compute(0, weights);
        }
    }

    /// <summary>
    /// A dense layer written in plain loops, its gradient slice by slice, trains to the same bits as the built-in one: both follow the same chains.
    /// </summary>
    [Theory]
    [InlineData(10, 8)]
    [InlineData(7, 3)]
    public void A_dense_layer_written_slice_by_slice_has_the_bits_of_the_built_in_one(int batchSize, int slices)
    {
        var job = TrainingData.Job(batchSize, slices) with { Model = ModelSpec.Dense([TrainingData.Inputs, 21, 18, TrainingData.Classes]), L2 = 0.1 };
        var plain = job with { Model = job.Model with { Layers = [.. job.Model.Layers.Select(layer => layer with { Kind = "parts-plain-dense" })] } };
        var data = TrainingData.Clouds(47);
        Assert.Equal(TrainingData.Train(job, data), TrainingData.Train(plain, data));
        Assert.NotEqual(job.Hash, plain.Hash);
    }

    /// <summary>An activation whose way back reads the weighted sums finds them there, in hidden layers and in the output layer.</summary>
    [Fact]
    public void An_activation_that_uses_its_input_has_the_bits_of_the_built_in_one()
    {
        var job = TrainingData.Job() with { Cost = "quadratic" };
        var ofSums = job with { Model = job.Model with { Layers = [.. job.Model.Layers.Select(layer => layer with { Activation = "parts-sigmoid-of-sums" })] } };
        var data = TrainingData.Clouds(47);
        Assert.Equal(TrainingData.Train(job, data), TrainingData.Train(ofSums, data));
    }

    [Fact]
    public void A_name_that_is_not_known_is_named()
    {
        ActorNetException Refused(JobSpec job) => Assert.Throws<ActorNetException>(() => new TrainingSetup(job, new GridDataSet(3)));
        Assert.Contains("'parts-gian'", Refused(With(new LayerSpec("parts-gian", 2, "identity"))).Message, StringComparison.Ordinal);
        Assert.Contains("'sigmoit'", Refused(With(new LayerSpec("dense", 2, "sigmoit"))).Message, StringComparison.Ordinal);
        Assert.Contains("'quadratik'", Refused(_job with { Cost = "quadratik" }).Message, StringComparison.Ordinal);
        Assert.Contains("'normale'", Refused(_job with { Model = _job.Model with { Initialiser = "normale" } }).Message, StringComparison.Ordinal);

        static JobSpec With(LayerSpec last) => _job with { Model = new ModelSpec(2, [last]) };
    }
}
