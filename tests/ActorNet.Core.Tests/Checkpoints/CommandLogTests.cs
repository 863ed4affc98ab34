using ActorNet.Core.Checkpoints;
using ActorNet.Core.Training;

namespace ActorNet.Core.Tests.Checkpoints;

/// <summary>The log of commands that changed a training.</summary>
public sealed class CommandLogTests : IDisposable
{
    private static readonly DateTime _time = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private readonly string _folder = Directory.CreateTempSubdirectory("actornet-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "commands.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void It_holds_changes_in_the_order_in_which_they_were_asked_for()
    {
        Assert.Empty(CommandLog.Read(_folder));
        RateChange[] changes = [new(40, 0.1), new(7, 1e-300), new(7, 3)];
        foreach (var change in changes)
        {
            CommandLog.Append(_folder, change, "ann@host \"quoted\"\n", _time);
        }

        Assert.Equal(changes, CommandLog.Read(_folder));
        Assert.Equal("""{"schema":1,"step":40,"rate":0.1,"by":"ann@host \u0022quoted\u0022\n","time":"2026-01-02T03:04:05Z"}""", File.ReadAllLines(Path)[0]);
    }

    [Fact]
    public void What_a_crash_left_of_a_line_never_took_effect_and_is_written_over()
    {
        CommandLog.Append(_folder, new RateChange(1, 0.5), "ann", _time);
        var whole = File.ReadAllText(Path);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllText(Path, whole + whole[..length]);
            Assert.Equal([new RateChange(1, 0.5)], CommandLog.Read(_folder));
            CommandLog.Append(_folder, new RateChange(2, 0.25), "ann", _time);
            Assert.Equal([new RateChange(1, 0.5), new RateChange(2, 0.25)], CommandLog.Read(_folder));
        }
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("null")]
    [InlineData("""{"schema":2,"step":40,"rate":0.1,"by":"ann","time":"2026-01-02T03:04:05Z"}""")]
    [InlineData("""{"schema":1,"step":-1,"rate":0.1,"by":"ann","time":"2026-01-02T03:04:05Z"}""")]
    [InlineData("""{"schema":1,"step":1,"rate":0,"by":"ann","time":"2026-01-02T03:04:05Z"}""")]
    [InlineData("""{"schema":1,"step":1,"rate":"Infinity","by":"ann","time":"2026-01-02T03:04:05Z"}""")]
    [InlineData("""{"schema":1,"rate":1}""")]
    public void A_damaged_line_is_named(string line)
    {
        CommandLog.Append(_folder, new RateChange(1, 0.5), "ann", _time);
        File.AppendAllText(Path, line + "\n");
        var error = Assert.Throws<ActorNetException>(() => CommandLog.Read(_folder));
        Assert.StartsWith($"{Path}:2 is damaged (", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_the_changes_that_have_begun_the_one_asked_for_last_counts()
    {
        RateChange[] changes = [new(40, 0.1), new(7, 0.2)];
        Assert.Equal([9, 0.2, 0.2, 0.2], new long[] { 6, 7, 39, 40 }.Select(step => RateChange.At(changes, step, 9)));
        changes = [new(7, 0.2), new(40, 0.1)];
        Assert.Equal([9, 0.2, 0.2, 0.1], new long[] { 6, 7, 39, 40 }.Select(step => RateChange.At(changes, step, 9)));
    }
}
