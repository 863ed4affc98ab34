using System.Text;
using System.Text.Json;
using ActorNet.Core.Training;

namespace ActorNet.Core.Checkpoints;

/// <summary>
/// The commands that changed a job's training, beside its checkpoints: one line of JSON each, on the disk before the command takes effect. Whoever goes on from a
/// checkpoint makes them again at their steps, so that a replay gives the same bits.
/// </summary>
internal static class CommandLog
{
    private const string Name = "commands.jsonl";

    private static readonly JsonSerializerOptions _json = new(CheckpointJson.Options) { WriteIndented = false };

    /// <summary>Appends a change, flushed to the disk. For the process that holds the folder for writing.</summary>
    /// <param name="folder">The folder of the checkpoints.</param>
    /// <param name="change">The change.</param>
    /// <param name="by">Who asked for it.</param>
    /// <param name="time">When, UTC.</param>
    /// <exception cref="ActorNetException">It cannot be written: the command must not take effect.</exception>
    public static void Append(string folder, RateChange change, string by, DateTime time)
    {
        var path = Path.Combine(folder, Name);
        try
        {
            using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
            file.SetLength(WholeLines(file));
            file.Seek(0, SeekOrigin.End);
            file.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new Line(1, change.Step, change.Rate, by, time), _json) + "\n"));
            file.Flush(flushToDisk: true);
            DirectorySync.Flush(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ActorNetException($"{path} cannot be written ({error.Message}): free space or make the folder writable, and ask again.", error);
        }
    }

    /// <summary>The changes in the order in which they were asked for; none where there is no log.</summary>
    /// <exception cref="ActorNetException">A line is damaged: without it the run would not be the same.</exception>
    public static IReadOnlyList<RateChange> Read(string folder)
    {
        var path = Path.Combine(folder, Name);
        var changes = new List<RateChange>();
        try
        {
            if (!File.Exists(path))
            {
                return [];
            }

            // What has no line end was torn by a crash before it took effect.
            var text = File.ReadAllText(path);
            foreach (var (number, line) in text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Index())
            {
                changes.Add(Parse(line, $"{path}:{number + 1}"));
            }

            return changes;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ActorNetException($"{path} cannot be read ({error.Message}): change its permissions.", error);
        }
    }

    private static RateChange Parse(string line, string where)
    {
        try
        {
            var read = JsonSerializer.Deserialize<Line>(line, _json);
            return read is { Schema: 1, Step: >= 0, Rate: > 0 } && double.IsFinite(read.Rate)
                ? new RateChange(read.Step, read.Rate)
                : throw new JsonException("it is no change of the learning rate that this version knows.");
        }
        catch (JsonException error)
        {
            throw new ActorNetException($"{where} is damaged ({error.Message}): restore a copy, or remove the line to train on without that change.", error);
        }
    }

    /// <summary>The length of what ends with a line end.</summary>
    private static long WholeLines(FileStream file)
    {
        var bytes = new byte[file.Length];
        file.Seek(0, SeekOrigin.Begin);
        file.ReadExactly(bytes);
        return bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
    }

    private sealed record Line(int Schema, long Step, double Rate, string By, DateTime Time);
}
