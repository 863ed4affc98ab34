using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActorNet.Cli.Rendering;
using ActorNet.Cli.Runs;
using Spectre.Console;

namespace ActorNet.Cli.Reports.Listing;

/// <summary>Some runs side by side: where their jobs differ, what they came to, and their curves.</summary>
internal sealed class RunComparison
{
    private const int CurveWidth = 24;

    private readonly IReadOnlyList<(RunSummary Summary, RecordedRun History)> _runs;

    private RunComparison(IReadOnlyList<(RunSummary Summary, RecordedRun History)> runs)
    {
        _runs = runs;
        Differences = Differing([.. runs.Select(run => Flat(run.History))]);
    }

    /// <summary>The job's keys whose values are not the same in all runs, such as <c>learningRate.rate</c>, each with the runs' values; null for none.</summary>
    public IReadOnlyList<(string Key, IReadOnlyList<string?> Values)> Differences { get; }

    /// <summary>Reads the runs.</summary>
    /// <exception cref="Core.ActorNetException">One cannot be read.</exception>
    public static RunComparison Read(IEnumerable<string> names, Action<string> warn) =>
        new([.. names.Select(name => RunSummary.Read(RunSource.Find(name), warn))]);

    /// <summary>What <c>runs RUN RUN --json</c> prints; fields are only ever added.</summary>
    public object ToJson() => new
    {
        schema = 1,
        runs = _runs.Select(run => run.Summary),
        differences = Differences.ToDictionary(difference => difference.Key, difference => difference.Values),
        curves = _runs.Select(run => run.History.Epochs.Select(EpochOf)),
    };

    /// <summary>Writes the table: a column for each run.</summary>
    public void Show(Terminal terminal)
    {
        var table = new Table();
        table.AddColumn(new TableColumn("").NoWrap());
        foreach (var (summary, _) in _runs)
        {
            table.AddColumn(new TableColumn(summary.Run.EscapeMarkup()));
        }

        foreach (var (key, values) in Differences)
        {
            table.AddRow([key.EscapeMarkup(), .. values.Select(value => (value ?? "-").EscapeMarkup())]);
        }

        foreach (var (name, cell) in Results())
        {
            table.AddRow([name, .. _runs.Select(run => cell(run.Summary).EscapeMarkup())]);
        }

        Curves(table, "test accuracy", line => line.TestAccuracy, isOneScale: true);
        Curves(table, "training cost", line => line.TrainCost, isOneScale: _runs.Select(run => run.History.Job?.Cost).Distinct().Count() == 1);
        terminal.Write(table);
        if (Differences.Count == 0)
        {
            terminal.Writer.WriteLine(SameJob());
        }
    }

    private static IEnumerable<(string Name, Func<RunSummary, string> Cell)> Results() =>
    [
        ("state", run => run.State.ToString().ToLowerInvariant()),
        ("started (UTC)", run => run.Started.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)),
        ("epochs", run => run.TotalEpochs is { } all ? $"{run.Epochs} of {all}" : $"{run.Epochs}"),
        ("test accuracy", run => Say.Percent(run.TestAccuracy)),
        ("best", run => run.BestEpoch is { } epoch ? $"{Say.Percent(run.BestTestAccuracy)} in epoch {epoch}" : "-"),
        ("training cost", run => Say.Cost(run.TrainCost)),
        ("training time", run => Say.Duration(run.Seconds)),
        ("samples/s", run => Say.Count(run.SamplesPerSecond ?? double.NaN)),
        ("nodes", run => $"{run.Nodes}"),
        ("weights", run => run.WeightsSha256 is { Length: >= 16 } hash ? hash[..16] : "-"),
    ];

    private static EpochSummary EpochOf(RecordLine line) => new(
        line.Epoch!.Value, line.TrainCost, line.TrainAccuracy, line.TestAccuracy, line.TestCost, line.ValidationAccuracy, line.Seconds ?? 0);

    private static IReadOnlyList<(string Key, IReadOnlyList<string?> Values)> Differing(IReadOnlyList<Dictionary<string, string>> jobs) =>
    [
        .. from key in jobs.SelectMany(job => job.Keys).Distinct()
           let values = jobs.Select(job => job.GetValueOrDefault(key)).ToList()
           where values.Distinct().Count() > 1
           select (key, (IReadOnlyList<string?>)values),
    ];

    /// <summary>The job as pairs of a path and a value.</summary>
    private static Dictionary<string, string> Flat(RecordedRun history)
    {
        var flat = new Dictionary<string, string>();
        if (history.Job is { } job)
        {
            Flatten(JsonNode.Parse(job.ToJson()), "", flat);
        }

        return flat;
    }

    private static void Flatten(JsonNode? node, string path, Dictionary<string, string> flat)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (key, value) in members)
                {
                    Flatten(value, path.Length == 0 ? key : $"{path}.{key}", flat);
                }

                break;
            case JsonArray items:
                for (var i = 0; i < items.Count; i++)
                {
                    Flatten(items[i], $"{path}[{i}]", flat);
                }

                break;
            default:
                flat[path] = node is null ? "none" : node.GetValueKind() == JsonValueKind.String ? (string)node! : node.ToJsonString();
                break;
        }
    }

    private string SameJob() => _runs.Select(run => run.Summary.WeightsSha256).Distinct().ToList() switch
    {
        [{ }] => "the same job, and the same weights, bit for bit",
        [null] => "the same job",
        _ when _runs.Any(run => run.Summary.WeightsSha256 is null || run.Summary.State != RunState.Finished) => "the same job; not all have finished",
        _ => "the same job, but different weights: a learning rate was set on the way, or something is wrong",
    };

    /// <summary>A row of curves: on one scale, so that they can be compared, unless they are of different costs.</summary>
    private void Curves(Table table, string name, Func<RecordLine, double?> value, bool isOneScale)
    {
        var curves = _runs.Select(run => run.History.Epochs.Select(value).OfType<double>().ToList()).ToList();
        var all = curves.SelectMany(curve => curve).ToList();
        if (all.Count > 0)
        {
            table.AddRow([name, .. curves.Select(curve => (isOneScale ? all : curve) is { Count: > 0 } scale ? Sparkline.Draw(curve, CurveWidth, scale.Min(), scale.Max()) : "-")]);
        }
    }
}
