using System.Text.Json;
using System.Text.Json.Nodes;
using ActorNet.Cli.Rendering;
using ActorNet.Cli.Runs;
using ActorNet.Cluster.Monitoring;

namespace ActorNet.Cli.Monitor;

/// <summary>
/// What is known of a run, from a coordinator that answers or from the record of a run. Statuses say how it is; events carry it on between them, so that a
/// record with few statuses, or none, still shows every step of the way. For one thread at a time.
/// </summary>
internal sealed class MonitorModel
{
    /// <summary>How <see cref="Cluster.Monitoring"/>'s trail of failures begins what it adds to an error.</summary>
    private const string RootCauseMark = "root cause (";

    private const int MostNews = 1000;
    private const int MostPoints = 8192;

    private static readonly TimeSpan _echo = TimeSpan.FromSeconds(2);

    private readonly List<EpochSummary> _epochs = [];
    private readonly List<MetricPoint> _points = [];
    private readonly List<CommandAnswer> _commands = [];
    private readonly List<RunNews> _news = [];
    private readonly HashSet<string> _seen = [];
    private DateTime _trainingSince;

    /// <summary>The run; null before anything is known.</summary>
    public RunStatus? Status { get; private set; }

    /// <summary>The members of the cluster.</summary>
    public IReadOnlyList<ClusterMember> Members { get; set; } = [];

    /// <summary>How what is shown gets here.</summary>
    public Link Link { get; set; } = new(LinkState.Connecting, "");

    /// <summary>The time that ages are counted to: now, or that of the record being played. UTC.</summary>
    public DateTime Now { get; set; } = DateTime.UtcNow;

    /// <summary>The epochs that are done.</summary>
    public IReadOnlyList<EpochSummary> Epochs => _epochs;

    /// <summary>Moments of training, in order.</summary>
    public IReadOnlyList<MetricPoint> Points => _points;

    /// <summary>What happened, the oldest first.</summary>
    public IReadOnlyList<RunNews> News => _news;

    /// <summary>What was learnt of the run's course.</summary>
    public RunHistory History => new([.. _epochs], [.. _points], [.. _commands]);

    /// <summary>Whether the finished run missed its target accuracy.</summary>
    public bool HasMissedTarget { get; private set; }

    /// <summary>Whether an event has said that the run has ended, and how.</summary>
    public bool HasHeardEnd { get; private set; }

    /// <summary>Whether the run has ended.</summary>
    public bool IsOver => Status?.Phase is RunPhase.Done or RunPhase.Failed;

    /// <summary>What a monitor's exit code says of the run.</summary>
    public int ExitCode => Status?.Phase == RunPhase.Failed ? Commands.ExitCode.Failed
        : HasMissedTarget ? Commands.ExitCode.Degraded
        : Commands.ExitCode.Done;

    /// <summary>
    /// What a failed run failed of, where that is not the failure itself: the coordinator remembers what went wrong first and says so at the end of its error.
    /// </summary>
    public string? RootCause => Status?.Error is { } error && error.IndexOf(RootCauseMark, StringComparison.OrdinalIgnoreCase) is >= 0 and var at ? error[at..] : null;

    /// <summary>Forgets everything, such as before a record is played again.</summary>
    public void Clear()
    {
        Status = null;
        Members = [];
        HasMissedTarget = false;
        HasHeardEnd = false;
        _epochs.Clear();
        _points.Clear();
        _commands.Clear();
        _news.Clear();
        _seen.Clear();
        _trainingSince = default;
    }

    /// <summary>The run is so.</summary>
    public void Take(RunStatus status)
    {
        if (Status is { JobHash: { Length: > 0 } known } && status.JobHash.Length > 0 && known != status.JobHash)
        {
            // Another job at the same address: nothing of the last one belongs to it.
            Clear();
        }

        Status = status;
        if (_points.Count > 0 && status.Step < _points[^1].Step)
        {
            Forget(status.Step);
        }

        if (status is { Phase: RunPhase.Training, Step: > 0, Time: var time } && (_points.Count == 0 || time - _points[^1].Time > TimeSpan.FromSeconds(2)))
        {
            Add(new MetricPoint(time, status.Step, status.Epoch, status.SamplesPerSecond, status.RunningCost, status.LearningRate));
        }
    }

    /// <summary>The run came to be so. Replaces what was known of its course.</summary>
    public void Take(RunHistory history)
    {
        _epochs.Clear();
        _epochs.AddRange(history.Epochs);
        _points.Clear();
        foreach (var point in history.Points)
        {
            Add(point);
        }

        _commands.Clear();
        _commands.AddRange(history.Commands);
    }

    /// <summary>Something happened: a line as it is in a stream. What is no JSON object changes nothing.</summary>
    public void Take(string text)
    {
        // It may have been cut off, or be of another version.
        if (JsonObjects.Parse(text) is { } line)
        {
            Take(line);
        }
    }

    /// <summary>Something happened: a line of <see cref="RunEventJson"/>. One that was seen before changes nothing, nor does one of a form unknown here.</summary>
    public void Take(JsonObject line)
    {
        try
        {
            if (line["event"]?.GetValue<string>() is { } name && line["time"]?.GetValue<DateTime>() is { } time && IsNew(name, time))
            {
                Take(line, name, time);
            }
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException or JsonException)
        {
            // Of another version: what it says is in the record still.
        }
    }

