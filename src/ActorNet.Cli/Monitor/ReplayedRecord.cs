using System.Text.Json;
using System.Text.Json.Nodes;
using ActorNet.Cli.Reports;
using ActorNet.Cli.Runs;
using ActorNet.Core;
using ActorNet.Core.Training;

namespace ActorNet.Cli.Monitor;

/// <summary>The record of a run as it is on disk now: of one that has ended, is under way, or was copied from elsewhere.</summary>
internal sealed class ReplayedRecord
{
    private ReplayedRecord(string path, IReadOnlyList<JsonObject> lines, JobSpec? job) => (Path, Lines, Job) = (path, lines, job);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Its lines, in order; those that are torn or no events are left out.</summary>
    public IReadOnlyList<JsonObject> Lines { get; }

    /// <summary>The job beside it; null where there is none, such as beside a copied record.</summary>
    public JobSpec? Job { get; }

    /// <summary>Reads it.</summary>
    /// <param name="path">A run's folder, or a record.</param>
    /// <param name="warn">Is told what is wrong with it but can be left out.</param>
    /// <exception cref="ActorNetException">There is none, it has no event, or more than a thousand lines that are none.</exception>
    public static ReplayedRecord Read(string path, Action<string> warn)
    {
        var file = Directory.Exists(path) ? System.IO.Path.Combine(path, RunFolder.RecordName) : path;
        var lines = new List<JsonObject>();
        var torn = new List<long>();
        using var text = new FileLines(file);
        while (text.MoveNext())
        {
            if (Parse(text.Current.Span) is { } line)
            {
                lines.Add(line);
            }
            else if (text.IsEnded)
            {
                torn.Add(text.Number);
                RecordFile.Bound(file, torn.Count);
            }
        }

        if (lines.Count == 0)
        {
            throw new ActorNetException($"{file} holds no event: give a run's folder, or its {RunFolder.RecordName}.");
        }

        // A killed process leaves its last line torn, and a run that goes on may be writing one: that is no fault.
        if (torn.Count > 0)
        {
            warn($"{file}: {torn.Count} lines are not events and are left out, the first is line {torn[0]}.");
        }

        return new ReplayedRecord(file, lines, FindJob(file));
    }

    private static JsonObject? Parse(ReadOnlySpan<byte> text)
    {
        var line = JsonObjects.Parse(text);
        return line?["event"]?.GetValueKind() == JsonValueKind.String && line["time"] is JsonValue time && time.TryGetValue<DateTime>(out _) ? line : null;
    }

    private static JobSpec? FindJob(string file)
    {
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(file))!;
        try
        {
            return RunFolder.IsRun(folder) ? RunFolder.LoadJob(folder) : null;
        }
        catch (ActorNetException)
        {
            // The record says what matters.
            return null;
        }
    }
}
