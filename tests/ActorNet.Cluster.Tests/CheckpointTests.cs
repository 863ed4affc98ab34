using System.Diagnostics.CodeAnalysis;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Tests.Support;
using ActorNet.Core.Checkpoints;
using ActorNet.Core.Data;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Tests;

/// <summary>Stopping, checkpoints and going on from them.</summary>
public sealed class CheckpointTests : IDisposable
{
    private static readonly DataSet _training = TestJobs.Points(203);
    private static readonly DataSet _test = TestJobs.Points(50, seed: 8, name: "test points");
    private static readonly JobSpec _job = TestJobs.Job(slices: 4, batchSize: 11, epochs: 3, optimizer: "adam", l2: 0.5);
    private static readonly Lazy<Oracle> _oracle = new(() => Oracle.Of(_job, _training, _test));
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 6)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_run_stopped_again_and_again_on_changing_clusters_ends_with_the_same_bits(int seed)
    {
        var random = new Random(seed);
        var samples = 0L;
        Checkpoint? checkpoint = null;
        TrainingOutcome outcome;
        var runs = 0;
        do
        {
            outcome = await TrainUntilStopped(checkpoint, random.Next(1, 4), random.Next(1, 4), reads: random.Next(300), $"seed {seed}, run {++runs}");
            samples += outcome.Contributions.Sum(contribution => contribution.Samples);
            checkpoint = new CheckpointStore(_folder.Path).LoadLatest(out var warnings);
            Assert.Empty(warnings);
            AssertStandsAt(checkpoint, outcome);
        }
        while (outcome.Reason == EndReason.Stopped);

        Assert.True(runs > 1, $"seed {seed}: the run was never stopped");
        Assert.Equal(EndReason.Finished, outcome.Reason);
        Assert.True(_oracle.Value.Sha256 == outcome.Progress.WeightsSha256, $"seed {seed}: other bits than the oracle's after {runs} runs");
        _oracle.Value.AssertSameHistory(outcome.Progress.History, $"seed {seed}, {runs} runs");
        Assert.Equal((long)_job.Epochs * _training.Count, samples);
        Assert.Equal(runs, outcome.Progress.Incarnation);
    }

    [Fact]
    public async Task Checkpoints_come_every_so_many_steps_and_after_each_epoch()
    {
        const int StepsPerEpoch = 19;
        var request = Request() with { CheckpointEvery = 7, Servers = 2, KeepCheckpoints = 100 };
        using var run = TestRun.Prepare(request).Start();
        var outcome = await run.Ended("the training's end");
        var expected = Enumerable.Range(1, 3 * StepsPerEpoch).Where(version => version % 7 == 0 || version % StepsPerEpoch == 0).Select(version => (long)version);
        var written = run.Seen<TrainingEvent.CheckpointWritten>().ToList();
        Assert.Equal(expected, written.Select(checkpoint => checkpoint.Version));
        Assert.Equal(written[^1].Path, outcome.Checkpoint);
        Assert.All(written, checkpoint => Assert.Equal(checkpoint.Version, CheckpointStore.Load(checkpoint.Path).Progress.Version));
    }

    /// <summary>Also with momentum over rounds, which then is what servers keep, and not the optimizer's state.</summary>
    [Theory]
    [InlineData("sync", 57, 0.0, null)]
    [InlineData("local:2", 30, 0.0, null)]
    [InlineData("local:2", 30, 0.9, null)]
    [InlineData("sync", 57, 0.0, "int8")]
    [InlineData("local:2", 30, 0.9, "fp16")]
    public async Task A_run_may_go_on_from_any_checkpoint(string mode, int end, double outerMomentum, string? compression)
    {
        var job = _job with { Mode = mode, Outer = new() { Momentum = outerMomentum }, Compression = compression };
        var oracle = Oracle.Of(job, _training, _test);
        using var run = TestRun.Prepare(Request(job) with { CheckpointEvery = 5, KeepCheckpoints = 100 }).Start();
        await run.Ended("the training's end");
        Assert.Equal(end, run.Seen<TrainingEvent.CheckpointWritten>().Last().Version);
        foreach (var written in run.Seen<TrainingEvent.CheckpointWritten>().Where(written => written.Version < end))
        {
            var request = Request(job) with { CheckpointFolder = null, Resume = CheckpointStore.Load(written.Path), Workers = 2, Servers = 2 };
            var outcome = await TestRun.Train(request);
            Assert.True(oracle.Sha256 == outcome.Progress.WeightsSha256, $"other bits than the oracle's from step {written.Version}");
            oracle.AssertSameHistory(outcome.Progress.History, $"from step {written.Version}");
        }
    }

    [Fact]
    public async Task A_folder_that_can_no_longer_be_written_is_a_warning()
    {
        var spoilt = false;
        using var run = TestRun.Prepare(Request() with { CheckpointEvery = 5 }, happened =>
        {
            if (happened is TrainingEvent.CheckpointWritten && !spoilt)
            {
                // A file where the folder was: not even root can write there.
                spoilt = true;
                Directory.Delete(_folder.Path, recursive: true);
                File.WriteAllText(_folder.Path, "");
            }
        }).Start();
        try
        {
            var outcome = await run.Ended("the training's end");
            Assert.Equal(_oracle.Value.Sha256, outcome.Progress.WeightsSha256);
            Assert.Equal(EndReason.Finished, outcome.Reason);
            var warnings = run.Seen<TrainingEvent.CheckpointFailed>().ToList();
            Assert.NotEmpty(warnings);
            Assert.All(warnings, warning => Assert.Matches(@"^After step \d+: checkpoint", warning.Message));
            Assert.Single(run.Seen<TrainingEvent.CheckpointWritten>());
        }
        finally
        {
            File.Delete(_folder.Path);
            Directory.CreateDirectory(_folder.Path);
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    public async Task A_reached_target_ends_with_the_weights_of_that_epoch(int workers, int servers)
    {
        // The accuracy of the first epoch that has come far enough; others are trained meanwhile, and must not show.
        var job = _job with { Epochs = 20, TargetAccuracy = 0.95 };
        var oracle = Oracle.Of(job, _training, _test);
        Assert.InRange(oracle.History.Count, 1, 19);

        var outcome = await TestRun.Train(Request(job) with { Workers = workers, Servers = servers });
        Assert.Equal(EndReason.TargetReached, outcome.Reason);
        Assert.Equal(oracle.Sha256, outcome.Progress.WeightsSha256);
        Assert.Equal(oracle.Sha256, Snapshot.Sha256(outcome.Weights.Span));
        oracle.AssertSameHistory(outcome.Progress.History, "with a target");
        Assert.True(outcome.Progress.Finished);
        var last = new CheckpointStore(_folder.Path).LoadLatest(out _)!;
        Assert.Equal(oracle.Sha256, last.Progress.WeightsSha256);
        Assert.True(last.Progress.Finished);
    }

    /// <summary>What was best so far follows from the history in the checkpoint: patience is at its end with the epoch at which it would have been.</summary>
    [Fact]
    public async Task Patience_lasts_as_long_over_a_resume()
    {
        var job = _job with { Epochs = 20, Patience = 3, LearningRate = new() { Rate = 1e-30 } };
        var oracle = Oracle.Of(job, _training, _test, validation: _test);
        Assert.Equal(4, oracle.History.Count);

        var reads = 2 * _training.Count + 50;
        var first = await TrainUntilStopped(Request(job) with { Validation = _test }, reads, "two epochs");
        Assert.Equal((EndReason.Stopped, 2), (first.Reason, first.Progress.Epoch));
        var checkpoint = new CheckpointStore(_folder.Path).LoadLatest(out _);
        var outcome = await TestRun.Train(Request(job) with { Validation = _test, Resume = checkpoint });
        Assert.Equal(EndReason.NoImprovement, outcome.Reason);
        Assert.Equal(oracle.Sha256, outcome.Progress.WeightsSha256);
        oracle.AssertSameHistory(outcome.Progress.History, "resumed");
    }

    [Fact]
    public async Task A_run_stopped_before_its_start_makes_one_step_to_go_on_from()
    {
        using var run = TestRun.Prepare(Request() with { Servers = 3 });
        run.Stop();
        var outcome = await run.Start().Ended("the end of a run stopped before its start");
        Assert.Equal(EndReason.Stopped, outcome.Reason);
        // The request may also come just after the first steps.
        Assert.InRange(outcome.Steps, 1, 56);
        AssertStandsAt(new CheckpointStore(_folder.Path).LoadLatest(out _), outcome);
    }

    [Fact]
    public async Task A_run_stopped_in_its_last_step_is_finished()
    {
        var reads = 0;
        TestRun run = null!;
        var watched = new FaultyData(_training, (_, _) =>
        {
            if (Interlocked.Increment(ref reads) == 3 * _training.Count)
            {
                run.Stop();
            }
        });
        using (run = TestRun.Prepare(Request(training: watched) with { Workers = 2, Servers = 2 }))
        {
            var outcome = await run.Start().Ended("the end of a run stopped in its last step");
            Assert.Equal(EndReason.Finished, outcome.Reason);
            Assert.Equal(_oracle.Value.Sha256, outcome.Progress.WeightsSha256);
        }
    }

    [Fact]
    public async Task A_stop_after_the_end_changes_nothing()
    {
        using var run = TestRun.Prepare(Request()).Start();
        var outcome = await run.Ended("the training's end");
        run.Stop();
        Assert.Equal(EndReason.Finished, outcome.Reason);
    }

    /// <summary>Trains until so many samples have been read, or to the end.</summary>
    private Task<TrainingOutcome> TrainUntilStopped(Checkpoint? from, int workers, int servers, int reads, string phase) =>
        TrainUntilStopped(Request() with { Workers = workers, Servers = servers, Resume = from }, reads, phase);

    private static async Task<TrainingOutcome> TrainUntilStopped(TrainingRequest request, int reads, string phase)
    {
        TestRun run = null!;
        var watched = new FaultyData(_training, (_, _) =>
        {
            if (Interlocked.Decrement(ref reads) == 0)
            {
                run.StopAtOnce();
            }
        });
        using (run = TestRun.Prepare(request with { Training = watched }))
        {
            return await run.Start().Ended($"{phase}: the stop");
        }
    }

    /// <summary>The checkpoint holds what the run came to; its ledger has as many samples as the epoch's steps.</summary>
    private static void AssertStandsAt([NotNull] Checkpoint? checkpoint, TrainingOutcome outcome)
    {
        Assert.NotNull(checkpoint);
        Assert.Equal(outcome.Progress.Version, checkpoint.Progress.Version);
        Assert.Equal(outcome.Progress.WeightsSha256, checkpoint.Progress.WeightsSha256);
        Assert.Equal(outcome.Progress.History, checkpoint.Progress.History);
        var stepOfEpoch = outcome.Progress.Version % 19;
        Assert.Equal(stepOfEpoch * 11, checkpoint.Progress.Ledger?.Slices.Sum(slice => slice.Count) ?? 0);
    }

    private TrainingRequest Request(JobSpec? job = null, DataSet? training = null) =>
        TestJobs.Request(job ?? _job, training ?? _training, test: _test) with { CheckpointFolder = _folder.Path };
}
