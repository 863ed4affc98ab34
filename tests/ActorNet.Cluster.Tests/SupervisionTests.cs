using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Tests.Support;
using ActorNet.Core;
using ActorNet.Core.Data;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Tests;

/// <summary>What becomes of a run whose workers fail.</summary>
public sealed class SupervisionTests
{
    private static readonly DataSet _training = TestJobs.Points(203);
    private static readonly DataSet _test = TestJobs.Points(1_200, seed: 8, name: "test points");
    private static readonly JobSpec _job = TestJobs.Job(slices: 4);
    private static readonly Lazy<Oracle> _oracle = new(() => Oracle.Of(_job, _training, _test));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    public async Task A_worker_that_throws_is_replaced_and_no_bit_changes(int workers, int servers)
    {
        // One read of three samples fails in the second epoch, each in a step of its own.
        var faulty = new FaultyData(_training, (sample, before) => Fail(sample is 5 or 77 or 150 && before == 1));
        using var run = TestRun.Prepare(TestJobs.Request(_job, faulty, workers, servers, _test)).Start();

        AssertOracle(await run.Ended("the end of a run with three faults"));
        var replaced = run.Seen<TrainingEvent.WorkerReplaced>().ToList();
        Assert.Equal(3, replaced.Count);
        Assert.All(replaced, worker => Assert.Contains("injected", worker.Cause, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_failures_at_each_of_many_steps_do_not_end_a_run()
    {
        // Every slice fails twice in every epoch, but never three times at one step.
        var failing = Enumerable.Range(0, _job.Slices).Select(slice => SampleAt(slice, step: 3 + slice)).ToArray();
        var faulty = new FaultyData(_training, (sample, before) => Fail(failing.Contains(sample) && before % 3 < 2));
        using var run = TestRun.Prepare(TestJobs.Request(_job, faulty, workers: 2, servers: 2, _test)).Start();

        AssertOracle(await run.Ended("the end of a run with many faults"));
        Assert.True(run.Seen<TrainingEvent.WorkerReplaced>().Count() >= failing.Length, "the faults were not injected");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(6)]
    public async Task Three_failures_of_a_slice_at_a_step_end_the_run_with_their_cause(int workers)
    {
        const int Slice = 2, Step = 7;
        var bad = SampleAt(Slice, Step);
        var faulty = new FaultyData(_training, (sample, _) => Fail(sample == bad));
        using var run = TestRun.Prepare(TestJobs.Request(_job, faulty, workers, servers: 2, _test)).Start();

        var error = await Assert.ThrowsAsync<ActorNetException>(() => run.Ended("the failure"));
        Assert.Contains($"Slice {Slice} failed 3 times at step {Step}:", error.Message, StringComparison.Ordinal);
        Assert.Contains($"reading sample {bad} of 'points' failed: injected", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, run.Seen<TrainingEvent.WorkerReplaced>().Count());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public async Task A_read_of_the_test_set_that_fails_is_tried_again(int workers)
    {
        var faulty = new FaultyData(_test, (sample, before) => Fail(sample == 700 && before is 0 or 2));
        using var run = TestRun.Prepare(TestJobs.Request(_job, _training, workers, servers: 2, faulty)).Start();

        AssertOracle(await run.Ended("the end of a run with two faults in evaluation"));
        Assert.Equal(2, run.Seen<TrainingEvent.WorkerReplaced>().Count());
        Assert.All(
            run.Seen<TrainingEvent.WorkerReplaced>(),
            worker => Assert.Contains("block 1 of 'test points'", worker.Cause, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public async Task A_test_set_that_cannot_be_read_ends_the_run(int workers)
    {
        var faulty = new FaultyData(_test, (sample, _) => Fail(sample == 700));
        using var run = TestRun.Prepare(TestJobs.Request(_job, _training, workers, servers: 2, faulty)).Start();

        var error = await Assert.ThrowsAsync<ActorNetException>(() => run.Ended("the failure"));
        Assert.Contains("Judging block 1 of 'test points' failed 3 times: injected", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_written_to_standard_output()
    {
        var before = Console.Out;
        using var written = new StringWriter();
        Console.SetOut(written);
        try
        {
            var faulty = new FaultyData(_training, (sample, times) => Fail(sample == 5 && times == 0));
            await TestRun.Train(TestJobs.Request(_job, faulty));
        }
        finally
        {
            Console.SetOut(before);
        }

        Assert.Equal("", written.ToString());
    }

    [Fact]
    public async Task One_set_may_be_both_test_and_validation()
    {
        var request = TestJobs.Request(_job, _training, test: _test) with { Validation = _test };
        var outcome = await TestRun.Train(request);
        Assert.All(outcome.Progress.History, epoch => Assert.Equal(epoch.TestAccuracy, epoch.ValidationAccuracy));
    }

    private static void AssertOracle(TrainingOutcome outcome)
    {
        Assert.Equal(_oracle.Value.Sha256, outcome.Progress.WeightsSha256);
        _oracle.Value.AssertSameHistory(outcome.Progress.History, "with faults");
        Assert.Equal(EndReason.Finished, outcome.Reason);
        Assert.Equal((long)_job.Epochs * _training.Count, outcome.Contributions.Sum(contribution => contribution.Samples));
    }

    /// <summary>The first sample that a slice draws at a step of the first epoch.</summary>
    private static int SampleAt(int slice, int step)
    {
        var plan = new SlicePlan(_training.Count, _job.BatchSize, _job.Slices, _job.Seed);
        var order = new int[plan.SliceSamples(slice)];
        plan.WriteOrder(1, slice, order);
        return order[plan.Draws(step, slice).First];
    }

    private static void Fail(bool when)
    {
        if (when)
        {
            throw new InjectedFault("injected");
        }
    }
}
