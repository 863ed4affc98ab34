using System.Globalization;
using System.Text.Json.Nodes;
using ActorNet.Core.Models;
using ActorNet.Core.Optimization;
using ActorNet.Core.Training;
using CsCheck;

namespace ActorNet.Core.Tests.Training;

public sealed class JobSpecTests
{
    /// <summary>Every value of a job. What is not here cannot change its weights: workers, servers, hosts, checkpoints.</summary>
    private static readonly string[] _values =
    [
        "model.inputs", "model.layers", "model.initialiser", "data.name", "data.hash", "data.validation", "cost", "optimizer.name", "optimizer.momentum",
        "optimizer.beta1", "optimizer.beta2", "optimizer.epsilon", "learningRate.rate", "learningRate.schedule", "learningRate.stepFactor",
        "learningRate.stepEpochs", "learningRate.warmupSteps", "learningRate.finalFraction", "l2", "batchSize", "epochs", "seed", "slices", "mode",
        "targetAccuracy", "parent", "startWeights",
    ];

    /// <summary>The name of every job ever run: it must not change from version to version.</summary>
    [Fact]
    public void Data_known_by_content_has_one_name_wherever_it_was_found()
    {
        JobSpec On(string name, string hash) => new() { Data = new DataSpec(name, hash) };
        Assert.Equal(On("mnist", "abc").Hash, On("./copies/mnist", "abc").Hash);
        Assert.NotEqual(On("mnist", "abc").Hash, On("mnist", "abd").Hash);
        Assert.NotEqual(On("mnist", "").Hash, On("digits", "").Hash);
    }

    [Fact]
    public void The_hash_of_the_default_job_is_pinned() => Assert.Equal("0d49aa1399ddb4d9", new JobSpec().Hash[..16]);

    [Fact]
    public void A_job_is_made_of_these_values() => Assert.Equal(_values, Leaves(JsonNode.Parse(new JobSpec().ToJson())!, ""));

    /// <summary>Values that a job file leaves out unless they are used: jobs older than they are keep their names.</summary>
    public static TheoryData<string, JobSpec> Optional => new()
    {
        { "l1", new JobSpec { L1 = 0.5 } },
        { "labelSmoothing", new JobSpec { LabelSmoothing = 0.1 } },
        { "classWeights", new JobSpec { ClassWeights = [1, 2.5] } },
        { "classWeights", new JobSpec { ClassWeights = JobSpec.BalancedClasses } },
        { "augmentation", new JobSpec { Augmentation = new() { Shift = 2 } } },
        { "augmentation", new JobSpec { Augmentation = new() { Shift = 2, Rotate = 10 } } },
        { "expand", new JobSpec { Expand = "shift" } },
        { "patience", new JobSpec { Patience = 3 } },
        { "alpha", new JobSpec { Optimizer = new() { Alpha = 0.9 } } },
        { "outer", new JobSpec { Mode = "local:8", Outer = new() { Momentum = 0.9 } } },
        { "outer", new JobSpec { Mode = "local:8", Outer = new() { LearningRate = 0.7, Momentum = 0.9 } } },
        { "weightDecay", new JobSpec { Optimizer = new() { WeightDecay = 0 } } },
    };

    [Theory]
    [MemberData(nameof(Optional))]
    public void A_value_that_may_be_left_out_is_kept_and_changes_the_hash(string key, JobSpec job)
    {
        Assert.Contains($"\"{key}\": ", job.ToJson(), StringComparison.Ordinal);
        Assert.Equal(job, JobSpec.FromJson(job.ToJson(), "test"));
        Assert.Equal(Optional.Count, Optional.Select(row => ((JobSpec)row[1]).Hash).Append(new JobSpec().Hash).Distinct().Count() - 1);
    }

    /// <summary>Also once the data is known by content, as in every run; then only its name is no part of the job's.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    public void A_change_of_any_value_changes_the_hash(string dataHash)
    {
        var original = new JobSpec { Data = new DataSpec("digits", dataHash) };
        var seen = new HashSet<string> { original.Hash };
        foreach (var value in _values.Where(value => dataHash.Length == 0 || value != "data.name"))
        {
            var json = JsonNode.Parse(original.ToJson())!;
            Change(json, value);
            var job = JobSpec.FromJson(json.ToJsonString(), "test");
            Assert.True(seen.Add(job.Hash), $"A change of {value} leaves the hash as it is.");
        }
    }

    [Fact]
    public void Slices_that_are_the_default_are_the_same_job_said_or_not()
    {
        JobSpec said = new() { BatchSize = 6, Slices = 4 }, unsaid = new() { BatchSize = 6 };
        Assert.Equal(said.Hash, unsaid.Hash);
        Assert.Equal(said, unsaid);
        Assert.Equal(said.GetHashCode(), unsaid.GetHashCode());
        Assert.NotEqual(said, said with { Seed = 2 });
    }

