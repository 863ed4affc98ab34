using System.Text.Json.Nodes;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests;

/// <summary>What processes log, for machines that collect it.</summary>
public sealed class LogTests : IDisposable
{
    private readonly Workspace _work = new();

    public LogTests() => TinyDigits.Write(_work);

    public void Dispose() => _work.Dispose();

    [Fact]
    public void Every_line_is_an_object_and_nothing_is_said_beside_the_log()
    {
        var outcome = Train("--log-format", "json", "--json").Ending(0);
        var lines = Lines(outcome.Error).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(["started", "epoch", "epoch", "finished"], lines.Select(line => (string?)line["State"]!["Kind"]));
        Assert.All(lines, line => Assert.Equal(("Information", "ActorNet"), ((string?)line["LogLevel"], (string?)line["Category"])));
        Assert.Contains((string)outcome.Json["weightsSha256"]!, (string)lines[^1]["Message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public void A_level_leaves_out_what_is_below_and_debug_shows_the_libraries()
    {
        Assert.Empty(Lines(Train("--log-level", "warning").Ending(0).Error));
        var debug = Lines(Train("--log-level", "debug").Ending(0).Error);
        Assert.Contains(debug, line => line.Contains("Z dbug: ActorNet[0] checkpoint: ", StringComparison.Ordinal));
        Assert.Contains(debug, line => line.Contains("Akka", StringComparison.Ordinal));
    }

    [Fact]
    public void A_run_that_fails_is_the_last_line()
    {
        var outcome = Train("--log-format", "json", "--activation", "relu", "--output-activation", "identity", "--learning-rate", "1e30").Ending(1);
        var last = JsonNode.Parse(Lines(outcome.Error).Last(line => line.StartsWith('{')))!;
        Assert.Equal(("Critical", "failed"), ((string?)last["LogLevel"], (string?)last["State"]!["Kind"]));
    }

    [Theory]
    [InlineData("--log-level", "loud", "--log-level is 'loud': give one of trace, debug, information, warning, error, critical, none.")]
    [InlineData("--log-format", "xml", "--log-format is 'xml': give one of text, json.")]
    public void A_value_that_makes_no_sense_is_refused(string flag, string value, string message) =>
        Assert.Contains(message, Train(flag, value).Ending(2).Error, StringComparison.Ordinal);

    private Outcome Train(params string[] more) =>
        _work.Run(["train", "--data", "tiny", "--hidden", "8", "--epochs", "2", "--http", "off", "--out", Path.GetRandomFileName(), .. more]);

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
