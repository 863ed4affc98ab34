using System.Text.Encodings.Web;
using System.Text.Json;
using ActorNet.Cluster.Monitoring;

namespace ActorNet.Cli.Reports.Exports;

/// <summary>
/// The steps of a record that were looked at closely, as a trace in Chrome's trace event format (JSON), for Perfetto or chrome://tracing: a process for each node,
/// a thread for each worker and partition, microseconds since the record's begin.
/// </summary>
internal sealed class ChromeTrace : IDisposable
{
    /// <summary>The process of what belongs to no node: no node has an empty name.</summary>
    private const string TheRun = "";

    private const int FirstPartition = 1000;
    private const int LanesOfOne = 20;

    private readonly Utf8JsonWriter _json;
    private readonly DateTime _began;
    private readonly Dictionary<string, int> _processes = [];
    private readonly Dictionary<(int Process, int Lane), List<double>> _ends = [];

    private ChromeTrace(Stream stream, DateTime began)
    {
        _json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        _began = began;
    }

    /// <summary>Writes the file.</summary>
    /// <returns>How many spans are in it.</returns>
    /// <exception cref="Core.ActorNetException">It cannot be written, or the record cannot be read.</exception>
    public static long Write(RecordedRun history, RecordFile record, string path)
    {
        var spans = 0L;
        OutputFile.Write(path, stream =>
        {
            using var trace = new ChromeTrace(stream, history.Began);
            spans = trace.WriteAll(record);
        });
        return spans;
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private long WriteAll(RecordFile record)
    {
        var count = 0L;
        _json.WriteStartObject();
        _json.WriteString("displayTimeUnit", "ms");
        _json.WriteStartArray("traceEvents");
        Process(TheRun);
        foreach (var line in record.Read(name => name is not ("progress" or "status" or "epoch")))
        {
            foreach (var span in (line.Spans ?? []).OrderBy(span => span.Start))
            {
                Span(span);
                count++;
            }

            if (News.Of(line) is { } news)
            {
                Instant(line, news);
            }

            _json.Flush();
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
        return count;
    }

    private void Span(StepSpan span)
    {
        var process = Process(span.Node);
        var (start, duration) = (Microseconds(span.Start), Math.Max(span.Milliseconds * 1000, 0));
        var isPartition = span.Kind == "apply";
        var thread = Lane(process, isPartition ? FirstPartition + span.Lane : 1 + span.Lane, isPartition ? $"partition {span.Lane}" : $"worker {span.Lane}", start, start + duration);
        _json.WriteStartObject();
        _json.WriteString("ph", "X");
        _json.WriteString("name", span.Kind);
        _json.WriteString("cat", "step");
        _json.WriteNumber("pid", process);
        _json.WriteNumber("tid", thread);
        _json.WriteNumber("ts", start);
        _json.WriteNumber("dur", duration);
        _json.WriteStartObject("args");
        _json.WriteNumber("step", span.Step);
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    /// <summary>The thread of a span: that of its lane or, where that is busy until later, another beside it, because viewers take an overlap for a call.</summary>
    private int Lane(int process, int lane, string name, double start, double end)
    {
        if (!_ends.TryGetValue((process, lane), out var ends))
        {
            _ends[(process, lane)] = ends = [];
        }

        // Times are whole tenths of a microsecond, and ends are sums.
        var place = ends.FindIndex(busyUntil => busyUntil <= start + 0.05);
        var thread = (lane * LanesOfOne) + (place < 0 ? ends.Count : place);
        if (place < 0)
        {
            Name("thread_name", process, thread, ends.Count == 0 ? name : $"{name} ({ends.Count + 1})");
            ends.Add(end);
        }
        else
        {
            ends[place] = end;
        }

        return thread;
    }

    /// <summary>A mark: on its node where it has one, else across all.</summary>
    private void Instant(RecordLine line, News news)
    {
        var process = Process(line.Node ?? TheRun);
        _json.WriteStartObject();
        _json.WriteString("ph", "i");
        _json.WriteString("name", news.Event);
        _json.WriteString("cat", "event");
        _json.WriteNumber("pid", process);
        _json.WriteNumber("tid", 0);
        _json.WriteNumber("ts", Microseconds(line.Time));
        _json.WriteString("s", line.Node is null ? "g" : "p");
        _json.WriteStartObject("args");
        _json.WriteString("message", news.Text);
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    private int Process(string node)
    {
        if (!_processes.TryGetValue(node, out var process))
        {
            _processes[node] = process = _processes.Count;
            Name("process_name", process, 0, node == TheRun ? "run" : node);
        }

        return process;
    }

    private void Name(string what, int process, int thread, string name)
    {
        _json.WriteStartObject();
        _json.WriteString("ph", "M");
        _json.WriteString("name", what);
        _json.WriteNumber("pid", process);
        _json.WriteNumber("tid", thread);
        _json.WriteStartObject("args");
        _json.WriteString("name", name);
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    private double Microseconds(DateTime time) => (time - _began).Ticks / 10.0;
}
