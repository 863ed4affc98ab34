using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;
using ActorNet.Cluster.Tests.Support;
using ActorNet.Core.Checkpoints;
using ActorNet.Core.Data;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Tests;

/// <summary>What people ask of a run that is under way. A gate in the data holds the run while they ask.</summary>
public sealed class CommandTests : IDisposable
{
    private const string Ann = "ann@host";

    private static readonly DataSet _training = TestJobs.Points(203);
    private static readonly JobSpec _job = TestJobs.Job(slices: 4, epochs: 3);
    private static readonly Lazy<Oracle> _oracle = new(() => Oracle.Of(_job, _training));

    private readonly TemporaryFolder _folder = new();
    private readonly RunControl _control = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sync")]
    [InlineData("local:2")]
    public async Task A_changed_learning_rate_gives_the_bits_of_the_same_change_in_one_loop(string mode)
    {
        var job = _job with { Mode = mode };
        using var gate = new Gate(_training, sample: 100);
        using var run = TestRun.Prepare(Request(gate.Data, servers: 3) with { Job = job with { Data = job.Data with { Hash = _training.Hash } } }).Start();
        await gate.Reached.WaitAsync(TestRun.Deadline);
        var asked = _control.SendAsync(new RunCommand.SetLearningRate(Ann, 0.05));
        var again = _control.SendAsync(new RunCommand.SetLearningRate(Ann, 0.1));
        run.Settle();
        gate.Open();
        var answer = await asked.WaitAsync(TestRun.Deadline);
        Assert.Equal(("set-lr", Ann, true), (answer.Verb, answer.By, answer.IsDone));
        // Of local steps, workers may have begun a round with the weights that are held already.
        var first = answer.Step + (mode == "sync" ? 0 : 1);
        Assert.Equal($"learning rate 0.05 from step {first} on", answer.Message);
        var last = await again.WaitAsync(TestRun.Deadline);

        var outcome = await run.Ended("the training's end");
        RateChange[] changes = [new(first, 0.05), new(last.Step + first - answer.Step, 0.1)];
        Assert.Equal(Oracle.Of(job, _training, changes: changes).Sha256, outcome.Progress.WeightsSha256);
        Assert.NotEqual(Oracle.Of(job, _training).Sha256, outcome.Progress.WeightsSha256);
        Assert.Equal(changes, CommandLog.Read(_folder.Path));
        Assert.Equal([answer, last], run.Seen<TrainingEvent.Commanded>().Select(happened => happened.Answer));
    }

