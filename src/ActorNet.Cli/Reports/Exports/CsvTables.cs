using System.Globalization;
using System.Text.Json;
using CsvHelper;

namespace ActorNet.Cli.Reports.Exports;

/// <summary>
/// A record as four tables for other programs: epochs, progress, events, nodes. RFC 4180, the same in every culture; an empty cell is what is not known.
/// The columns are in docs/reports.md.
/// </summary>
internal static class CsvTables
{
    /// <summary>Writes the tables.</summary>
    /// <returns>The files.</returns>
    /// <exception cref="Core.ActorNetException">They cannot be written, or the record cannot be read.</exception>
    public static IEnumerable<string> Write(RecordedRun history, RecordFile record, string folder)
    {
        yield return Table(Path.Combine(folder, "epochs.csv"), csv => Epochs(csv, history));
        yield return Table(Path.Combine(folder, "progress.csv"), csv => Progress(csv, record));
        yield return Table(Path.Combine(folder, "events.csv"), csv => Events(csv, record));
        yield return Table(Path.Combine(folder, "nodes.csv"), csv => Nodes(csv, history));
    }

    private static string Table(string path, Action<CsvWriter> write)
    {
        OutputFile.Write(path, stream =>
        {
            using var csv = CsvWriter.Create(stream, leaveOpen: true);
            write(csv);
        });
        return path;
    }

    private static void Epochs(CsvWriter csv, RecordedRun history)
    {
        Row(csv, "epoch", "time", "trainCost", "trainAccuracy", "testCost", "testAccuracy", "validationAccuracy", "seconds");
        foreach (var line in history.Epochs)
        {
            Row(csv, line.Epoch, line.Time, line.TrainCost, line.TrainAccuracy, line.TestCost, line.TestAccuracy, line.ValidationAccuracy, line.Seconds);
        }
    }

    private static void Progress(CsvWriter csv, RecordFile record)
    {
        var rewinds = Rewinds.Of(record);
        Row(csv, "time", "version", "samplesPerSecond", "runningCost", "superseded");
        foreach (var line in record.Read(name => name == "progress"))
        {
            Row(csv, line.Time, line.Version, line.SamplesPerSecond, line.RunningCost, rewinds.IsSuperseded(line) ? 1 : 0);
        }
    }

    private static void Events(CsvWriter csv, RecordFile record)
    {
        Row(csv, "time", "event", "severity", "node", "version", "generation", "message");
        foreach (var line in record.Read(name => name is not ("progress" or "epoch" or "status" or "spans")))
        {
            var news = News.Of(line);
            Row(csv, line.Time, line.Event, Word(news?.Severity), line.Node, line.Version ?? line.Step, line.Generation, news?.Text ?? line.Path);
        }
    }

    private static void Nodes(CsvWriter csv, RecordedRun history)
    {
        var samples = history.Contributions();
        Row(csv, "node", "workers", "joined", "left", "isAsked", "reason", "suspicions", "suspectedSeconds", "samples", "address", "version");
        foreach (var node in history.Nodes)
        {
            var last = node.Stays.Count > 0 ? node.Stays[^1] : default;
            Row(
                csv,
                node.Name,
                node.Workers,
                node.Stays.Count > 0 ? node.Stays[0].From : null,
                last.To,
                last.To is null ? null : last.IsAsked ? 1 : 0,
                last.Reason,
                node.Suspicions.Count,
                node.SuspectedSeconds(history.Ended),
                samples.TryGetValue(node.Name, out var count) ? count : null,
                node.Last?.Address,
                node.Last?.Version);
        }
    }

    private static string? Word<T>(T? value)
        where T : struct, Enum => value is { } known ? JsonNamingPolicy.KebabCaseLower.ConvertName(known.ToString()) : null;

    private static void Row(CsvWriter csv, params object?[] cells) => csv.WriteRecord(Array.ConvertAll(cells, cell => cell switch
    {
        null => "",
        DateTime time => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => cell.ToString() ?? "",
    }));
}
