using ActorNet.Cli.Reports;
using ActorNet.Cli.Runs;
using ActorNet.Core;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests.Reports;

public sealed class RecordFileTests : IDisposable
{
    private readonly Workspace _work = new();
    private readonly List<string> _warnings = [];

    public void Dispose() => _work.Dispose();

    [Fact]
    public void A_torn_last_line_is_left_out_with_a_note()
    {
        var whole = RecordText.Begun().Progress(2, 3, 0.5);
        Assert.Equal(["run", "started", "progress"], Events(whole.Raw("{\"schema\":1,\"time\":\"2026-11-2")));
        Assert.Contains("ends in the middle of line 4", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_last_line_that_only_lacks_its_end_counts()
    {
        var line = """{"schema":1,"time":"2026-11-20T08:00:00Z","event":"warning","message":"w"}""";
        Assert.Equal(["run", "started", "warning"], Events(RecordText.Begun().Raw(line)));
        Assert.Empty(_warnings);
    }

    [Fact]
    public void Broken_lines_in_the_middle_are_named_once_and_left_out()
    {
        var record = new RecordFile(RecordText.Begun().Raw("{broken\n{}\n[1]\n\n").Progress(2, 3, 0.5).Write(_work.At("record.jsonl")), _warnings.Add);
        for (var time = 0; time < 2; time++)
        {
            Assert.Equal([1L, 2, 7], record.Read().Select(line => line.Number));
        }

        Assert.Equal(3, _warnings.Count);
        Assert.All([3, 4, 5], number => Assert.Contains($"line {number} is broken", _warnings[number - 3], StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_of_broken_lines_does_not_name_them_all()
    {
        Events(RecordText.Begun().Raw(string.Concat(Enumerable.Repeat("broken\n", 1000))));
        Assert.InRange(_warnings.Count, 5, 15);
        Assert.Contains("more broken lines", _warnings[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_ever_more_broken_lines_is_refused()
    {
        var error = Assert.Throws<ActorNetException>(() => Events(RecordText.Begun().Raw(string.Concat(Enumerable.Repeat("{e}\n", 1001)))));
        Assert.Contains("more than 1000 broken lines", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_newer_form_is_read_as_far_as_it_is_known()
    {
        var line = """{"schema":2,"time":"2026-11-20T08:00:00Z","event":"moon","phase":{"full":true}}""" + "\n";
        Assert.Equal(["run", "started", "moon", "moon"], Events(RecordText.Begun().Raw(line + line)));
        Assert.Contains("newer ActorNet", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_longer_than_the_buffer_are_read_whole()
    {
        var message = new string('x', 1_000_000);
        var record = RecordText.Begun().Add(2, "warning", new { message, severity = "warning" }).Progress(3, 1, 0.5);
        var lines = new RecordFile(record.Write(_work.At("record.jsonl")), _warnings.Add).Read().ToList();
        Assert.Equal(message, lines[2].Message);
        Assert.Equal(1, lines[3].Version);
        Assert.Empty(_warnings);
    }

    [Fact]
    public void What_is_no_record_is_refused()
    {
        _work.Write("empty.jsonl", "");
        var error = Assert.Throws<ActorNetException>(() => RecordedRun.Read(RunSource.Find(_work.At("empty.jsonl")), _warnings.Add));
        Assert.Contains("no record of a run", error.Message, StringComparison.Ordinal);
        _work.Run("report", "nowhere").Refusing(1, "'nowhere' does not exist");
        _work.Run("report", ".").Refusing(1, "no record of a run");
    }

    [Fact]
    public void A_process_that_goes_on_does_not_write_behind_half_a_line()
    {
        var path = RecordText.Begun().Raw("{\"schema\":1,\"ti").Write(_work.At("record.jsonl"));
        using (var record = new RunRecord(path, _warnings.Add))
        {
            record.Write(RunEventJson.Of("run", new { version = 5 }));
        }

        Assert.Equal([1L, 2, 4], new RecordFile(path, _warnings.Add).Read().Select(line => line.Number));
        Assert.Contains("line 3 is broken", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    private List<string> Events(RecordText record) =>
        [.. new RecordFile(record.Write(_work.At("record.jsonl")), _warnings.Add).Read().Select(line => line.Event)];
}