    [Fact]
    public async Task Who_resumes_before_the_step_of_a_change_makes_it_again()
    {
        // A change that another process has logged and whose step this one comes to.
        CommandLog.Append(_folder.Path, new RateChange(30, 0.05), Ann, DateTime.UtcNow);
        var outcome = await TestRun.Train(Request(_training, servers: 2));
        Assert.Equal(Oracle.Of(_job, _training, changes: [new(30, 0.05)]).Sha256, outcome.Progress.WeightsSha256);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_paused_run_holds_at_a_checkpoint_and_goes_on_to_the_same_bits(int servers)
    {
        using var gate = new Gate(_training, sample: 100);
        using var run = TestRun.Prepare(Request(gate.Data, servers)).Start();
        await gate.Reached.WaitAsync(TestRun.Deadline);
        var pausing = _control.SendAsync(new RunCommand.Pause(Ann));
        run.Settle();
        gate.Open();
        var paused = await pausing.WaitAsync(TestRun.Deadline);
        Assert.True(paused.IsDone, paused.Message);
        Assert.InRange(paused.Step, 1, 62);
        Assert.Equal(paused.Step, new CheckpointStore(_folder.Path).LoadLatest(out _)!.Progress.Version);
        await Shows(status => status is { Phase: RunPhase.Paused, SamplesPerSecond: null } && status.Step == paused.Step);

        // All of these are carried out where it holds.
        var twice = await _control.SendAsync(new RunCommand.Pause(Ann));
        Assert.Equal((false, "pause was not done: it is paused already."), (twice.IsDone, twice.Message));
        var kept = await _control.SendAsync(new RunCommand.Checkpoint(Ann));
        Assert.Equal((true, paused.Step), (kept.IsDone, kept.Step));
        var resumed = await _control.SendAsync(new RunCommand.Resume(Ann));
        Assert.Equal((true, paused.Step), (resumed.IsDone, resumed.Step));

        var outcome = await run.Ended("the training's end");
        Assert.Equal(_oracle.Value.Sha256, outcome.Progress.WeightsSha256);
        Assert.Equal(RunPhase.Done, _control.Status.Phase);
    }

    [Fact]
    public async Task A_checkpoint_is_written_between_two_steps_and_training_goes_on()
    {
        using var gate = new Gate(_training, sample: 100);
        using var run = TestRun.Prepare(Request(gate.Data, servers: 3)).Start();
        await gate.Reached.WaitAsync(TestRun.Deadline);
        var asked = _control.SendAsync(new RunCommand.Checkpoint(Ann));
        run.Settle();
        gate.Open();
        var answer = await asked.WaitAsync(TestRun.Deadline);
        Assert.True(answer.IsDone, answer.Message);
        Assert.NotEqual(0, answer.Step % 21);
        var outcome = await run.Ended("the training's end");
        Assert.Contains(run.Seen<TrainingEvent.CheckpointWritten>(), written => written.Version == answer.Step);
        Assert.Equal(_oracle.Value.Sha256, outcome.Progress.WeightsSha256);
    }

    [Fact]
    public async Task A_run_can_be_told_to_end_after_its_epoch()
    {
        using var gate = new Gate(_training, sample: 100);
        using var run = TestRun.Prepare(Request(gate.Data, servers: 2)).Start();
        await gate.Reached.WaitAsync(TestRun.Deadline);
        var answer = await _control.SendAsync(new RunCommand.Stop(Ann, StopTime.Epoch));
        Assert.Equal((true, "the run ends after epoch 1"), (answer.IsDone, answer.Message));
        gate.Open();
        var outcome = await run.Ended("the training's end");
        Assert.Equal((EndReason.Stopped, 21L), (outcome.Reason, outcome.Progress.Version));
    }

    [Fact]
    public async Task A_run_can_be_told_to_end_after_its_step()
    {
        using var gate = new Gate(_training, sample: 100);
        using var run = TestRun.Prepare(Request(gate.Data, servers: 2)).Start();
        await gate.Reached.WaitAsync(TestRun.Deadline);
        var asked = _control.SendAsync(new RunCommand.Stop(Ann, StopTime.Step));
        var late = _control.SendAsync(new RunCommand.Pause(Ann));
        run.Settle();
        gate.Open();
        var answer = await asked.WaitAsync(TestRun.Deadline);
        Assert.Equal("pause was not done: the run is about to end.", (await late.WaitAsync(TestRun.Deadline)).Message);
        var outcome = await run.Ended("the training's end");
        Assert.Equal((EndReason.Stopped, answer.Step), (outcome.Reason, outcome.Progress.Version));
    }

    [Fact]
    public async Task A_run_that_is_told_to_end_at_once_waits_for_nothing()
    {
        using var gate = new Gate(_training, sample: 100);
        using var run = TestRun.Prepare(Request(gate.Data)).Start();
        await gate.Reached.WaitAsync(TestRun.Deadline);
        var answer = await _control.SendAsync(new RunCommand.Stop(Ann, StopTime.Now)).WaitAsync(TestRun.Deadline);
        Assert.True(answer.IsDone);
        gate.Open();
        var error = await Assert.ThrowsAsync<RunAbandonedException>(() => run.Ended("the training's end"));
        Assert.EndsWith("no checkpoint of this process is there; go on with --resume.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused_with_the_reason()
    {
        using var gate = new Gate(_training, sample: 100);
        using var run = TestRun.Prepare(Request(gate.Data) with { CheckpointFolder = null }).Start();
        await gate.Reached.WaitAsync(TestRun.Deadline);
        async Task<string> Refused(RunCommand command)
        {
            var answer = await _control.SendAsync(command).WaitAsync(TestRun.Deadline);
            Assert.False(answer.IsDone);
            return answer.Message;
        }

        Assert.Equal("resume was not done: it is not paused.", await Refused(new RunCommand.Resume(Ann)));
        Assert.Equal("checkpoint was not done: the run has no folder for checkpoints.", await Refused(new RunCommand.Checkpoint(Ann)));
        Assert.Equal("set-lr was not done: the learning rate is 0: give a number above 0.", await Refused(new RunCommand.SetLearningRate(Ann, 0)));
        Assert.Equal("set-lr was not done: the learning rate is NaN: give a number above 0.", await Refused(new RunCommand.SetLearningRate(Ann, double.NaN)));
        Assert.Equal("drain was not done: there is no node nobody; there are: local.", await Refused(new RunCommand.Drain(Ann, "nobody")));
        Assert.StartsWith("drain was not done: the coordinator is on that node", await Refused(new RunCommand.Drain(Ann, "local")), StringComparison.Ordinal);
        gate.Open();
        await run.Ended("the training's end");
        Assert.Equal("pause was not done: the run has not begun, or is over.", await Refused(new RunCommand.Pause(Ann)));
    }

    private TrainingRequest Request(DataSet data, int servers = 1) => TestJobs.Request(_job, data, workers: 2, servers) with
    {
        Control = _control,
        CheckpointFolder = _folder.Path,
    };

    /// <summary>Waits until the run shows a status; it renews it a few times a second.</summary>
    private async Task Shows(Func<RunStatus, bool> wanted)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        using var deadline = new CancellationTokenSource(TestRun.Deadline);
        while (!wanted(_control.Status))
        {
            Assert.True(await ticks.WaitForNextTickAsync(deadline.Token), $"{_control.Status}");
        }
    }
}
