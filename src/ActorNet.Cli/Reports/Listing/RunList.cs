using System.Globalization;
using ActorNet.Cli.Rendering;
using ActorNet.Cli.Runs;
using ActorNet.Core;
using Spectre.Console;

namespace ActorNet.Cli.Reports.Listing;

/// <summary>The runs of a folder, as a table.</summary>
internal static class RunList
{
    private const int WideWidth = 120;
    private const int MiddleWidth = 80;

    /// <summary>The orders to list in, the first being the usual one; each from the greatest.</summary>
    public static readonly IReadOnlyDictionary<string, Func<RunSummary, IComparable?>> Orders = new Dictionary<string, Func<RunSummary, IComparable?>>
    {
        ["started"] = run => run.Started,
        ["accuracy"] = run => run.BestTestAccuracy,
        ["speed"] = run => run.SamplesPerSecond,
        ["epochs"] = run => run.Epochs,
        ["state"] = run => run.State.ToString(),
        ["network"] = run => run.Network,
    };

    /// <summary>Reads the runs in a folder, or the one that it is.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="warn">Is told of runs that cannot be read: they are left out.</param>
    /// <exception cref="ActorNetException">There is no such folder.</exception>
    public static IReadOnlyList<RunSummary> Read(string folder, Action<string> warn)
    {
        if (!Directory.Exists(folder))
        {
            throw new ActorNetException($"'{folder}' is no folder: give one that has runs in it, or train first.");
        }

        string[] folders = RunFolder.IsRun(folder) ? [folder] : [.. Directory.GetDirectories(folder).Where(RunFolder.IsRun)];
        return [.. folders.Select(run => TryRead(run, warn)).OfType<RunSummary>()];
    }

    /// <summary>Writes the table.</summary>
    public static void Show(IReadOnlyList<RunSummary> runs, Terminal terminal)
    {
        var room = terminal.Width >= WideWidth ? 2 : terminal.Width >= MiddleWidth ? 1 : 0;
        var table = new Table();
        (string Name, bool IsRight, Func<RunSummary, string> Cell, int Room)[] columns =
        [
            ("run", false, run => run.Run, 0),
            ("started (UTC)", false, run => run.Started.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture), 2),
            ("job", false, run => run.JobHash is { Length: >= 8 } hash ? hash[..8] : "-", 2),
            ("network", false, run => run.Network ?? "-", 0),
            ("data", false, run => run.Data is { } data ? Path.GetFileName(data) : "-", 1),
            ("state", false, run => run.State.ToString().ToLowerInvariant(), 0),
            ("epochs", true, run => run.TotalEpochs is { } all ? $"{run.Epochs}/{all}" : $"{run.Epochs}", 0),
            ("test", true, run => Say.Percent(run.TestAccuracy), 0),
            ("best", true, run => Say.Percent(run.BestTestAccuracy), 1),
            ("samples/s", true, run => Say.Short(run.SamplesPerSecond ?? double.NaN), 1),
            ("nodes", true, run => $"{run.Nodes}", 1),
        ];
        var shown = columns.Where(column => column.Room <= room).ToList();
        foreach (var column in shown)
        {
            var head = new TableColumn(column.Name.EscapeMarkup());
            head = column.Name == "run" ? head : head.NoWrap();
            table.AddColumn(column.IsRight ? head.RightAligned() : head);
        }

        foreach (var run in runs)
        {
            table.AddRow([.. shown.Select(column => column.Cell(run).EscapeMarkup())]);
        }

        terminal.Write(table);
    }

    private static RunSummary? TryRead(string folder, Action<string> warn)
    {
        try
        {
            return RunSummary.Read(RunSource.Find(folder), warn).Summary;
        }
        catch (ActorNetException error)
        {
            warn($"{error.Message} The run is left out.");
            return null;
        }
    }
}