    [Theory]
    [InlineData("kind")]
    [InlineData("size")]
    [InlineData("activation")]
    public void A_change_of_a_layer_changes_the_hash(string value)
    {
        var json = JsonNode.Parse(new JobSpec().ToJson())!;
        Change(json["model"]!["layers"]![0]!, value);
        Assert.NotEqual(new JobSpec().Hash, JobSpec.FromJson(json.ToJsonString(), "test").Hash);
    }

    [Fact]
    public void A_job_survives_the_way_through_a_file() => Gen.Select(Gen.Int[1, 9999], Gen.Double, Gen.ULong, Gen.String, Gen.Bool).Sample(
        (number, fraction, seed, text, isSet) =>
        {
            var job = new JobSpec
            {
                Model = ModelSpec.Dense([number, number + 1, 3], "relu", "softmax", text),
                Data = new DataSpec(text, "abc", number),
                Cost = text,
                Optimizer = new OptimizerSpec { Name = "adam", Epsilon = fraction },
                LearningRate = new LearningRateSpec { Rate = fraction },
                L2 = fraction,
                BatchSize = number,
                Seed = seed,
                TargetAccuracy = isSet ? fraction : null,
                Parent = isSet ? text : null,
            };
            var copy = JobSpec.FromJson(job.ToJson(), "test");
            Assert.Equal(job, copy);
            Assert.Equal(job.Hash, copy.Hash);
        }, iter: 300, threads: 1);

