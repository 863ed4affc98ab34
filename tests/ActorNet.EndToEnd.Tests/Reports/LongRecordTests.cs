using System.Diagnostics;
using ActorNet.Cli.Reports;
using ActorNet.Cli.Reports.Html;
using ActorNet.EndToEnd.Tests.Support;
using Xunit.Abstractions;

namespace ActorNet.EndToEnd.Tests.Reports;

/// <summary>The record of a week: what is made from it takes seconds, and memory that does not grow with it.</summary>
public sealed class LongRecordTests(ITestOutputHelper output) : IDisposable
{
    private const int Lines = 500_000;

    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    [Trait("Category", "Slow")]
    public void A_record_of_half_a_million_lines_is_reported_in_seconds_and_little_memory()
    {
        var record = Write();
        output.WriteLine($"{new FileInfo(record).Length / 1e6:0} MB");
        var (before, clock) = (GC.GetTotalMemory(forceFullCollection: true), Stopwatch.StartNew());
        var history = RecordedRun.Read(RunSource.Find(record), warning => Assert.Fail(warning));
        var kept = GC.GetTotalMemory(forceFullCollection: true) - before;
        HtmlReport.Write(history, _work.At("report.html"));
        output.WriteLine($"{clock.Elapsed.TotalSeconds:0.0} s, {kept / 1e6:0.0} MB kept, page of {new FileInfo(_work.At("report.html")).Length / 1e3:0} kB");
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), $"it took {clock.Elapsed}");
        Assert.True(kept < 20e6, $"{kept} bytes are kept");
        Assert.True(new FileInfo(_work.At("report.html")).Length < 2e6, "the page is too long");
        Assert.Equal(500, history.Epochs.Count);
    }

    /// <summary>A progress line a second, an epoch every thousand, a status every five hundred.</summary>
    private string Write()
    {
        var path = _work.At("record.jsonl");
        RecordText.Begun().Write(path);
        using var file = File.AppendText(path);
        for (var i = 1; i <= Lines; i++)
        {
            var time = RecordText.Began.AddSeconds(i).ToString("O");
            file.Write((i % 1000) switch
            {
                0 => $$"""{"schema":1,"time":"{{time}}","event":"epoch","epoch":{{i / 1000}},"trainCost":0.5,"trainAccuracy":0.9,"testAccuracy":0.9,"testCost":0.5,"validationAccuracy":null,"seconds":1000}""",
                500 => $$$"""{"schema":1,"time":"{{{time}}}","event":"status","status":{"schema":1,"time":"{{{time}}}","step":{{{i}}},"nodes":[{"node":"a","phase":"active","slices":[{{{i / 1000 % 8}}}],"workers":1}]}}""",
                _ => $$"""{"schema":1,"time":"{{time}}","event":"progress","version":{{i}},"samplesPerSecond":{{300_000 + (i % 977)}}.25,"runningCost":0.0{{1000 + (i % 977)}}}""",
            });
            file.Write('\n');
        }

        return path;
    }
}
