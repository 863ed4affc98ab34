using ActorNet.Cli.Rendering;
using ActorNet.Cluster.Monitoring;

namespace ActorNet.Cli.Monitor;

/// <summary>The first rows: which run, how far, how well, and what is wrong.</summary>
internal static class HeaderPanel
{
    /// <summary>Its rows.</summary>
    public const int Height = 4;

    /// <summary>Draws it.</summary>
    public static void Draw(Pane pane, MonitorModel model)
    {
        if (model.Status is not { } status)
        {
            pane.Bar(0, " ActorNet", $"{model.Link.Where} ");
            pane.Write(1, 1, LinkText(model) is { Length: > 0 } text ? text : "nothing is known of the run yet");
            return;
        }

        var job = status.JobHash.Length >= 8 ? $"  job {status.JobHash[..8]}" : "";
        var isStale = model.Link.State == LinkState.Lost && !model.IsOver;
        var phase = $" {(isStale ? "STALE, was " : "")}{PhaseText(status)} ";
        pane.Bar(0, Pane.Fit($" {(status.Network.Length > 0 ? $"{status.Network} on {status.Data}" : "a run")}{job}  {status.Mode}", pane.Width - phase.Length - 1));
        pane.WriteRight(0, phase, isStale ? Ink.Bad : PhaseInk(status.Phase));
        pane.Write(1, 1, Progress(pane.Width, status));
        DrawFigures(pane, model, status);
        DrawState(pane, model, status);
    }

    /// <summary>How what is shown gets here, where that is worth saying; else nothing.</summary>
    public static string LinkText(MonitorModel model) => model.Link switch
    {
        { State: LinkState.Connecting, Where: var where, Reason: null } => $"connecting to {where}",
        { State: LinkState.Connecting, Where: var where, Reason: var reason } => $"connecting to {where}: {reason}",
        { State: LinkState.Lost, LastSeen: { } seen } when model.IsOver => $"the run is over, {model.Link.Where} has closed; last seen {Ages.Clock(seen)} UTC",
        { State: LinkState.Lost, LastSeen: { } seen, Reason: var reason } =>
            $"connection lost, last seen {Ages.Clock(seen)} UTC ({Ages.Since(seen, model.Now)} ago), reconnecting: {reason}",
        _ => "",
    };

    /// <summary>The progress line.</summary>
    public static string Progress(int width, RunStatus status)
    {
        var done = status.TotalSteps > 0 ? (double)status.Step / status.TotalSteps : 0;
        return ProgressLine.Format(
            width,
            status.Epochs > 0 ? $"epoch {status.Epoch}/{status.Epochs}" : $"epoch {status.Epoch}",
            done,
            status.SecondsLeft is { } left ? $"{Say.Duration(left)} left" : status.Phase == RunPhase.Done ? "over" : "time left -",
            $"{Say.Step(status.Mode)} {Say.Count(status.Step)}/{Say.Count(status.TotalSteps)}");
    }

    /// <summary>The phase in words.</summary>
    public static string PhaseText(RunStatus status) => status.Phase.ToString().ToUpperInvariant();

    private static Ink PhaseInk(RunPhase phase) => phase switch
    {
        RunPhase.Training or RunPhase.Done => Ink.Good,
        RunPhase.Failed => Ink.Bad,
        _ => Ink.Warning,
    };

    private static void DrawFigures(Pane pane, MonitorModel model, RunStatus status)
    {
        var last = model.Epochs.Count > 0 ? model.Epochs[^1] : null;
        var best = model.Epochs.Where(epoch => Chosen(epoch) is not null).MaxBy(Chosen);
        (string Name, string Value)[] figures =
        [
            ("cost", Say.Cost(status.RunningCost ?? last?.TrainCost)),
            (last?.ValidationAccuracy is null ? "test" : "held out", Say.Percent(last is null ? null : Chosen(last))),
            ("best", best is null ? "-" : $"{Say.Percent(Chosen(best))} (epoch {best.Epoch})"),
            ("lr", status.LearningRate > 0 ? Charts.Rate(status.LearningRate) : "-"),
            ("samples/s", status.SamplesPerSecond is { } rate ? Say.Count(rate) : "-"),
            ("elapsed", Say.Duration(status.Seconds)),
            ("batch", status.BatchSize > 0 ? $"{status.BatchSize}" : "-"),
            ("parameters", Say.Count(status.Parameters)),
        ];
        var at = 1;
        foreach (var (name, value) in figures)
        {
            if (at + name.Length + value.Length + 1 > pane.Width)
            {
                return;
            }

            at = pane.Write(at, 2, $"{name} ", Ink.Faint);
            at = pane.Write(at, 2, value, Ink.Strong) + 2;
        }
    }

    /// <summary>What is wrong, the worst first; or how things stand.</summary>
    private static void DrawState(Pane pane, MonitorModel model, RunStatus status)
    {
        if (LinkText(model) is { Length: > 0 } link)
        {
            pane.Write(1, 3, Pane.Fit(link, pane.Width - 1), model.IsOver ? Ink.Faint : Ink.Bad);
            return;
        }

        if (status.Error is { } error)
        {
            pane.Write(1, 3, Pane.Fit($"failed: {error}", pane.Width - 1), Ink.Bad);
            return;
        }

        var at = 1;
        if (status.Alerts is { Count: > 0 } alerts)
        {
            var worst = alerts.OrderByDescending(alert => alert.Severity).ThenByDescending(alert => alert.Since).First();
            var count = $"{alerts.Count} alert{(alerts.Count == 1 ? "" : "s")}: ";
            pane.Write(at, 3, Pane.Fit(count + worst.Message, pane.Width - 1), InkOf(worst.Severity));
            return;
        }

        at = pane.Write(at, 3, "no alerts", Ink.Good) + 2;
        pane.Write(at, 3, Pane.Fit(State(model, status), pane.Width - at), Ink.Faint);
    }

    private static string State(MonitorModel model, RunStatus status)
    {
        var active = status.Nodes.Where(node => node.Phase is NodePhase.Active or NodePhase.Spare).ToList();
        var workers = active.Sum(node => node.Workers);
        var unreachable = model.Members.Count(member => !member.IsReachable);
        var lost = unreachable > 0 ? $" ({unreachable} unreachable)" : "";
        var members = model.Members.Count == 0 ? "" : $"{model.Members.Count} member{(model.Members.Count == 1 ? "" : "s")}{lost}, ";
        var checkpoint = status.LastCheckpoint is { } last ? $"checkpoint of step {Say.Count(last.Step)} {Ages.Since(last.Time, model.Now)} ago" : "no checkpoint yet";
        var nodes = status.Nodes.Count == 0 ? "" : $"{workers} worker{(workers == 1 ? "" : "s")} on {active.Count} node{(active.Count == 1 ? "" : "s")}, ";
        var staleness = status.Staleness is { } shares ? $"staleness {Say.Staleness(shares)}; " : "";
        return $"{staleness}{members}{nodes}{status.Slices} slices, {checkpoint}, generation {status.Generation}";
    }

    private static double? Chosen(Runs.EpochSummary epoch) => epoch.ValidationAccuracy ?? epoch.TestAccuracy;

    /// <summary>How something of a severity looks.</summary>
    public static Ink InkOf(Severity severity) => severity switch
    {
        Severity.Error => Ink.Bad,
        Severity.Warning => Ink.Warning,
        _ => Ink.Plain,
    };
}
