using System.Text.Json.Nodes;
using ActorNet.Cli.Commands;
using ActorNet.Cli.Monitor;
using ActorNet.Cluster.Monitoring;

namespace ActorNet.EndToEnd.Tests.Monitor;

public sealed class MonitorModelTests
{
    private readonly MonitorModel _model = new();

    [Fact]
    public void A_record_without_statuses_still_says_how_far_the_run_is()
    {
        See("run", 0, new { job = RunStates.Hash, version = 0 });
        See("started", 1, new { version = 0, totalSteps = 3000, stepsPerEpoch = 1000, parameters = 50 });
        See("progress", 2, new { version = 1500, samplesPerSecond = 100.0, runningCost = 0.5 });

        var status = _model.Status!;
        Assert.Equal((RunPhase.Training, 2, 3, 1500L), (status.Phase, status.Epoch, status.Epochs, status.Step));
        Assert.Equal(1, status.Seconds);
        Assert.Equal(0.5, Assert.Single(_model.Points).RunningCost);
    }

    [Fact]
    public void Events_older_than_the_status_are_told_but_change_nothing_of_it()
    {
        _model.Take(RunStates.Training);
        See("run", -100, new { job = RunStates.Hash, version = 0 });
        See("node-left", -50, new { node = "worker-1", reason = "killed", generation = 2, severity = "warning", message = "worker-1 left: killed" });

        Assert.Equal(72_400, _model.Status!.Step);
        Assert.Equal(NodePhase.Active, _model.Status.Nodes.Single(node => node.Node == "worker-1").Phase);
        Assert.Equal(["the run begins", "worker-1 left: killed"], _model.News.Select(news => news.Message));
    }

    [Fact]
    public void An_event_that_comes_twice_is_told_once()
    {
        See("node-trusted", 1, new { node = "a", generation = 2, severity = "info", message = "a is back" });
        See("node-trusted", 1, new { node = "a", generation = 2, severity = "info", message = "a is back" });

        Assert.Single(_model.News);
    }

    [Fact]
    public void An_alert_is_there_until_it_is_over()
    {
        See("alert", 1, new { kind = "straggler", subject = "a", since = RunStates.Now, severity = "warning", message = "a is slow" });
        Assert.Equal(("straggler", Severity.Warning), (Assert.Single(_model.Status!.Alerts).Kind, _model.Status.Alerts[0].Severity));

        See("alert-over", 2, new { kind = "straggler", subject = "a", since = RunStates.Now, severity = "info", message = "over: a is slow" });
        Assert.Empty(_model.Status.Alerts);
    }

    [Fact]
    public void A_run_that_goes_back_loses_what_it_trains_again()
    {
        _model.Take(RunStates.Training);
        _model.Take(RunStates.History);
        See("went-back", 1, new { version = 30_000, reason = "server lost", severity = "warning", message = "server lost" });

        Assert.Equal(30_000, _model.Status!.Step);
        Assert.Equal(30_000, _model.Points[^1].Step);
        Assert.Equal(5, _model.Epochs[^1].Epoch);
    }

    [Fact]
    public void Commands_change_the_phase_when_they_are_done()
    {
        _model.Take(RunStates.Training);
        See("command", 1, new { verb = "pause", by = "me", step = 1, isDone = false, message = "not now" });
        Assert.Equal(RunPhase.Training, _model.Status!.Phase);

        See("command", 2, new { verb = "pause", by = "me", step = 1, isDone = true, message = "paused" });
        Assert.Equal(RunPhase.Paused, _model.Status!.Phase);
        Assert.Equal(2, _model.History.Commands.Count);
    }

    [Theory]
    [InlineData("finished", 0.97, ExitCode.Degraded)]
    [InlineData("finished", 0.95, ExitCode.Done)]
    [InlineData("stopped", 0.97, ExitCode.Done)]
    public void The_exit_code_says_whether_the_target_was_missed(string reason, double target, int exitCode)
    {
        See("epoch", 1, RunStates.Epoch(12));
        See(reason, 2, new { reason, targetAccuracy = target, testAccuracy = 0.956 });

        Assert.True(_model.IsOver);
        Assert.Equal(exitCode, _model.ExitCode);
    }

    [Fact]
    public void A_failed_run_tells_its_root_cause_apart()
    {
        See("failed", 1, new { message = "slice 3 failed. Root cause (the first failure seen): at 20:00 worker-3 left: killed." });

        Assert.Equal(ExitCode.Failed, _model.ExitCode);
        Assert.StartsWith("Root cause (the first failure seen): at 20:00 worker-3", _model.RootCause, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"event":7,"time":"x"}""")]
    [InlineData("""{"event":"progress","time":"2026-11-25T20:00:00Z","version":"many"}""")]
    [InlineData("""{"event":"alert","time":"2026-11-25T20:00:00Z","severity":"fatal"}""")]
    [InlineData("""[1,2""")]
    [InlineData("")]
    public void A_line_of_another_form_changes_nothing(string line)
    {
        _model.Take(RunStates.Training);
        _model.Take(line);

        Assert.Equal(72_400, _model.Status!.Step);
    }

    [Fact]
    public void Curves_of_a_long_run_stay_bounded()
    {
        for (var i = 0; i < 100_000; i++)
        {
            See("progress", i, new { version = i, samplesPerSecond = 1.0, runningCost = 1.0 });
        }

        Assert.InRange(_model.Points.Count, 4000, 8192);
        Assert.InRange(_model.Points[0].Step, 0, 10);
        Assert.Equal(99_999, _model.Points[^1].Step);
    }

    [Fact]
    public void Another_job_at_the_same_address_starts_anew()
    {
        _model.Take(RunStates.Training);
        _model.Take(RunStates.History);
        _model.Take(RunStates.Training with { JobHash = new string('0', 64), Step = 1 });

        Assert.Empty(_model.Epochs);
    }

    private void See(string name, double seconds, object details) => _model.Take((JsonObject)RunStates.Line(name, seconds, details));
}