    private void Take(JsonObject line, string name, DateTime time)
    {
        if (name == "epoch" && line.Deserialize<EpochSummary>(RunJson.Foreign) is { } epoch)
        {
            Add(epoch);
        }
        else if (name == "command")
        {
            Add(Answer(line, time));
        }

        HasHeardEnd = name is "finished" or "stopped" or "failed" || (HasHeardEnd && name != "run");
        HasMissedTarget = name switch { "finished" => IsBelowTarget(line), "run" => false, _ => HasMissedTarget };
        if (Status is null || time >= Status.Time)
        {
            // What happened before the status was taken is in it.
            Apply(line, name, time);
        }

        if ((OwnWords(line, name) ?? Text(line, "message")) is { Length: > 0 } message)
        {
            var severity = line["severity"]?.Deserialize<Severity>(RunJson.Foreign) ?? (name == "failed" ? Severity.Error : Severity.Info);
            Tell(new RunNews(time, name, severity, message));
        }
    }

    /// <summary>Whether an event was not seen yet: a stream that is resumed may repeat some. Those of which there are many say by their time that they are old.</summary>
    private bool IsNew(string name, DateTime time) => name is "progress" or "status" or "spans" || _seen.Add($"{time:O} {name}");

    private static double? Number(JsonObject line, string key) => line[key]?.GetValue<double>();

    private static long Whole(JsonObject line, string key) => line[key]?.GetValue<long>() ?? 0;

    private static string Text(JsonObject line, string key) => line[key]?.GetValue<string>() ?? "";

    /// <summary>What to say of an event that has no words of its own; null for one that has, or needs none.</summary>
    private static string? OwnWords(JsonObject line, string name) => name switch
    {
        "run" => Whole(line, "version") is > 0 and var version ? $"the run goes on from step {Say.Count(version)}" : "the run begins",
        "epoch" => $"epoch {Whole(line, "epoch")}: cost {Say.Cost(Number(line, "trainCost"))}, training {Say.Percent(Number(line, "trainAccuracy"))}"
            + (Number(line, "validationAccuracy") is { } held ? $", held out {Say.Percent(held)}" : "")
            + $", test {Say.Percent(Number(line, "testAccuracy"))}",
        "checkpoint" => $"checkpoint of step {Say.Count(Whole(line, "version"))} written",
        "finished" => $"the run is done: test accuracy {Say.Percent(Number(line, "testAccuracy"))}",
        "stopped" => "the run has stopped; it can be resumed",
        _ => null,
    };

    private static CommandAnswer Answer(JsonObject line, DateTime time) => new(
        Text(line, "verb"), Text(line, "by"), time, Whole(line, "step"), line["isDone"]?.GetValue<bool>() ?? false, Text(line, "message"));

    private void Apply(JsonObject line, string name, DateTime time)
    {
        var status = Status ?? new RunStatus();
        switch (name)
        {
            case "run":
                Begin(status, Text(line, "job"), Whole(line, "version"), time);
                break;
            case "started":
                _trainingSince = time;
                Status = status with
                {
                    Time = time,
                    Phase = RunPhase.Training,
                    Step = Whole(line, "version"),
                    TotalSteps = Whole(line, "totalSteps"),
                    StepsPerEpoch = (int)Whole(line, "stepsPerEpoch"),
                    Parameters = (int)Whole(line, "parameters"),
                    Epochs = status.Epochs == 0 && Whole(line, "stepsPerEpoch") is > 0 and var steps ? (int)(Whole(line, "totalSteps") / steps) : status.Epochs,
                };
                break;
            case "status" when line["status"]?.Deserialize<RunStatus>(RunJson.Foreign) is { } taken && taken.Time >= status.Time:
                Take(taken);
                break;
            case "progress":
                Progress(status, line, time);
                break;
            case "checkpoint":
                Status = status with { LastCheckpoint = new CheckpointStatus(Text(line, "path"), Whole(line, "version"), time) };
                break;
            case "went-back":
                Status = status with { Step = Whole(line, "version") };
                Forget(Status.Step);
                break;
            case "command":
                Status = After(Answer(line, time), status);
                break;
            case "alert" when line.Deserialize<Alert>(RunJson.Foreign) is { } alert:
                Status = status with { Alerts = [.. status.Alerts.Where(known => !Same(known, alert)), alert] };
                break;
            case "alert-over" when line.Deserialize<Alert>(RunJson.Foreign) is { } alert:
                Status = status with { Alerts = [.. status.Alerts.Where(known => !Same(known, alert))] };
                break;
            case "node-joined" or "node-left" or "node-suspected" or "node-trusted":
                Node(status, line, name, time);
                break;
            case "finished" or "stopped":
                End(status, time, RunPhase.Done);
                break;
            case "failed":
                End(status, time, RunPhase.Failed, Text(line, "message"));
                break;
        }
    }

