using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Tests.Support;
using ActorNet.Core;
using ActorNet.Core.Checkpoints;
using ActorNet.Core.Data;
using ActorNet.Core.Data.Shards;
using ActorNet.Core.Training;
using Akka.Actor;

namespace ActorNet.Cluster.Tests;

/// <summary>The promises hold for sets in shards too.</summary>
public sealed class ShardedDataTests : IDisposable
{
    private static readonly JobSpec _job = TestJobs.Job(slices: 8, batchSize: 11, epochs: 4, optimizer: "momentum");
    private readonly TemporaryFolder _folder = new();
    private readonly ShardedDataSet _training;
    private readonly ShardedDataSet _test;

    public ShardedDataTests()
    {
        _training = Write(TestJobs.Points(403), "training", shards: 32);
        _test = Write(TestJobs.Points(1_200, seed: 8, name: "test points"), "test", shards: 4);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(3, 2)]
    [InlineData(8, 1)]
    public async Task Any_number_of_workers_and_servers_gives_the_oracles_bits(int workers, int servers)
    {
        var oracle = Oracle.Of(_job, _training, _test);
        var outcome = await TestRun.Train(TestJobs.Request(_job, _training, workers, servers, _test));
        Assert.Equal(oracle.Sha256, outcome.Progress.WeightsSha256);
        oracle.AssertSameHistory(outcome.Progress.History, $"{workers} workers, {servers} servers");
        Assert.Equal((long)_job.Epochs * _training.Count, outcome.Contributions.Sum(contribution => contribution.Samples));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Workers_killed_at_random_moments_change_no_bit(int seed)
    {
        var random = new Random(seed);
        var kills = Enumerable.Range(0, 8).ToDictionary(i => 150 * i + random.Next(80), _ => random.Next(3));
        var reads = -1;
        TestRun run = null!;
        var watched = new FaultyData(_training, (_, _) =>
        {
            if (kills.TryGetValue(Interlocked.Increment(ref reads), out var worker))
            {
                run.Tell($"node/workers-*/worker-{worker}-*", Kill.Instance);
            }
        });
        using (run = TestRun.Prepare(TestJobs.Request(_job, watched, workers: 3, servers: 2)))
        {
            var outcome = await run.Start().Ended($"seed {seed}: the end of a run with {kills.Count} kills");
            Assert.True(Oracle.Of(_job, _training).Sha256 == outcome.Progress.WeightsSha256, $"seed {seed}: other bits than the oracle's");
            Assert.True(run.Seen<TrainingEvent.WorkerReplaced>().Any(), $"seed {seed}: no worker was replaced");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_run_stopped_in_mid_epoch_ends_with_the_same_bits_on_another_cluster(int seed)
    {
        var random = new Random(seed);
        Checkpoint? checkpoint = null;
        TrainingOutcome outcome;
        var runs = 0;
        do
        {
            var reads = random.Next(600);
            TestRun run = null!;
            var watched = new FaultyData(_training, (_, _) =>
            {
                if (Interlocked.Decrement(ref reads) == 0)
                {
                    run.StopAtOnce();
                }
            });
            var request = TestJobs.Request(_job, watched, random.Next(1, 4), random.Next(1, 4)) with { CheckpointFolder = Path.Combine(_folder.Path, "checkpoints"), Resume = checkpoint };
            using (run = TestRun.Prepare(request))
            {
                outcome = await run.Start().Ended($"seed {seed}, run {++runs}: the stop");
            }

            checkpoint = new CheckpointStore(Path.Combine(_folder.Path, "checkpoints")).LoadLatest(out _);
        }
        while (outcome.Reason == EndReason.Stopped);

        Assert.True(runs > 1, $"seed {seed}: the run was never stopped");
        Assert.True(Oracle.Of(_job, _training).Sha256 == outcome.Progress.WeightsSha256, $"seed {seed}: other bits than the oracle's after {runs} runs");
    }

    /// <summary>A worker whose shard is damaged says which; that no other worker can read it either ends the run.</summary>
    [Fact]
    public async Task A_damaged_shard_ends_the_run_by_name()
    {
        var path = _training.Folder.PathOf(_training.Folder.Manifest.Shards[5].Inputs);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^1]);
        var error = await Assert.ThrowsAsync<ActorNetException>(() => TestRun.Train(TestJobs.Request(_job, _training, workers: 2)));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains("Slice 5", error.Message, StringComparison.Ordinal);
    }

    private ShardedDataSet Write(DataSet set, string name, int shards)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, name)).FullName;
        ShardWriter.Write(set, folder, shards, shuffleSeed: 1);
        return ShardedDataSet.Open(folder);
    }
}
