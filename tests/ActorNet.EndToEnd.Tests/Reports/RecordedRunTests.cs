using ActorNet.Cli.Reports;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests.Reports;

public sealed class RecordedRunTests : IDisposable
{
    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public void What_a_run_went_back_behind_no_longer_counts()
    {
        var history = Read(RecordText.Begun()
            .Progress(2, 5, 0.9).Epoch(3, 1, 0.5).Progress(4, 15, 0.8).Epoch(5, 2, 0.6).Progress(6, 25, 0.7)
            .Add(7, new TrainingEvent.WentBack(10, "a server was lost"))
            .Progress(8, 12, 0.65).Epoch(9, 2, 0.7).Progress(10, 22, 0.6));
        Assert.Equal([0.5, 0.7], history.Epochs.Select(epoch => epoch.TestAccuracy!.Value));
        Assert.Equal([5.0, 12, 22], history.RunningCost.Points.Select(point => point.X));
        // Time passed all the same.
        Assert.Equal(5, history.Rate.Points.Count);
    }

    [Fact]
    public void A_resumed_run_goes_on_from_its_checkpoint_and_the_farthest_way_back_counts()
    {
        var history = Read(RecordText.Begun()
            .Epoch(3, 1, 0.5).Epoch(5, 2, 0.6).Epoch(7, 3, 0.65)
            .Add(8, "run", new { job = "x", version = 10 })
            .Add(9, new TrainingEvent.Started(10, 60, 10, 100, 1, 1)).Epoch(10, 2, 0.7)
            .Add(11, new TrainingEvent.WentBack(20, "a server was lost")).Epoch(12, 3, 0.8));
        Assert.Equal([(1, 0.5), (2, 0.7), (3, 0.8)], history.Epochs.Select(epoch => (epoch.Epoch!.Value, epoch.TestAccuracy!.Value)));
        Assert.Equal([(0.0, 7.0), (8.0, 12.0)], history.Processes.Select(Seconds));
        Assert.Equal(RunState.Interrupted, history.State);
    }

    [Fact]
    public void Epochs_that_were_not_made_again_are_gone()
    {
        var history = Read(RecordText.Begun().Epoch(3, 1, 0.5).Epoch(5, 2, 0.6).Add(6, new TrainingEvent.WentBack(0, "lost")));
        Assert.Empty(history.Epochs);
        Assert.Null(history.Best);
    }

    [Theory]
    [InlineData("finished", "Finished")]
    [InlineData("stopped", "Stopped")]
    [InlineData("failed", "Failed")]
    public void A_run_ends_as_its_last_process_did(string name, string state)
    {
        var record = RecordText.Begun().Add(2, name, new { message = "the disk is full" });
        Assert.Equal(state, Read(record).State.ToString());
        Assert.Equal(RunState.Interrupted, Read(record.Add(3, "run", new { version = 3 })).State);
    }

    [Fact]
    public void A_finished_run_that_is_resumed_keeps_its_result()
    {
        var history = Read(RecordText.Begun()
            .Add(2, "finished", new { steps = 60, weightsSha256 = "a" })
            .Add(3, "run", new { version = 60 }).Add(4, "finished", new { steps = 0, weightsSha256 = "b" }));
        Assert.Equal("a", history.End!.WeightsSha256);
        Assert.Equal(RunState.Finished, history.State);
    }

    [Fact]
    public void Nodes_join_are_suspected_come_back_and_leave()
    {
        var history = Read(RecordText.Begun()
            .Add(2, new TrainingEvent.NodeJoined("a", 2, 1)).Add(2.5, new TrainingEvent.NodeJoined("b", 1, 2))
            .Add(3, Status(3, ("a", [0, 1]), ("b", [2, 3])))
            .Add(4, new TrainingEvent.NodeSuspected("a", "it owes slices", 3)).Add(4.25, Status(4.25, ("a", []), ("b", [0, 1, 2, 3])))
            .Add(6, new TrainingEvent.NodeTrusted("a", 4)).Add(6.25, Status(6.25, ("a", [0, 1]), ("b", [2, 3])))
            .Add(8, new TrainingEvent.NodeLeft("b", "its connection broke", 5, IsAsked: false))
            .Add(9, new TrainingEvent.NodeJoined("b", 1, 6)).Add(10, "finished", new { reason = "finished" }));
        var (a, b) = (history.Nodes.First(), history.Nodes.Last());
        Assert.Equal([(2.0, 10.0)], a.Stays.Select(Seconds));
        Assert.Equal([(4.0, 6.0)], a.Suspicions.Select(Seconds));
        Assert.Equal([(3.0, 4.0), (6.25, 10.0)], a.Leases.Select(lease => Seconds(new Stretch(lease.From, lease.To, null))));
        Assert.Equal([(2.5, 8.0), (9.0, 10.0)], b.Stays.Select(Seconds));
        Assert.Equal("its connection broke", b.Stays[0].Reason);
        Assert.Equal([(3.0, 4.25), (4.25, 6.25), (6.25, 8.0)], b.Leases.Select(lease => Seconds(new Stretch(lease.From, lease.To, null))));
        Assert.Equal(2, history.MostNodes);
    }

