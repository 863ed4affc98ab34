using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Tests.Support;
using ActorNet.Core;
using ActorNet.Core.Checkpoints;
using ActorNet.Core.Data;
using ActorNet.Core.Models;
using ActorNet.Core.Optimization;
using ActorNet.Core.Training;
using Akka.Actor;

namespace ActorNet.Cluster.Tests;

/// <summary>Every failure ends a run with one clear line; none makes it hang.</summary>
public sealed class FailureTests
{
    private static readonly DataSet _training = TestJobs.Points(203);
    private static readonly DataSet _test = TestJobs.Points(50, seed: 8, name: "test points");

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    public async Task A_cost_that_is_not_finite_ends_the_run_with_step_slice_and_layer(int workers, int servers)
    {
        using var folder = new TemporaryFolder();
        var job = Diverging(slices: 4);
        var expected = Assert.Throws<ActorNetException>(() => Oracle.Of(job, _training)).Message;
        Assert.Matches(@"^The cost is not finite at step \d+, slice \d: layer 1 is the first whose outputs are not; lower the learning rate\.$", expected);

        var request = TestJobs.Request(job, _training, workers, servers) with { CheckpointFolder = folder.Path, CheckpointEvery = 1 };
        using var run = TestRun.Prepare(request).Start();
        var error = await Assert.ThrowsAsync<ActorNetException>(() => run.Ended("the failure"));

        // Which of the slices that fail at this step is found first depends on who computes them.
        if (workers == 1)
        {
            Assert.Equal(expected, error.Message);
        }
        else
        {
            Assert.StartsWith(expected[..expected.IndexOf("slice", StringComparison.Ordinal)], error.Message, StringComparison.Ordinal);
        }

        Assert.Empty(run.Seen<TrainingEvent.WorkerReplaced>());
        var kept = new CheckpointStore(folder.Path).LoadLatest(out _)!;
        Assert.All(kept.Weights, tensor => Assert.All(tensor.Data.ToArray(), value => Assert.True(float.IsFinite(value), $"{tensor.Name} is not finite")));
    }

    [Fact]
    public async Task Weights_that_the_last_step_makes_infinite_end_the_run()
    {
        // The first step's cost is finite, its update is not: there is no second step that could notice.
        var few = TestJobs.Points(10);
        var job = Diverging(slices: 2) with { Epochs = 1, LearningRate = new LearningRateSpec { Rate = 3e38 } };
        var expected = Assert.Throws<ActorNetException>(() => Oracle.Of(job, few)).Message;
        Assert.Matches(@"^Step 0 made layer\d\.\w+ not finite: lower the learning rate\.$", expected);

        using var folder = new TemporaryFolder();
        using var run = TestRun.Prepare(TestJobs.Request(job, few) with { CheckpointFolder = folder.Path }).Start();
        var error = await Assert.ThrowsAsync<ActorNetException>(() => run.Ended("the failure"));
        Assert.Equal(expected, error.Message);
        Assert.Null(new CheckpointStore(folder.Path).LoadLatest(out _));
    }

    [Fact]
    public async Task A_sample_that_is_not_finite_is_the_datas_fault()
    {
        var inputs = Enumerable.Range(0, 20).Select(i => Enumerable.Repeat(i == 13 ? float.NaN : 0.1f, TestJobs.Inputs).ToArray()).ToArray();
        var data = ArrayDataSet.Classification(inputs, new int[20], TestJobs.Classes, "spoilt points");
        using var run = TestRun.Prepare(TestJobs.Request(TestJobs.Job(slices: 2), data)).Start();
        var error = await Assert.ThrowsAsync<ActorNetException>(() => run.Ended("the failure"));
        Assert.Contains("a sample of 'spoilt points' is not finite; mend the data.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_observer_that_throws_ends_the_run_with_its_own_exception()
    {
        var events = 0;
        using var run = TestRun.Prepare(
            TestJobs.Request(TestJobs.Job(slices: 4), _training, test: _test),
            happened => throw (Interlocked.Increment(ref events) == 1 ? new InjectedFault("the observer's own") : new InvalidOperationException("later"))).Start();
        var error = await Assert.ThrowsAsync<InjectedFault>(() => run.Ended("the failure"));
        Assert.Equal("the observer's own", error.Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_worker_that_waits_for_its_data_for_ever_stalls_the_run(int workers)
    {
        using var gate = new ManualResetEventSlim();
        var waiting = new FaultyData(_training, (sample, before) => Wait(gate, sample == 100 && before == 0));
        using var run = TestRun.Prepare(
            TestJobs.Request(TestJobs.Job(slices: 4), waiting, workers, servers: 2), settings: Impatient).Start();
        try
        {
            var error = await Assert.ThrowsAsync<ActorNetException>(() => run.Ended("the failure"));
            Assert.Matches(@"^Nothing has moved for 0\.5 s: partition 0 .*; partition 1 .*--resume\.$", error.Message);
        }
        finally
        {
            gate.Set();
        }
    }

    [Fact]
    public async Task An_evaluation_that_waits_for_its_data_for_ever_stalls_the_run()
    {
        using var gate = new ManualResetEventSlim();
        var waiting = new FaultyData(_test, (sample, before) => Wait(gate, sample == 40 && before == 0));
        using var run = TestRun.Prepare(
            TestJobs.Request(TestJobs.Job(slices: 4), _training, workers: 2, test: waiting), settings: Impatient).Start();
        try
        {
            var error = await Assert.ThrowsAsync<ActorNetException>(() => run.Ended("the failure"));
            Assert.Contains("the evaluation after step 21 is not done", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            gate.Set();
        }
    }

    [Fact]
    public async Task A_run_whose_coordinator_never_comes_says_so()
    {
        // The manager of the singleton ends before its cluster has formed.
        var settings = new RunSettings
        {
            StartDeadline = TimeSpan.FromSeconds(0.5),
            Starting = system => system.ActorSelection("/user/coordinator").Tell(PoisonPill.Instance),
        };
        using var run = TestRun.Prepare(TestJobs.Request(TestJobs.Job(slices: 4), _training), settings: settings).Start();
        var error = await Assert.ThrowsAsync<ActorNetException>(() => run.Ended("the failure"));
        Assert.StartsWith("Training did not start within 0.5 s: no coordinator is there", error.Message, StringComparison.Ordinal);
    }

    private static RunSettings Impatient => new() { StallDeadline = TimeSpan.FromSeconds(0.5) };

    /// <summary>Waits at the gate, but not for ever: the thread must end some day even when the test fails.</summary>
    private static void Wait(ManualResetEventSlim gate, bool when)
    {
        if (when && !gate.Wait(TimeSpan.FromMinutes(1)))
        {
            throw new InjectedFault("nobody opened the gate");
        }
    }

    private static JobSpec Diverging(int slices) => TestJobs.Job(slices) with
    {
        Model = ModelSpec.Dense([TestJobs.Inputs, 120, TestJobs.Classes], activation: "relu", output: "identity"),
        Cost = "quadratic",
        LearningRate = new LearningRateSpec { Rate = 1e6 },
    };
}