    [Fact]
    public void The_hash_is_the_same_in_any_culture()
    {
        var culture = CultureInfo.CurrentCulture;
        try
        {
            var german = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            german.NumberFormat.NumberDecimalSeparator = ",";
            CultureInfo.CurrentCulture = german;
            var job = new JobSpec { L2 = 0.5 };
            Assert.Contains("\"l2\": 0.5", job.ToJson(), StringComparison.Ordinal);
            Assert.Equal(job, JobSpec.FromJson(job.ToJson(), "test"));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void Values_left_out_keep_their_defaults() =>
        Assert.Equal(new JobSpec { BatchSize = 32 }, JobSpec.FromJson("""{ "batchSize": 32 }""", "test"));

    [Theory]
    [InlineData("""{ "batchsize": 3 }""", "batchsize")]
    [InlineData("""{ "workers": 3 }""", "workers")]
    [InlineData("""{ "optimizer": { "nome": "sgd" } }""", "nome")]
    [InlineData("""{ "learningRate": { "rat": 1 } }""", "rat")]
    [InlineData("""{ "model": { "inputs": 3, "layers": [ { "kind": "dense", "size": 1, "activation": "relu", "colour": 1 } ] } }""", "colour")]
    [InlineData("""{ "batchSize": "ten" }""", "batchSize")]
    [InlineData("""{ "batchSize": 1.5 }""", "batchSize")]
    [InlineData("""{ "batchSize": 99999999999 }""", "batchSize")]
    [InlineData("""{ "batchSize": 1, "batchSize": 2 }""", "batchSize")]
    [InlineData("""{ "model": null }""", "model")]
    [InlineData("""{ "model": { "inputs": 3 } }""", "layers")]
    [InlineData("""{ "model": { "inputs": 3, "layers": null } }""", "layers")]
    [InlineData("""{ "data": null }""", "data")]
    [InlineData("""{ "data": { "hash": "" } }""", "name")]
    [InlineData("""{ "cost": null }""", "cost")]
    [InlineData("""{ "optimizer": null }""", "optimizer")]
    [InlineData("""{ "learningRate": null }""", "learningRate")]
    [InlineData("""{ "mode": null }""", "mode")]
    [InlineData("null", "empty")]
    [InlineData("", "job.json is not a job")]
    [InlineData("[]", "job.json is not a job")]
    [InlineData("epochs: 3", "job.json is not a job")]
    public void What_is_no_job_is_refused_by_name(string json, string name)
    {
        var error = Assert.Throws<ActorNetException>(() => JobSpec.FromJson(json, "job.json"));
        Assert.StartsWith("job.json", error.Message, StringComparison.Ordinal);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    public static TheoryData<string, JobSpec> Invalid => new()
    {
        { "batch size is 0", new JobSpec { BatchSize = 0 } },
        { "slices is 0", new JobSpec { Slices = 0 } },
        { "slices is 11, more than the batch size 10", new JobSpec { Slices = 11 } },
        { "epochs is 0", new JobSpec { Epochs = 0 } },
        { "l2 is -1", new JobSpec { L2 = -1 } },
        { "l2 is NaN", new JobSpec { L2 = double.NaN } },
        { "l2 is Infinity", new JobSpec { L2 = double.PositiveInfinity } },
        { "l1 is -1", new JobSpec { L1 = -1 } },
        { "l1 is NaN", new JobSpec { L1 = double.NaN } },
        { "label smoothing is 1", new JobSpec { LabelSmoothing = 1 } },
        { "label smoothing is -0.1", new JobSpec { LabelSmoothing = -0.1 } },
        { "class weights are 1,-2", new JobSpec { ClassWeights = [1, -2] } },
        { "class weights are 1E+300", new JobSpec { ClassWeights = [1e300] } },
        { "expand is 'turn'", new JobSpec { Expand = "turn" } },
        { "patience is -1", new JobSpec { Patience = -1 } },
        { "augmentation shifts by -1 pixels and rotates by 0 degrees", new JobSpec { Augmentation = new() { Shift = -1 } } },
        { "augmentation shifts by 0 pixels and rotates by 181 degrees", new JobSpec { Augmentation = new() { Rotate = 181 } } },
        { "augmentation moves nothing", new JobSpec { Augmentation = new() } },
        { "target accuracy is 1.5", new JobSpec { TargetAccuracy = 1.5 } },
        { "target accuracy is NaN", new JobSpec { TargetAccuracy = double.NaN } },
        { "validation is -1", new JobSpec { Data = new DataSpec("digits", "", -1) } },
        { "mode is 'asynchronous'", new JobSpec { Mode = "asynchronous" } },
        { "the model has no layers", new JobSpec { Model = new ModelSpec(3, []) } },
        { "learningRate is NaN", new JobSpec { LearningRate = new LearningRateSpec { Rate = double.NaN } } },
        { "stepEpochs is 0", new JobSpec { LearningRate = new LearningRateSpec { StepEpochs = 0 } } },
        { "optimizer 'sdg'", new JobSpec { Optimizer = new OptimizerSpec { Name = "sdg" } } },
        { "momentum is 1", new JobSpec { Optimizer = new OptimizerSpec { Name = "momentum", Momentum = 1 } } },
    };

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Invalid_values_are_refused_by_name(string message, JobSpec job) =>
        Assert.StartsWith(message, Assert.Throws<ActorNetException>(job.Validate).Message, StringComparison.Ordinal);

    [Fact]
    public void The_default_job_is_valid() => new JobSpec().Validate();

    [Theory]
    [InlineData(12, 5, "", "'clouds' has 13 inputs a sample, the network takes 12")]
    [InlineData(13, 4, "", "'clouds' has 5 targets a sample, the network gives 4")]
    [InlineData(13, 5, "beef", "'clouds' is not the data of this job: its hash is")]
    public void Data_that_does_not_fit_is_refused(int inputs, int outputs, string hash, string message)
    {
        var job = TrainingData.Job() with { Model = ModelSpec.Dense([inputs, outputs]), Data = new DataSpec("clouds", hash) };
        var error = Assert.Throws<ActorNetException>(() => new TrainingSetup(job, TrainingData.Clouds(20)));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_of_the_hash_of_the_job_fits()
    {
        var data = TrainingData.Clouds(20);
        (TrainingData.Job() with { Data = new DataSpec("clouds", data.Hash) }).CheckData(data);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(4, 4)]
    [InlineData(7, 4)]
    [InlineData(8, 8)]
    [InlineData(10, 8)]
    [InlineData(1000, 8)]
    public void Default_slices_are_a_power_of_two_up_to_8(int batchSize, int slices) => Assert.Equal(slices, JobSpec.DefaultSlices(batchSize));

    private static List<string> Leaves(JsonNode node, string path) => node is JsonObject map
        ? [.. map.SelectMany(entry => entry.Value is JsonObject below ? Leaves(below, $"{path}{entry.Key}.") : [path + entry.Key])]
        : [];

    private static void Change(JsonNode json, string path)
    {
        var keys = path.Split('.');
        var parent = keys[..^1].Aggregate(json, (node, key) => node[key]!);
        parent[keys[^1]] = parent[keys[^1]] switch
        {
            null when keys[^1] == "targetAccuracy" => 0.5,
            null => "x",
            JsonArray array => new JsonArray(array[0]!.DeepClone()),
            var value when value.GetValueKind() == System.Text.Json.JsonValueKind.String => value.GetValue<string>() + "x",
            var value when value.ToJsonString().Contains('.', StringComparison.Ordinal) => value.GetValue<double>() / 2,
            var value => JsonNode.Parse((decimal.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture)),
        };
    }
}
