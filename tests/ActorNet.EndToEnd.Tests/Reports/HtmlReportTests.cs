using System.Text.RegularExpressions;
using System.Xml.Linq;
using ActorNet.Cli.Reports.Html;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests.Reports;

public sealed class HtmlReportTests : IDisposable
{
    private const string Hostile = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>";

    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public void A_copied_record_alone_still_gives_a_report_and_says_what_is_missing()
    {
        var page = Page(Rich());
        Assert.Contains("784-30-10 on digits", page, StringComparison.Ordinal);
        Assert.Contains("SHA-256", page, StringComparison.Ordinal);
        Assert.Equal(2, Regex.Count(page, "left out: there is no run folder around"));
        Assert.Equal(4, Regex.Count(page, "<svg class=\"chart\""));
        Assert.Contains("actornet train --job job.json", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_of_nothing_but_its_begin_gives_a_report()
    {
        var page = Page(new RecordText().Add(0, "run", new { job = "abc" }));
        Assert.Contains("there are no curves", page, StringComparison.Ordinal);
        Assert.Contains("interrupted", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_that_came_from_outside_is_markup()
    {
        var page = Page(Rich());
        Assert.Equal(1, Regex.Count(page, "<script>"));
        Assert.DoesNotContain("<img src=x", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", page, StringComparison.Ordinal);
        // Every attribute is still closed where it should be: the drawings are well-formed XML.
        Assert.All(Regex.Matches(page, "<svg.*?</svg>", RegexOptions.Singleline), svg => XDocument.Parse(svg.Value));
    }

    [Fact]
    public void No_request_leaves_the_page()
    {
        var page = Page(Rich());
        Assert.Contains("default-src &#39;none&#39;", page, StringComparison.Ordinal);
        Assert.All(Regex.Matches(page, "(?:src|href)=\"([^\"]*)\""), link => Assert.StartsWith("data:", link.Groups[1].Value, StringComparison.Ordinal));
        Assert.DoesNotMatch("@import|url\\((?!#)", page);
    }

    [Fact]
    public void A_failed_run_says_why_at_the_top()
    {
        var page = Page(RecordText.Begun().Add(3, "failed", new { message = "no checkpoint could be written" }));
        Assert.Contains("<b>The run failed:</b> no checkpoint could be written", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_real_run_has_its_answers_and_weights_in_pictures()
    {
        TinyDigits.Write(_work);
        _work.Run("train", "--data", "tiny", "--hidden", "5", "--epochs", "2", "--out", "run").Ending(0);
        Assert.Equal($"{Path.Combine("run", "report.html")}\n", _work.Run("report", "run").Ending(0).Output.ReplaceLineEndings("\n"));
        var page = File.ReadAllText(_work.At("run", "report.html"));
        Assert.Equal(5, Regex.Count(page, "<img class=\"weights\""));
        Assert.Contains("Answers of the finished model on the 100 samples of tiny/test", page, StringComparison.Ordinal);
        var wrong = Regex.Matches(page, "<td class=\"wrong\"[^>]*>(\\d+)<").Sum(cell => int.Parse(cell.Groups[1].Value, null));
        var right = Regex.Matches(page, "<td class=\"right\"[^>]*>(\\d+)<").Sum(cell => int.Parse(cell.Groups[1].Value, null));
        Assert.Equal(100, wrong + right);
        Assert.Equal(Math.Min(30, wrong), Regex.Count(page, "<img class=\"ink\""));
        _work.Run("report", "run", "--html", Path.Combine("run", "record.jsonl", "x.html")).Refusing(1, "cannot be written");
    }

    [SkippableFact]
    public void A_browser_shows_it_without_a_complaint()
    {
        var browser = Chromium.Find();
        Skip.If(browser is null, "needs chromium in the PATH");
        _work.Write("bad.html", "<script>console.error('seen')</script>");
        Assert.Contains("CONSOLE", Browse(browser!, "bad.html").Error, StringComparison.Ordinal);
        File.WriteAllText(_work.At("report.html"), Page(Rich()));
        var shown = Browse(browser!, "report.html");
        Assert.DoesNotContain("CONSOLE", shown.Error, StringComparison.Ordinal);
        // Its script ran, under the page's own policy, and nobody else's.
        Assert.Equal(4, Regex.Count(shown.Output, "class=\"chart live\""));
        Assert.True(new FileInfo(_work.At("shot.png")).Length > 20_000, "the screenshot is empty");
    }

    /// <summary>A record with all that a report shows, and names that want to be markup.</summary>
    private static RecordText Rich() => RecordText.Begun()
        .Add(2, new TrainingEvent.NodeJoined(Hostile, 2, 1)).Add(2, RecordedRunTests.Status(2, (Hostile, [0, 1, 2]), ("b", [3])))
        .Progress(3, 5, 0.9).Epoch(4, 1, 0.5).Progress(5, 15, 0.5).Epoch(6, 2, 0.6)
        .Add(7, new TrainingEvent.NodeSuspected(Hostile, Hostile, 2)).Add(8, new TrainingEvent.NodeTrusted(Hostile, 3))
        .Add(8, new TrainingEvent.AlertRaised(new Alert(AlertKinds.Straggler, Hostile, Severity.Warning, Hostile, DateTime.UtcNow), IsEcho: false))
        .Add(9, RecordedRunTests.Command("pause", true)).Add(10, RecordedRunTests.Command("resume", true))
        .Add(11, new TrainingEvent.WentBack(10, Hostile)).Epoch(12, 2, 0.7)
        .Add(13, new TrainingEvent.NodeLeft(Hostile, Hostile, 4, IsAsked: false)).Add(14, "failed", new { message = Hostile });

    private Outcome Browse(string browser, string page) => _work.RunOther(
        browser,
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--enable-logging=stderr",
        $"--user-data-dir={_work.At("profile")}",
        "--window-size=1100,2000",
        $"--screenshot={_work.At("shot.png")}",
        "--dump-dom",
        new Uri(_work.At(page)).AbsoluteUri).Ending(0);

    private string Page(RecordText record)
    {
        HtmlReport.Write(record.Read(_work.At("record.jsonl")), _work.At("page.html"));
        return File.ReadAllText(_work.At("page.html"));
    }
}
