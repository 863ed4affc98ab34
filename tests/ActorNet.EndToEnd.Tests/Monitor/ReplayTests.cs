using ActorNet.Cli.Monitor;
using ActorNet.Cli.Runs;
using ActorNet.Cluster.Monitoring;
using ActorNet.Core;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests.Monitor;

public sealed class ReplayTests : IDisposable
{
    private readonly Workspace _work = new();
    private readonly List<string> _warnings = [];

    public void Dispose() => _work.Dispose();

    [Fact]
    public void A_record_stands_at_its_end_and_can_be_shown_at_any_moment()
    {
        var replay = Play();
        Assert.Equal(RunPhase.Done, replay.Model.Status!.Phase);
        Assert.Equal(2, replay.Model.Epochs.Count);

        replay.Seek(TimeSpan.FromSeconds(10));
        Assert.Equal((RunPhase.Training, 900L), (replay.Model.Status.Phase, replay.Model.Status.Step));
        Assert.Empty(replay.Model.Epochs);
        Assert.Equal(RunStates.Now.AddSeconds(10), replay.Model.Now);

        replay.Seek(TimeSpan.FromSeconds(25));
        Assert.Equal(2000, replay.Model.Status.Step);
        Assert.Single(replay.Model.Epochs);
    }

    [Fact]
    public void It_plays_at_its_speed_until_its_end()
    {
        var replay = Play();
        replay.Toggle();
        Assert.Equal(TimeSpan.Zero, replay.Position);
        replay.Faster();
        replay.Faster();
        replay.Slower();
        replay.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal((TimeSpan.FromSeconds(10), true), (replay.Position, replay.IsPlaying));

        replay.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal((replay.Length, false), (replay.Position, replay.IsPlaying));
    }

    [Fact]
    public void Its_keys_play_and_seek_and_change_no_run()
    {
        var replay = Play();
        var controller = new MonitorController(replay.Model, replay);
        controller.Press("Home");
        controller.Press(" ");
        controller.Press("+");
        controller.Press("Right");

        Assert.Equal((true, 2.0), (replay.IsPlaying, replay.Speed));
        Assert.Equal(replay.Length * 0.02, replay.Position);
        Assert.Contains("replay 0:01/0:40 playing 2×", MonitorScreen.Draw(80, 24, replay.Model, controller).ToString(), StringComparison.Ordinal);
        controller.Press("p");
        Assert.Contains("record", controller.Notice, StringComparison.Ordinal);
    }

    [Fact]
    public void A_status_in_the_record_counts()
    {
        var replay = Play(RunStates.Line("status", 12, new { status = RunStates.Training with { Time = RunStates.Now.AddSeconds(12), JobHash = RunStates.Hash } }).ToJsonString());
        replay.Seek(TimeSpan.FromSeconds(13));

        Assert.Equal(4, replay.Model.Status!.Nodes.Count);
    }

    [Fact]
    public void A_torn_last_line_is_no_fault_one_in_the_middle_is_told()
    {
        _work.Write("torn.jsonl", string.Join('\n', Lines()) + "\n{\"schema\":1,\"ti");
        Assert.Equal(7, ReplayedRecord.Read(_work.At("torn.jsonl"), _warnings.Add).Lines.Count);
        Assert.Empty(_warnings);

        _work.Write("bad.jsonl", string.Join("\nrubbish\n", Lines()));
        ReplayedRecord.Read(_work.At("bad.jsonl"), _warnings.Add);
        Assert.Contains("6 lines are not events", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_little_but_broken_lines_is_refused()
    {
        _work.Write("most.jsonl", string.Join('\n', Lines().Concat(Enumerable.Repeat("rubbish", 1000))) + "\n");
        Assert.Equal(7, ReplayedRecord.Read(_work.At("most.jsonl"), _warnings.Add).Lines.Count);

        _work.Write("more.jsonl", string.Join('\n', Lines().Concat(Enumerable.Repeat("rubbish", 1001))) + "\n");
        var error = Assert.Throws<ActorNetException>(() => ReplayedRecord.Read(_work.At("more.jsonl"), _warnings.Add));
        Assert.Contains("more than 1000 broken lines", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_events_is_refused() =>
        Assert.Throws<ActorNetException>(() => ReplayedRecord.Read(_work.At(_work.Write("x", "hello\n")), _warnings.Add));

    private static List<string> Lines(params string[] more) =>
    [
        .. new[]
        {
            RunStates.Line("run", 0, new { job = RunStates.Hash, version = 0 }),
            RunStates.Line("started", 1, new { version = 0, totalSteps = 2000, stepsPerEpoch = 1000, parameters = 50 }),
            RunStates.Line("progress", 10, new { version = 900, samplesPerSecond = 90.0, runningCost = 0.5 }),
            RunStates.Line("epoch", 11, RunStates.Epoch(1)),
        }.Select(line => line.ToJsonString(RunJson.Line)),
        .. more,
        RunStates.Line("progress", 20, new { version = 2000, samplesPerSecond = 90.0, runningCost = 0.2 }).ToJsonString(RunJson.Line),
        .. new[] { RunStates.Line("epoch", 30, RunStates.Epoch(2)), RunStates.Line("finished", 40, new { reason = "finished", testAccuracy = 0.9 }) }
            .Select(line => line.ToJsonString(RunJson.Line)),
    ];

    private Replay Play(params string[] more)
    {
        _work.Write("record.jsonl", string.Join('\n', Lines(more)) + "\n");
        return new Replay(ReplayedRecord.Read(_work.At("record.jsonl"), _warnings.Add), new MonitorModel());
    }
}
