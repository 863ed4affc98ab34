using ActorNet.Core.Checkpoints;
using ActorNet.Core.Data;
using ActorNet.Core.Models;
using ActorNet.Core.Numerics;
using ActorNet.Core.Tests.Data;
using ActorNet.Core.Training;
using ActorNet.Core.Training.Metrics;

namespace ActorNet.Core.Tests.Training;

public sealed class ModelTests
{
    private static readonly JobSpec _job = new() { Epochs = 3, BatchSize = 6, Seed = 7 };

    [Fact]
    public void Trains_to_the_bits_of_the_oracle_and_learns()
    {
        var model = Model.Dense(2, 4, 2);
        var results = model.Train(Sides(), _job, Sides());

        var trainer = new LocalTrainer(new TrainingSetup(_job with { Model = model.Spec }, Sides()));
        trainer.Run(Sides());
        Assert.Equal(Snapshot.Sha256(trainer.Weights.Span), model.WeightsSha256);
        Assert.Equal([1, 2, 3], results.Select(result => result.Epoch));
        Assert.True(results[^1].TestAccuracy > 0.9, $"seed {_job.Seed}: test accuracy {results[^1].TestAccuracy}");
    }

    [Fact]
    public void The_job_it_keeps_names_the_network_and_the_data()
    {
        var model = Model.Dense(2, 3, 2);
        model.Train(Sides(), _job);
        Assert.Equal(model.Spec, model.Job!.Model);
        Assert.Equal(Sides().Hash, model.Job.Data.Hash);
        Assert.Null(model.Job.StartWeights);
        Assert.Equal(TaskKind.Classification, model.Task);
    }

    [Fact]
    public void A_second_training_starts_from_the_weights_of_the_first()
    {
        var model = Model.Dense(2, 3, 2);
        model.Train(Sides(), _job);
        var (first, firstJob) = (model.WeightsSha256, model.Job!);
        model.Train(Sides(), _job with { Epochs = 1 });
        Assert.Equal(first, model.Job!.StartWeights);
        Assert.Equal(firstJob.Hash, model.Job.Parent);

        // A tiny step tells where it started.
        var start = model.Weights.ToArray();
        model.Train(Sides(), new JobSpec { Epochs = 1, BatchSize = 60, LearningRate = new() { Rate = 1e-6 } });
        Assert.All(start.Zip(model.Weights.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public void What_is_saved_is_what_is_loaded()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.safetensors");
        var model = Model.Create(ModelSpec.Dense([2, 5, 2], "tanh", "softmax", "glorot"));
        model.Train(Sides(), _job with { Cost = "cross-entropy" });
        model.Save(path);
        var loaded = Model.Load(path);

        Assert.Equal(model.WeightsSha256, loaded.WeightsSha256);
        Assert.Equal(model.Spec, loaded.Spec);
        Assert.Equal(model.Job!.Hash, loaded.Job!.Hash);
        Assert.Equal(model.Task, loaded.Task);
        Assert.Equal(model.Predict([0.3f, -0.2f]), loaded.Predict([0.3f, -0.2f]));
        Assert.Equal(model.Evaluate(Sides()), loaded.Evaluate(Sides()));
    }

    [Fact]
    public void A_loaded_model_goes_on_from_its_weights_even_when_no_job_is_known()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.safetensors");
        var model = Model.Dense(2, 3, 2);
        model.Save(path);
        var loaded = Model.Load(path);
        Assert.Null(loaded.Job);
        loaded.Train(Sides(), _job);
        Assert.Equal(model.WeightsSha256, loaded.Job!.StartWeights);
        Assert.Null(loaded.Job.Parent);
    }

    [Fact]
    public void A_checkpoint_folder_is_a_model_too()
    {
        using var folder = new TemporaryFolder();
        var model = Model.Dense(2, 3, 2);
        model.Train(Sides(), _job);
        var progress = new TrainingProgress(30, 3, 1, true, [], null, 0, 0, model.WeightsSha256);
        var path = new CheckpointStore(folder.Path).Write(new Checkpoint(model.Job!.Hash, model.Job.ToJson(), progress, model.Tensors, []));
        Assert.Equal(model.WeightsSha256, Model.Load(path).WeightsSha256);
    }

    [Fact]
    public void Tensors_have_names_and_shapes()
    {
        var tensors = Model.Dense(2, 3, 1).Tensors;
        Assert.Equal(["layer1.weights", "layer1.biases", "layer2.weights", "layer2.biases"], tensors.Select(tensor => tensor.Name));
        Assert.Equal([2, 3], tensors[0].Shape);
        Assert.Equal([3], tensors[1].Shape);
    }

    [Fact]
    public void Evaluation_feeds_the_metrics_of_the_task()
    {
        var model = Model.Dense(2, 4, 2);
        model.Train(Sides(), _job);
        var metrics = new ClassificationMetrics(2);
        var score = model.Evaluate(Sides(), metrics.Add);
        Assert.Equal(score.Samples, metrics.Count);
        Assert.Equal(score.Correct, metrics.Correct);
        var answers = Enumerable.Range(0, Sides().Count).Count(i => model.Classify(Sides().Sample(i).Inputs) == i % 2);
        Assert.Equal(score.Correct, answers);
    }

    [Fact]
    public void A_training_that_fails_changes_nothing()
    {
        var model = Model.Dense(2, 3, 2);
        var before = model.WeightsSha256;
        var error = Assert.Throws<ActorNetException>(() => model.Train(new Unreadable(), _job));
        Assert.Contains("sample 11", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, model.WeightsSha256);
        Assert.Null(model.Job);
    }

    [Fact]
    public void Data_of_another_size_is_refused()
    {
        var model = Model.Dense(3, 2);
        Assert.Throws<ActorNetException>(() => model.Train(Sides(), _job));
        Assert.Throws<ActorNetException>(() => model.Evaluate(Sides()));
        Assert.Throws<ArgumentException>(() => model.Predict([1, 2]));
    }

    /// <summary>Points to the left and to the right of a line, in turn.</summary>
    private static ArrayDataSet Sides()
    {
        var random = new RandomStream(3, RandomPurpose.Test);
        float[] Point(int i) => [(i % 2 * 2) - 1 + (0.5f * random.Uniform((ulong)i)), random.Uniform(1000 + (ulong)i)];
        return ArrayDataSet.Classification([.. Enumerable.Range(0, 60).Select(Point)], [.. Enumerable.Range(0, 60).Select(i => i % 2)], 2);
    }

    private sealed class Unreadable : DataSet
    {
        public override string Name => "unreadable";

        public override TaskKind Task => TaskKind.Classification;

        public override int Count => 24;

        public override int InputSize => 2;

        public override int TargetSize => 2;

        public override string Hash => HashOf("unreadable");

        public override void Read(int index, Span<float> inputs, Span<float> targets)
        {
            CheckRead(index, inputs.Length, targets.Length);
            if (index == 11)
            {
                throw new IOException("the disk is gone");
            }

            inputs.Clear();
            targets.Clear();
        }
    }
}
