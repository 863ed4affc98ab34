using System.Globalization;
using ActorNet.Cli.Rendering;
using ActorNet.Cluster.Monitoring;

namespace ActorNet.Cli.Monitor;

/// <summary>A run in one line, for logs.</summary>
internal static class PlainLine
{
    /// <summary>The line.</summary>
    public static string Of(MonitorModel model)
    {
        if (model.Status is not { } status)
        {
            return HeaderPanel.LinkText(model);
        }

        var active = status.Nodes.Where(node => node.Phase is NodePhase.Active or NodePhase.Spare).ToList();
        var last = model.Epochs.Count > 0 ? model.Epochs[^1] : null;
        string?[] parts =
        [
            $"{status.Phase.ToString().ToLowerInvariant()}{(model.Link.State == LinkState.Lost && !model.IsOver ? " (stale)" : "")}",
            $"epoch {status.Epoch}/{status.Epochs}",
            $"{Say.Step(status.Mode)} {Say.Count(status.Step)}/{Say.Count(status.TotalSteps)}",
            status.SecondsLeft is { } left ? $"{Say.Duration(left)} left" : null,
            $"cost {Say.Cost(status.RunningCost ?? last?.TrainCost)}",
            last is null ? null : $"test {Say.Percent(last.TestAccuracy)}",
            status.SamplesPerSecond is { } rate ? $"{Say.Count(rate)} samples/s" : null,
            string.Create(CultureInfo.InvariantCulture, $"{active.Sum(node => node.Workers)} workers on {active.Count} nodes"),
            status.Staleness is { } shares ? $"staleness {Say.Staleness(shares)}" : null,
            status.Alerts.Count > 0 ? $"{status.Alerts.Count} alerts: {status.Alerts[^1].Message}" : null,
            status.Error is { } error ? $"failed: {error}" : null,
        ];
        return $"{Ages.Clock(model.Now)} {Clean(string.Join(", ", parts.OfType<string>()))}";
    }

    /// <summary>A text that comes from elsewhere, with nothing in it that steers a terminal.</summary>
    public static string Clean(string text) => string.Concat(text.ReplaceLineEndings(" ").Select(letter => char.IsControl(letter) ? '?' : letter));
}
