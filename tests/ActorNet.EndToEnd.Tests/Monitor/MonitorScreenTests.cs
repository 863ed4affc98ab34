using System.Diagnostics;
using ActorNet.Cli.Monitor;
using ActorNet.Cluster.Monitoring;
using Xunit.Abstractions;

namespace ActorNet.EndToEnd.Tests.Monitor;

public sealed class MonitorScreenTests(ITestOutputHelper output)
{
    private readonly MonitorModel _model = RunStates.Model();

    [Theory]
    [InlineData(80, 24)]
    [InlineData(160, 50)]
    public void Everything_essential_is_on_the_screen(int width, int height)
    {
        var screen = Draw(width, height);

        string[] essentials =
        [
            "784-30-10 on digits/training", "job f21cd6cf", "sync", "TRAINING", "epoch 13/30", "40%", "0:42 left", "step 72,400/180,000", "lr 3", "samples/s 312,204",
            "1 alert", "cost", "accuracy", "test 95.60 %", "worker-1", "suspected", "0-3", "slow", "worker-3 is suspected", "? keys", "q quit",
        ];
        Assert.All(essentials, word => Assert.Contains(word, screen, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(80, 24)]
    [InlineData(160, 50)]
    public void How_stale_gradients_are_is_on_the_screen_in_the_modes_that_have_it(int width, int height)
    {
        var status = RunStates.Training with { Mode = "async", Alerts = [], Staleness = [new(0, 0, 12), new(1, 1, 80), new(2, 3, 0), new(4, 7, 7), new(2048, null, 1)] };
        _model.Take(status);

        Assert.Contains("staleness 0 12 %, 1 80 %, 4-7 7 %, 2048+ 1 %", Draw(width, height), StringComparison.Ordinal);
        Assert.Contains("staleness 0 12 %, 1 80 %", PlainLine.Of(_model), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(60, 16)]
    [InlineData(79, 23)]
    [InlineData(100, 17)]
    [InlineData(300, 100)]
    public void Any_size_that_is_not_too_small_is_drawn(int width, int height)
    {
        foreach (var keys in (string[])["1", "2", "3", "4", "5", "? x", "1 Down Enter"])
        {
            Assert.Contains("epoch 13/30", Draw(width, height, keys), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(59, 24)]
    [InlineData(80, 15)]
    [InlineData(20, 5)]
    public void A_screen_that_is_too_small_says_so(int width, int height) => Assert.StartsWith("too small: ", Draw(width, height), StringComparison.Ordinal);

    [Theory]
    [InlineData(3, 1)]
    [InlineData(1, 1)]
    [InlineData(0, 0)]
    public void Even_no_room_at_all_is_no_fault(int width, int height) => Assert.InRange(Draw(width, height).Length, 0, width * height);

    [Fact]
    public void A_coordinator_that_is_gone_leaves_the_last_state_marked_stale()
    {
        _model.Link = new Link(LinkState.Lost, "http://x", RunStates.Now.AddSeconds(-9), "connection refused");
        var canvas = MonitorScreen.Draw(100, 30, _model, new MonitorController(_model));

        Assert.Contains("STALE", canvas.Row(0), StringComparison.Ordinal);
        Assert.Contains("connection lost, last seen 20:03:11 UTC (9s ago), reconnecting: connection refused", canvas.Row(3), StringComparison.Ordinal);
        Assert.Contains("72,400", canvas.ToString(), StringComparison.Ordinal);
        Assert.All(Enumerable.Range(4, 24), row => Assert.Equal([Ink.Faint], canvas.Stretches(row).Select(part => part.Ink).Distinct()));
    }

    [Fact]
    public void A_run_that_ended_before_its_coordinator_left_is_not_stale()
    {
        _model.Take(RunStates.Training with { Phase = RunPhase.Done });
        _model.Link = new Link(LinkState.Lost, "http://x", RunStates.Now, "connection refused");

        var screen = Draw(100, 30);
        Assert.Contains("the run is over", screen, StringComparison.Ordinal);
        Assert.DoesNotContain("STALE", screen, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_run_shows_its_root_cause_whole()
    {
        const string Cause = "Root cause (the first failure seen): at 2026-11-25 20:00:00Z worker-3 left: its process was killed by somebody.";
        _model.Take(RunStates.Training with { Phase = RunPhase.Failed, Error = $"slice 3 failed three times. {Cause}" });

        var screen = string.Join(' ', Draw(80, 24).Split(['\n', ' '], StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(Cause, screen, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_from_other_machines_cannot_steer_the_terminal()
    {
        _model.Take(RunStates.Training with { Nodes = [RunStates.Node(1) with { Node = "evil\e[2J\r\n" }] });

        Assert.Contains("evil?[2J??", Draw(80, 24), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_hundred_nodes_are_drawn_within_50_ms()
    {
        _model.Take(RunStates.Training with { Nodes = [.. Enumerable.Range(0, 200).Select(number => RunStates.Node(number) with { Workers = 4 })] });
        var controller = new MonitorController(_model);
        var times = Enumerable.Range(0, 20).Select(_ =>
        {
            var start = Stopwatch.GetTimestamp();
            MonitorScreen.Draw(200, 60, _model, controller);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }).Order().ToList();
        output.WriteLine($"200 nodes at 200x60: least {times[0]:0.0} ms, median {times[10]:0.0} ms, most {times[^1]:0.0} ms");

        // The best: this machine does other things too.
        Assert.InRange(times[0], 0, 50);
    }

    [Fact]
    public void A_page_has_all_nodes_members_failures_and_events()
    {
        var page = MonitorPage.Draw(100, _model).ToString();

        string[] words = ["nodes: 4", "worker-2", "recent failures", "worker-3 suspected, last seen 7s ago: no answer for 1.2 s", "alerts: 1", "UNREACHABLE", "last events", "worker-3 joined"];
        Assert.All(words, word => Assert.Contains(word, page, StringComparison.Ordinal));
    }

    [Fact]
    public void A_plain_line_says_how_far_the_run_is() => Assert.Equal(
        "20:03:20 training, epoch 13/30, step 72,400/180,000, 0:42 left, cost 0.02345, test 95.60 %, 312,204 samples/s, 4 workers on 3 nodes, "
        + "1 alerts: worker-2 is 2.4 times as slow as the others: look at its CPU",
        PlainLine.Of(_model));

    private string Draw(int width, int height, string keys = "")
    {
        var controller = new MonitorController(_model);
        foreach (var key in keys.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            controller.Press(key);
        }

        return MonitorScreen.Draw(width, height, _model, controller).ToString();
    }
}
