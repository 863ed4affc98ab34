using System.CommandLine;
using ActorNet.Cli.Logs;
using Microsoft.Extensions.Logging;

namespace ActorNet.Cli.Settings;

/// <summary>The flags that say what a process logs.</summary>
internal sealed class LogFlags
{
    private static readonly string[] _levels = ["trace", "debug", "information", "warning", "error", "critical", "none"];
    private static readonly string[] _formats = ["text", "json"];

    private readonly Setting _level = new(
        "--log-level",
        "LEVEL",
        "Log to stderr from this level on, in place of the lines for people: trace, debug, information, warning, error, critical or none. Default: no log, or information with --log-format.",
        _levels);

    private readonly Setting _format = new("--log-format", "text|json", "How the log is written, a line an event. Default text.", _formats);

    /// <summary>Adds the flags to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_level.Option);
        command.Options.Add(_format.Option);
    }

    /// <summary>What was said; null for no log.</summary>
    /// <exception cref="Commands.UsageException">A value makes no sense.</exception>
    public LogOptions? Read(ParseResult parse)
    {
        var (level, format) = (_level.Find(parse), _format.Find(parse));
        if (level is null && format is null)
        {
            return null;
        }

        var wanted = level is { } said ? OneOf(said, _levels) : "information";
        return new LogOptions(Enum.Parse<LogLevel>(wanted, ignoreCase: true), format is { } form && OneOf(form, _formats) == "json");
    }

    private static string OneOf(Said said, string[] words) =>
        words.Contains(said.Text) ? said.Text : throw said.Wrong($"one of {string.Join(", ", words)}");
}
