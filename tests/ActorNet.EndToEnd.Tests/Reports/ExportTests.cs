using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ActorNet.Cli.Reports;
using ActorNet.Cli.Reports.Exports;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;
using ActorNet.EndToEnd.Tests.Reports.Tensorflow;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests.Reports;

/// <summary>Tables, TensorBoard events and traces, read back without the code that wrote them.</summary>
public sealed class ExportTests : IDisposable
{
    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData(0x00, 0x8A9136AA)]
    [InlineData(0xFF, 0x62A8AB43)]
    public void The_checksum_is_that_of_RFC_3720(byte one, uint expected)
    {
        byte[] bytes = [.. Enumerable.Repeat(one, 32)];
        Assert.Equal(expected, TfRecordWriter.Crc32C(bytes));
        Assert.Equal(expected, Crc32C(bytes));
        Assert.Equal(0xE3069283, TfRecordWriter.Crc32C("123456789"u8));
    }

    [Fact]
    public void TensorBoard_gets_every_scalar_that_stands_at_its_step_and_time()
    {
        var (history, record) = Read(RecordText.Begun()
            .Progress(2, 5, 0.9).Epoch(3, 1, 0.5).Epoch(5, 2, 0.6)
            .Add(6, new TrainingEvent.WentBack(10, "lost"))
            .Add(7, RecordedRunTests.Status(7, ("a", [0]), ("b", [1])))
            .Progress(8, 12, double.NaN).Epoch(9, 2, 0.75));
        var path = TensorBoardEvents.Write(history, record, _work.At("tb"));
        Assert.Matches(@"events\.out\.tfevents\.\d{10}\.[0-9a-f]{8}$", path);
        var events = Records(File.ReadAllBytes(path)).Select(Event.Parser.ParseFrom).ToList();
        Assert.Equal("brain.Event:2", events[0].FileVersion);
        var scalars = events.Skip(1).SelectMany(one => one.Summary.Value.Select(value => (value.Tag, one.Step, Seconds(one), value.SimpleValue))).ToList();
        Assert.Equal(
            [
                ("running_cost", 5, 2.0, 0.9f),
                ("samples_per_second", 5, 2.0, 1005f),
                ("train/cost", 10, 3.0, 1f),
                ("train/accuracy", 10, 3.0, 0.5f),
                ("test/cost", 10, 3.0, 0.5f),
                ("test/accuracy", 10, 3.0, 0.5f),
                ("learning_rate", 7, 7.0, 0.5f),
                ("nodes", 7, 7.0, 2f),
                ("samples_per_second", 12, 8.0, 1012f),
                ("train/cost", 20, 9.0, 0.5f),
                ("train/accuracy", 20, 9.0, 0.75f),
                ("test/cost", 20, 9.0, 0.5f),
                ("test/accuracy", 20, 9.0, 0.75f),
            ],
            scalars);
    }

    [Fact]
    public void Tables_hold_whatever_text_came_from_outside_and_do_not_know_cultures()
    {
        var message = "a \"quoted\", broken\nname\r\nof a, node";
        var here = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        CultureInfo.CurrentCulture.NumberFormat.NumberDecimalSeparator = ",";
        try
        {
            var (history, record) = Read(RecordText.Begun()
                .Progress(2, 15, 0.25).Epoch(3, 1, 0.5).Add(4, new TrainingEvent.WentBack(10, "lost")).Progress(5, 12, 0.125)
                .Add(6, new TrainingEvent.NodeJoined("a,b", 2, 1)).Add(7, new TrainingEvent.Warned(message)));
            var files = CsvTables.Write(history, record, _work.At("csv")).ToList();
            Assert.Equal(["epochs.csv", "progress.csv", "events.csv", "nodes.csv"], files.Select(Path.GetFileName));
        }
        finally
        {
            CultureInfo.CurrentCulture = here;
        }

        Assert.Equal(["epoch", "time", "trainCost"], Table("epochs")[0][..3]);
        Assert.Equal(["1", "2026-11-20T08:00:03.000Z", "1", "0.5", "0.5", "0.5", "", "2"], Table("epochs")[1]);
        Assert.Equal(["15", "1015", "0.25", "1"], Table("progress")[1][1..]);
        Assert.Equal(["12", "1012", "0.125", "0"], Table("progress")[2][1..]);
        Assert.Equal(message, Table("events")[^1][^1]);
        Assert.Equal("a,b", Table("nodes")[1][0]);
    }

    [Fact]
    public void A_trace_has_a_process_for_each_node_and_no_overlap_on_a_lane()
    {
        var start = RecordText.Began.AddSeconds(2);
        StepSpan[] spans =
        [
            new("a", 0, "compute", 7, start, 1.5),
            new("a", 0, "send", 7, start.AddMilliseconds(1.5), 0.25),
            new("a", 0, "wait", 7, start.AddMilliseconds(1), 2),
            new("a", 1, "compute", 7, start, 1),
            new("b", 0, "apply", 7, start.AddMilliseconds(3), 0.5),
        ];
        var (history, record) = Read(RecordText.Begun()
            .Add(2, new TrainingEvent.NodeJoined("a", 2, 1)).Add(2, new TrainingEvent.StepTraced(spans)).Add(3, new TrainingEvent.WentBack(0, "lost")));
        Assert.Equal(5, ChromeTrace.Write(history, record, _work.At("trace.json")));
        using var json = JsonDocument.Parse(File.ReadAllBytes(_work.At("trace.json")));
        var events = json.RootElement.GetProperty("traceEvents").EnumerateArray().ToList();
        var names = events.Where(one => Text(one, "name") == "process_name").ToDictionary(one => Number(one, "pid"), one => one.GetProperty("args").GetProperty("name").GetString());
        Assert.Equal(["run", "a", "b"], names.Values);

        var traced = events.Where(one => Text(one, "ph") == "X").ToList();
        var compute = traced[0];
        Assert.Equal((2e6, 1500, "compute", "a", 7), (Number(compute, "ts"), Number(compute, "dur"), Text(compute, "name"), names[Number(compute, "pid")], Number(compute.GetProperty("args"), "step")));
        foreach (var lane in traced.GroupBy(one => (Number(one, "pid"), Number(one, "tid"))))
        {
            var end = double.NegativeInfinity;
            Assert.All(lane.OrderBy(one => Number(one, "ts")), one =>
            {
                Assert.True(Number(one, "ts") >= end - 0.1, $"a span begins at {Number(one, "ts")} on a lane that is busy until {end}");
                end = Number(one, "ts") + Number(one, "dur");
            });
        }

        // The wait overlaps, so it has a lane of its own: a's are worker 0, its second, and worker 1.
        Assert.Equal(3, traced.Where(one => names[Number(one, "pid")] == "a").Select(one => Number(one, "tid")).Distinct().Count());
        var marks = events.Where(one => Text(one, "ph") == "i").ToDictionary(one => Text(one, "name"), one => (Text(one, "s"), names[Number(one, "pid")]));
        Assert.Equal(("p", "a"), marks["node-joined"]);
        Assert.Equal(("g", "run"), marks["went-back"]);
    }

    private static string Text(JsonElement one, string name) => one.GetProperty(name).GetString()!;

    private static double Number(JsonElement one, string name) => one.GetProperty(name).GetDouble();

    private static double Seconds(Event one) => Math.Round(one.WallTime - (RecordText.Began - DateTime.UnixEpoch).TotalSeconds, 3);

    /// <summary>The records of a file, every length and checksum looked at.</summary>
    private static IEnumerable<byte[]> Records(byte[] file)
    {
        for (var at = 0; at < file.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            Assert.Equal(Masked(file.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            var data = file.AsSpan(at + 12, length).ToArray();
            Assert.Equal(Masked(data), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
            at += 16 + length;
            yield return data;
        }
    }

    private static uint Masked(ReadOnlySpan<byte> data)
    {
        var crc = Crc32C(data);
        return unchecked(((crc >> 15) | (crc << 17)) + 0xa282ead8u);
    }

    /// <summary>CRC-32C a bit at a time, by its reflected polynomial.</summary>
    private static uint Crc32C(ReadOnlySpan<byte> data)
    {
        var crc = ~0u;
        foreach (var one in data)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78u : crc >> 1;
            }
        }

        return ~crc;
    }

    private (RecordedRun History, RecordFile Record) Read(RecordText text)
    {
        var history = text.Read(_work.At("record.jsonl"));
        return (history, new RecordFile(history.Source.Record, warning => Assert.Fail(warning)));
    }

    /// <summary>A CSV file by the letter of RFC 4180.</summary>
    private List<string[]> Table(string name)
    {
        var text = File.ReadAllText(_work.At("csv", name + ".csv"));
        var (rows, row, cell, quoted) = (new List<string[]>(), new List<string>(), new StringBuilder(), false);
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '"' when quoted && i + 1 < text.Length && text[i + 1] == '"':
                    cell.Append(text[++i]);
                    break;
                case '"':
                    quoted = !quoted;
                    break;
                case ',' when !quoted:
                    row.Add(cell.ToString());
                    cell.Clear();
                    break;
                case '\r' when !quoted:
                    Assert.Equal('\n', text[++i]);
                    row.Add(cell.ToString());
                    cell.Clear();
                    rows.Add([.. row]);
                    row.Clear();
                    break;
                default:
                    cell.Append(text[i]);
                    break;
            }
        }

        Assert.Empty(row);
        Assert.All(rows, one => Assert.Equal(rows[0].Length, one.Length));
        return rows;
    }
}
