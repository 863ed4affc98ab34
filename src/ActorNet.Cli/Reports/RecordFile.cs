using System.Text.Json;
using System.Text.Unicode;
using ActorNet.Cli.Runs;
using ActorNet.Core;

namespace ActorNet.Cli.Reports;

/// <summary>
/// Reads a run's record, a line at a time, in memory that does not grow with it. It may still be written to, or end in the middle of a line because its
/// writer was killed.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="warn">Is told once of each line that cannot be read.</param>
internal sealed class RecordFile(string path, Action<string> warn)
{
    /// <summary>Broken lines that are named; a file that is no record would name them all.</summary>
    private const int MostNamed = 10;

    /// <summary>Broken lines of a record: one that is damaged has some, a file that is none has nothing else.</summary>
    private const int MostBroken = 1000;

    private readonly HashSet<long> _told = [];
    private bool _isNew;

    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>The lines, from the first.</summary>
    /// <param name="wanted">Which events to read whole; the others are passed over, which is ten times as fast. All of them if null.</param>
    /// <exception cref="ActorNetException">The file cannot be read, or more than a thousand of its lines.</exception>
    public IEnumerable<RecordLine> Read(Func<string, bool>? wanted = null)
    {
        var broken = 0;
        using var lines = new FileLines(path);
        while (lines.MoveNext())
        {
            if (Parse(lines, wanted, ref broken) is { } line)
            {
                yield return line;
            }
        }
    }

    private RecordLine? Parse(FileLines lines, Func<string, bool>? wanted, ref int broken)
    {
        var json = lines.Current.Span;
        if (json.Trim(" \r\t"u8).IsEmpty)
        {
            return null;
        }

        try
        {
            if (!Utf8.IsValid(json))
            {
                throw new JsonException("it is not UTF-8.");
            }

            if (wanted is not null && !wanted(EventOf(json)))
            {
                return null;
            }

            var line = JsonSerializer.Deserialize<RecordLine>(json, RunJson.Foreign) ?? throw new JsonException("it is null.");
            if (line.Event.Length == 0)
            {
                throw new JsonException("it names no event.");
            }

            NoteSchema(line.Schema);
            line.Number = lines.Number;
            return line;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            Tell(lines, error.Message);
            Bound(path, ++broken);
            return null;
        }
    }

    /// <summary>Refuses a file with more broken lines than a record can have: each costs an exception, and it is none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="broken">Broken lines so far.</param>
    /// <exception cref="ActorNetException">They are more than a thousand.</exception>
    public static void Bound(string path, int broken)
    {
        if (broken > MostBroken)
        {
            throw new ActorNetException($"{path} has more than {MostBroken} broken lines: it is no record of a run, or is damaged beyond use. Give a run's folder, or the record.jsonl in it.");
        }
    }

    /// <summary>The name of the event, found without reading the line whole.</summary>
    private static string EventOf(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals("event"u8);
            reader.Read();
            if (found)
            {
                return reader.GetString() ?? "";
            }

            reader.Skip();
        }

        throw new JsonException("it names no event.");
    }

    private void Tell(FileLines lines, string reason)
    {
        if (_told.Count > MostNamed || !_told.Add(lines.Number))
        {
            return;
        }

        warn(lines.IsEnded
            ? _told.Count > MostNamed
                ? $"{path} has more broken lines: they are left out too."
                : $"{path}, line {lines.Number} is broken and left out: {reason}"
            : $"{path} ends in the middle of line {lines.Number}, which is left out: its writer was killed, or is writing.");
    }

    private void NoteSchema(int schema)
    {
        if (schema > RecordLine.KnownSchema && !_isNew)
        {
            _isNew = true;
            warn($"{path} was written by a newer ActorNet (schema {schema}, this one knows {RecordLine.KnownSchema}): what is new in it is left out.");
        }
    }
}
