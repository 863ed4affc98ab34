using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Tests.Support;
using ActorNet.Core;
using ActorNet.Core.Data;
using ActorNet.Core.Models;
using ActorNet.Core.Optimization;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Tests;

/// <summary>Promises 1 and 2: the cluster's weights are the oracle's, bit for bit, and every sample counts once, whatever the workers and servers.</summary>
public sealed class SameBitsTests
{
    private static readonly DataSet _test = TestJobs.Points(50, seed: 8, name: "test points");

    /// <summary>Batches that the slices do not divide; last minibatches so short that slices are empty; all optimizers, with and without decay.</summary>
    [Theory]
    [InlineData(1, 10, 203, "sgd", 0.0)]
    [InlineData(4, 10, 203, "momentum", 0.1)]
    [InlineData(8, 13, 200, "adam", 0.5)]
    public async Task Any_number_of_workers_and_servers_gives_the_oracles_bits(int slices, int batchSize, int samples, string optimizer, double l2)
    {
        var training = TestJobs.Points(samples);
        var job = TestJobs.Job(slices, batchSize, epochs: 3, optimizer, l2);
        var oracle = Oracle.Of(job, training, _test);
        for (var workers = 1; workers <= 4; workers++)
        {
            await AssertSameBits(job, training, oracle, workers, servers: 1);
            await AssertSameBits(job, training, oracle, workers, servers: 3);
        }
    }

    /// <summary>Every kind of layer, and random numbers of the samples' own, on networks that are cut into three partitions.</summary>
    [Theory]
    [InlineData("dropout0.2,conv12x3,pool2,conv16x2,60,dropout0.5")]
    [InlineData("gru40:sequence:masked,lstm24:masked:truncate=3,dropout0.5")]
    [InlineData("elman70:masked")]
    public async Task Every_kind_of_layer_gives_the_oracles_bits(string hidden)
    {
        var training = TestJobs.Steps(90);
        var layers = hidden.Split(',').Select(word => LayerSpec.Parse(word, "relu"));
        var job = TestJobs.Job(slices: 5, batchSize: 8, epochs: 2, "momentum", l2: 0.1) with
        {
            Model = new ModelSpec(training.InputSize, [.. layers, new LayerSpec("dense", TestJobs.Classes, "sigmoid")]) { InputShape = [9, 8] },
            LearningRate = new LearningRateSpec { Rate = 0.02 },
            ClipNorm = 0.5,
        };
        var oracle = Oracle.Of(job, training, TestJobs.Steps(20));
        foreach (var (workers, servers) in ((int, int)[])[(1, 1), (2, 3), (4, 2)])
        {
            await AssertSameBits(job, training, oracle, workers, servers, TestJobs.Steps(20));
        }
    }

    /// <summary>Rounds that the epoch is a multiple of and not, of one step and of a whole epoch, with and without momentum over rounds, clipped by slices.</summary>
    [Theory]
    [InlineData("local:1", "sgd", 8, 0.0, 0.0)]
    [InlineData("local:4", "momentum", 4, 0.0, 0.5)]
    [InlineData("local:4", "adam", 8, 0.9, 0.0)]
    [InlineData("local:1000", "adamw", 5, 0.5, 0.5)]
    public async Task Rounds_of_local_steps_give_the_oracles_bits(string mode, string optimizer, int slices, double outerMomentum, double clip)
    {
        var training = TestJobs.Points(203);
        var job = TestJobs.Job(slices, batchSize: 13, epochs: 3, optimizer, l2: 0.1) with
        {
            Mode = mode,
            Outer = new() { LearningRate = outerMomentum > 0 ? 0.7 : 1, Momentum = outerMomentum },
            ClipNorm = clip,
        };
        var oracle = Oracle.Of(job, training, _test);
        foreach (var (workers, servers) in ((int, int)[])[(1, 1), (2, 3), (4, 2)])
        {
            await AssertSameBits(job, training, oracle, workers, servers);
        }
    }

