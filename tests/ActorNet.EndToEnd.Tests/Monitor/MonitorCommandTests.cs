using System.Text.Json.Nodes;
using ActorNet.Cluster.Monitoring;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests.Monitor;

public sealed class MonitorCommandTests : IDisposable
{
    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(60);

    private readonly Workspace _work = new();
    private readonly FakeCoordinator _coordinator = new();

    public void Dispose()
    {
        _coordinator.Dispose();
        _work.Dispose();
    }

    [Fact]
    public void Once_prints_a_page_and_ends()
    {
        _coordinator.Happen("node-left", new { node = "worker-9", reason = "killed", generation = 3, severity = "warning", message = "worker-9 left: killed" });
        var page = _work.Run("monitor", _coordinator.Url, "--once").Ending(0);

        Assert.All(["784-30-10", "epoch 13/30", "worker-1", "UNREACHABLE", "worker-9 left: killed"], word => Assert.Contains(word, page.Output, StringComparison.Ordinal));
        Assert.DoesNotContain('\e', page.Output);
        Assert.Empty(page.Error);
    }

    [Fact]
    public void Json_is_one_object_with_the_job_its_members_and_its_history()
    {
        var json = _work.Run("monitor", $"127.0.0.1:{_coordinator.Port}", "--json").Ending(0).Json;

        Assert.Equal((1, "training", 72_400), ((int)json["schema"]!, (string)json["job"]!["phase"]!, (int)json["job"]!["step"]!));
        Assert.Equal((3, 12, 180), (json["members"]!.AsArray().Count, json["history"]!["epochs"]!.AsArray().Count, json["history"]!["points"]!.AsArray().Count));
    }

    [Fact]
    public void A_failed_run_ends_the_page_with_exit_code_1()
    {
        _coordinator.Status = _coordinator.Status with { Phase = RunPhase.Failed, Error = "out of luck" };

        Assert.Contains("failed: out of luck", _work.Run("monitor", _coordinator.Url, "--once").Ending(1).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_stream_has_each_event_until_the_run_ends()
    {
        var stream = _work.Start("monitor", _coordinator.Url, "--jsonl");
        await _coordinator.Listening.Task.WaitAsync(_deadline);
        _coordinator.Happen("checkpoint", new { path = "x", version = 5 });
        await stream.SeesAsync("checkpoint");
        _coordinator.Status = _coordinator.Status with { Phase = RunPhase.Done, Time = DateTime.UtcNow };
        _coordinator.Happen("finished", new { reason = "finished", targetAccuracy = 0.99, testAccuracy = 0.95 });

        var lines = stream.End().Ending(4).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["checkpoint", "finished"], lines.Select(line => (string)JsonNode.Parse(line)!["event"]!));
    }

    [Fact]
    public async Task Off_a_terminal_it_prints_plain_lines_and_Ctrl_C_interrupts()
    {
        var lines = _work.Start("monitor", _coordinator.Url);
        await lines.SeesAsync("epoch 13/30");
        lines.Signal("INT");

        Assert.Single(lines.End().Ending(130).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Watching_survives_the_coordinator_and_follows_it_to_another_address()
    {
        using var later = new FakeCoordinator { Status = RunStates.Training with { Time = DateTime.UtcNow, Step = 99_000 } };
        var watch = _work.Start("monitor", $"{_coordinator.Url},{later.Url}", "--watch", "0.1");
        await watch.SeesAsync("step 72,400");
        _coordinator.Dispose();
        await watch.SeesAsync("step 99,000");
        later.Status = later.Status with { Phase = RunPhase.Failed, Error = "enough", Time = DateTime.UtcNow };

        Assert.Contains("failed: enough", watch.End().Ending(1).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_coordinator_that_stays_away_is_given_up()
    {
        var watch = _work.Start("monitor", _coordinator.Url, "--watch", "0.1", "--timeout", "2");
        await watch.SeesAsync("step 72,400");
        _coordinator.Dispose();

        Assert.Contains("last seen", watch.End().Ending(3).Error, StringComparison.Ordinal);
    }

    /// <summary>Its first questions are for the run's status, twice, and its course; whichever it is that nobody answers any more.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_coordinator_that_leaves_at_the_start_is_given_up(int answers)
    {
        _coordinator.AnswersLeft = answers;
        Assert.Contains("last seen", _work.Run("monitor", _coordinator.Url, "--watch", "0.1", "--timeout", "1").Ending(3).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_there_is_exit_code_3()
    {
        _coordinator.Dispose();
        _work.Run("monitor", _coordinator.Url, "--once", "--timeout", "0.1").Refusing(3, "cannot be reached", "--timeout");
        _work.Run("pause", _coordinator.Url, "--timeout", "0.1").Refusing(3, "cannot be reached");
    }

    [Fact]
    public void A_node_that_does_not_coordinate_is_said_to_be_none()
    {
        using var worker = new FakeCoordinator { Coordinates = false };
        _work.Run("monitor", worker.Url, "--json", "--timeout", "0.1").Refusing(3, "does not coordinate a run");
    }

    [Theory]
    [InlineData("--once --json", "--once and --json")]
    [InlineData("--replay x http://y", "one of them")]
    [InlineData("--replay x --watch 1", "--watch")]
    [InlineData("--watch 0", "0.1")]
    [InlineData("--once --timeout never", "--timeout")]
    [InlineData("ftp://x --once", "URL")]
    public void What_makes_no_sense_is_an_error_of_usage(string arguments, string word) =>
        _work.Run(["monitor", .. arguments.Split(' ')]).Refusing(2, word);

    [SkippableFact]
    public async Task Terminal_Gui_is_loaded_by_the_full_screen_alone()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs /proc");
        var lines = _work.Start("monitor", _coordinator.Url, "--jsonl");
        await _coordinator.Listening.Task.WaitAsync(_deadline);
        var maps = await File.ReadAllTextAsync($"/proc/{lines.Id}/maps");
        lines.Signal("INT");
        lines.End();

        Assert.Contains("actornet.dll", maps, StringComparison.Ordinal);
        Assert.DoesNotContain("Terminal.Gui", maps, StringComparison.Ordinal);
    }
}