    /// <summary>A process begins to train, or goes on with, a run.</summary>
    private void Begin(RunStatus status, string job, long version, DateTime time)
    {
        if (status.JobHash.Length > 0 && status.JobHash != job)
        {
            Clear();
            status = new RunStatus();
        }

        Status = status with { Time = time, Phase = RunPhase.Waiting, Error = null, JobHash = job, Step = version, Alerts = [], Nodes = [] };
        Forget(version);
    }

    private void Progress(RunStatus status, JsonObject line, DateTime time)
    {
        var step = Whole(line, "version");
        var rate = Number(line, "samplesPerSecond");
        var epoch = status.StepsPerEpoch > 0 ? (int)Math.Min((step / status.StepsPerEpoch) + 1, Math.Max(status.Epochs, 1)) : status.Epoch;
        Status = status with
        {
            Time = time,
            Phase = status.Phase == RunPhase.Waiting ? RunPhase.Training : status.Phase,
            Step = step,
            Epoch = epoch,
            SamplesPerSecond = rate,
            RunningCost = Number(line, "runningCost"),
            Seconds = _trainingSince == default ? status.Seconds : (time - _trainingSince).TotalSeconds,
            SecondsLeft = rate > 0 && status.BatchSize > 0 ? (status.TotalSteps - step) * status.BatchSize / rate : status.SecondsLeft,
        };
        Add(new MetricPoint(time, step, epoch, rate, Number(line, "runningCost"), status.LearningRate > 0 ? status.LearningRate : null));
    }

    /// <summary>The run after a command.</summary>
    private static RunStatus After(CommandAnswer answer, RunStatus status) => !answer.IsDone ? status : answer.Verb switch
    {
        "pause" => status with { Phase = RunPhase.Paused, SamplesPerSecond = null, SecondsLeft = null },
        "resume" => status with { Phase = RunPhase.Training },
        "stop" => status with { Phase = RunPhase.Stopping },
        _ => status,
    };

    private void Node(RunStatus status, JsonObject line, string name, DateTime time)
    {
        var node = Text(line, "node");
        var known = status.Nodes.FirstOrDefault(other => other.Node == node) ?? new NodeStatus { Node = node, Joined = time };
        var reason = Text(line, "reason");
        var changed = name switch
        {
            "node-joined" => known with { Phase = NodePhase.Active, Reason = null, Workers = (int)Whole(line, "workers"), Joined = time },
            "node-left" => known with { Phase = NodePhase.Gone, Reason = reason, Slices = [] },
            "node-suspected" => known with { Phase = NodePhase.Suspected, Reason = reason, Slices = [] },
            _ => known with { Phase = NodePhase.Active, Reason = null },
        };
        changed = name is "node-joined" or "node-trusted" ? changed with { LastSeen = time } : changed;
        Status = status with { Nodes = [.. status.Nodes.Where(other => other.Node != node), changed], Generation = (int)Whole(line, "generation") };
    }

    private void End(RunStatus status, DateTime time, RunPhase phase, string? error = null) =>
        Status = status with { Time = time, Phase = phase, Error = error, SamplesPerSecond = null, SecondsLeft = null };

    /// <summary>Forgets what came after a step: it is trained again.</summary>
    private void Forget(long version)
    {
        _points.RemoveAll(point => point.Step > version);
        if (Status is { StepsPerEpoch: > 0 and var steps })
        {
            _epochs.RemoveAll(epoch => (long)epoch.Epoch * steps > version);
        }
    }

    private void Add(EpochSummary epoch)
    {
        _epochs.RemoveAll(known => known.Epoch == epoch.Epoch);
        _epochs.Insert(_epochs.FindLastIndex(known => known.Epoch < epoch.Epoch) + 1, epoch);
    }

    private void Add(CommandAnswer answer)
    {
        if (!_commands.Exists(known => known.Verb == answer.Verb && known.By == answer.By && (known.Time - answer.Time).Duration() < TimeSpan.FromSeconds(1)))
        {
            _commands.Add(answer);
        }
    }

    private void Add(MetricPoint point)
    {
        if (_points.Count > 0 && point.Time <= _points[^1].Time)
        {
            return;
        }

        if (_points.Count == MostPoints)
        {
            // Every second one goes: curves of a long run lose detail, not their course.
            var kept = _points.Where((_, i) => i % 2 == 0).ToList();
            _points.Clear();
            _points.AddRange(kept);
        }

        _points.Add(point);
    }

    private void Tell(RunNews news)
    {
        if (_news.Count > 0 && _news[^1] is var last && last.Message == news.Message && (news.Time - last.Time).Duration() < _echo)
        {
            // An alert that says what an event has just said.
            return;
        }

        _news.Add(news);
        if (_news.Count > MostNews)
        {
            _news.RemoveRange(0, MostNews / 4);
        }
    }

    private static bool Same(Alert one, Alert other) => one.Kind == other.Kind && one.Subject == other.Subject;

    private bool IsBelowTarget(JsonObject line) => Text(line, "reason") == "finished"
        && Number(line, "targetAccuracy") is { } target
        && !_epochs.Any(epoch => (epoch.ValidationAccuracy ?? epoch.TestAccuracy) >= target);
}