    /// <summary>Workers that have whole groups, and parts of them; three partitions; short last minibatches; a gradient that is clipped.</summary>
    [Theory]
    [InlineData("int8", null, 8, "sync", 0.5)]
    [InlineData("int8", 4, 8, "sync", 0.0)]
    [InlineData("fp16", 5, 5, "sync", 0.0)]
    [InlineData("bf16", 1, 4, "sync", 0.5)]
    [InlineData("int8", 2, 7, "local:3", 0.0)]
    public async Task Compressed_gradients_give_the_oracles_bits(string compression, int? groups, int slices, string mode, double clip)
    {
        var training = TestJobs.Points(203);
        var job = TestJobs.Job(slices, batchSize: 13, epochs: 3, "momentum", l2: 0.1) with
        {
            Compression = compression,
            CompressionGroups = groups,
            Mode = mode,
            ClipNorm = clip,
        };
        var oracle = Oracle.Of(job, training, _test);
        Assert.NotEqual(Oracle.Of(job with { Compression = null, CompressionGroups = null }, training, _test).Sha256, oracle.Sha256);
        foreach (var (workers, servers) in ((int, int)[])[(1, 1), (2, 3), (3, 1), (4, 2)])
        {
            await AssertSameBits(job, training, oracle, workers, servers);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Jobs_drawn_at_random_give_the_oracles_bits(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 5; i++)
        {
            var slices = random.Next(1, 10);
            var optimizer = random.GetItems(["sgd", "momentum", "nesterov", "adam", "adagrad", "rmsprop", "adamw"], 1)[0];
            var job = TestJobs.Job(slices, batchSize: slices + random.Next(12), epochs: random.Next(1, 4), optimizer, l2: random.Next(2), seed: (ulong)seed) with
            {
                Mode = random.GetItems(["sync", $"local:{random.Next(1, 6)}"], 1)[0],
            };
            // Sometimes fewer samples than a minibatch has, or than there are slices.
            var training = TestJobs.Points(1 + random.Next(random.Next(2) == 0 ? 8 : 120));
            await AssertSameBits(job, training, Oracle.Of(job, training, _test), workers: random.Next(1, 6), servers: random.Next(1, 5));
        }
    }

    /// <summary>
    /// All that is done to samples and to the gradient of weights, at once, and an end by patience: what a sample is moved by follows from its place in the
    /// epoch, not from who draws it.
    /// </summary>
    [Theory]
    [InlineData(1, 3)]
    [InlineData(3, 1)]
    [InlineData(4, 4)]
    public async Task Everything_that_regularises_gives_the_oracles_bits(int workers, int servers)
    {
        var (training, validation) = (TestJobs.Points(83), TestJobs.Points(40, seed: 9, name: "held-out points"));
        var plain = TestJobs.Job(slices: 4, batchSize: 11, epochs: 20, "adamw", l2: 0.1);
        var job = plain with
        {
            Model = plain.Model with { InputShape = [4, 6] },
            LearningRate = new() { Rate = 0.003 },
            Augmentation = new() { Shift = 1.5, Rotate = 20 },
            Expand = "shift",
            LabelSmoothing = 0.1,
            ClassWeights = JobSpec.BalancedClasses,
            L1 = 0.05,
            Patience = 2,
        };
        var oracle = Oracle.Of(job, training, _test, validation: validation);
        Assert.InRange(oracle.History.Count, 3, 19);

        var outcome = await TestRun.Train(TestJobs.Request(job, training, workers, servers, _test) with { Validation = validation });
        Assert.Equal((EndReason.NoImprovement, true), (outcome.Reason, outcome.Progress.Finished));
        Assert.Equal(oracle.Sha256, outcome.Progress.WeightsSha256);
        Assert.Equal(oracle.Sha256, Snapshot.Sha256(outcome.Weights.Span));
        oracle.AssertSameHistory(outcome.Progress.History, $"{workers} workers, {servers} servers");
        Assert.Equal(5L * training.Count * oracle.History.Count, outcome.Samples);
    }

    [Fact]
    public async Task Patience_is_refused_without_a_held_out_set()
    {
        var request = TestJobs.Request(TestJobs.Job(slices: 4) with { Patience = 2 }, TestJobs.Points(20), test: _test);
        var error = await Assert.ThrowsAsync<ActorNetException>(() => TestRun.Train(request));
        Assert.StartsWith("patience is 2, and there is no held-out set", error.Message, StringComparison.Ordinal);
    }

    private static async Task AssertSameBits(JobSpec job, DataSet training, Oracle oracle, int workers, int servers, DataSet? test = null)
    {
        var run = $"S = {job.Slices}, B = {job.BatchSize}, N = {training.Count}, {job.Optimizer.Name}, {job.Mode}, {workers} workers, {servers} servers, seed {job.Seed}";
        var outcome = await TestRun.Train(TestJobs.Request(job, training, workers, servers, test ?? _test));
        Assert.True(oracle.Sha256 == outcome.Progress.WeightsSha256, $"{run}: other bits than the oracle's");
        Assert.True(oracle.Sha256 == Snapshot.Sha256(outcome.Weights.Span), $"{run}: the SHA-256 is not that of the weights");
        oracle.AssertSameHistory(outcome.Progress.History, run);
        Assert.Equal(EndReason.Finished, outcome.Reason);
        Assert.Equal(servers, outcome.Servers);
        AssertContributions(job, training, outcome, workers, run);
    }

    /// <summary>Each worker counts all samples of its own slices, every epoch; spares count none.</summary>
    private static void AssertContributions(JobSpec job, DataSet training, TrainingOutcome outcome, int workers, string run)
    {
        var plan = new SlicePlan(training.Count, job.BatchSize, job.Slices, job.Seed);
        for (var worker = 0; worker < workers; worker++)
        {
            var first = job.Slices * worker / workers;
            var end = job.Slices * (worker + 1) / workers;
            var expected = job.Epochs * Enumerable.Range(first, end - first).Sum(plan.SliceSamples);
            var counted = outcome.Contributions.SingleOrDefault(contribution => contribution.Worker == worker)?.Samples ?? 0;
            Assert.True(expected == counted, $"{run}: worker {worker} counts {counted} samples, its slices have {expected}");
        }

        Assert.Equal((long)job.Epochs * training.Count, outcome.Contributions.Sum(contribution => contribution.Samples));
    }
}