    [Fact]
    public void What_two_events_say_is_said_once()
    {
        var suspected = new TrainingEvent.NodeSuspected("a", "it owes slices", 3);
        var alert = new Alert(AlertKinds.LeaseExpired, "a", Severity.Warning, suspected.Message, DateTime.UtcNow);
        var history = Read(RecordText.Begun().Add(2, suspected).Add(2, new TrainingEvent.AlertRaised(alert, IsEcho: true)));
        Assert.Equal(["run", "started", "node-suspected"], history.News.Select(news => news.Event));
        Assert.Equal("alert", Assert.Single(history.Marks).Event);
    }

    [Fact]
    public void A_pause_lasts_until_somebody_resumes_or_the_process_ends()
    {
        var history = Read(RecordText.Begun()
            .Add(2, Command("pause", true)).Add(3, Command("pause", false)).Add(5, Command("resume", true))
            .Add(7, Command("pause", true)).Add(8, "stopped", new { reason = "stopped" }));
        Assert.Equal([(2.0, 5.0), (7.0, 8.0)], history.Pauses.Select(Seconds));
    }

    [Fact]
    public void News_between_the_first_and_the_last_are_counted_not_kept()
    {
        var record = RecordText.Begun();
        for (var i = 0; i < 1500; i++)
        {
            record.Add(2 + i, new TrainingEvent.Warned($"w{i}"));
        }

        var history = Read(record);
        Assert.Equal(1000, history.News.Count());
        Assert.Equal(502, history.NewsLeftOut);
        Assert.Equal("w1499", history.News.Last().Text);
    }

    /// <summary>A run that something starts anew each second for hours, and that fails each time.</summary>
    [Fact]
    public void Of_thousands_of_processes_the_first_are_kept_and_the_last()
    {
        var record = RecordText.Begun();
        for (var i = 1; i < 2500; i++)
        {
            record.Add(i, "run", new { version = 0 });
        }

        var history = Read(record);
        Assert.Equal(2000, history.Processes.Count);
        Assert.Equal((1998.0, 1998.0), Seconds(history.Processes[1998]));
        Assert.Equal((2499.0, 2499.0), Seconds(history.Processes[1999]));
    }

    [Fact]
    public void A_curve_of_any_length_is_short_and_keeps_its_extremes()
    {
        var curve = new Curve(most: 100);
        for (var i = 0; i < 123_456; i++)
        {
            curve.Add(i, i == 77_777 ? 1000 : i % 2);
        }

        Assert.InRange(curve.Points.Count, 50, 100);
        Assert.Equal(1000, curve.Points.Max(point => point.Most));
        Assert.Equal(0, curve.Points.Min(point => point.Least));
        Assert.Equal(123_456, curve.Points.Sum(point => point.Count));
        Assert.Equal((123_456 / 2) + 999, curve.Points.Sum(point => point.Y * point.Count), 1e-3);
        Assert.Equal(curve.Points.Select(point => point.X).Order(), curve.Points.Select(point => point.X));
    }

    internal static TrainingEvent.StatusTaken Status(double seconds, params (string Node, int[] Slices)[] nodes) => new(new RunStatus
    {
        Time = RecordText.Began.AddSeconds(seconds),
        Step = (long)seconds,
        LearningRate = 0.5,
        Nodes = [.. nodes.Select(node => new NodeStatus { Node = node.Node, Phase = NodePhase.Active, Workers = 1, Slices = node.Slices })],
    });

    internal static TrainingEvent.Commanded Command(string verb, bool isDone) =>
        new(new CommandAnswer(verb, "ann", DateTime.UtcNow, 3, isDone, $"{verb} was {(isDone ? "done" : "refused")}"));

    private static (double From, double To) Seconds(Stretch stretch) =>
        ((stretch.From - RecordText.Began).TotalSeconds, ((stretch.To ?? DateTime.MaxValue) - RecordText.Began).TotalSeconds);

    private RecordedRun Read(RecordText record) => record.Read(_work.At("record.jsonl"));
}
