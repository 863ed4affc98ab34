using System.CommandLine;
using ActorNet.Cli.Commands;
using ActorNet.Cli.Monitor;

namespace ActorNet.Cli.Settings;

/// <summary>The flags of <c>actornet monitor</c>.</summary>
internal sealed class MonitorFlags
{
    private readonly Switch _once = new("--once", "Print one page of text and end.");
    private readonly Switch _json = new("--json", "Print one JSON object, alone on stdout, and end.");
    private readonly Switch _jsonl = new("--jsonl", "Print each event as a line of JSON, until the run ends.");
    private readonly Setting _watch = new("--watch", "SECONDS", "Print a page every so many seconds, until the run ends.");
    private readonly Setting _replay = new("--replay", "RUN", "Play the record of a run's folder, or a record.jsonl, instead of watching a live run.");
    private readonly Switch _readOnly = new("--read-only", "Refuse the keys that would change the run.");

    /// <summary>Where the run is.</summary>
    public RunFlags Run { get; } = new();

    /// <summary>Adds the flags to a command.</summary>
    public void AddTo(Command command)
    {
        Run.AddTo(command);
        foreach (var option in (Option[])[_once.Option, _json.Option, _jsonl.Option, _watch.Option, _replay.Option, _readOnly.Option])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>What was asked for.</summary>
    /// <exception cref="UsageException">It makes no sense together.</exception>
    public MonitorOptions Read(ParseResult parse)
    {
        var watch = _watch.Find(parse);
        (MonitorForm Form, bool IsAsked, string Flag)[] forms =
        [
            (MonitorForm.Page, _once.IsOn(parse), "--once"),
            (MonitorForm.Json, _json.IsOn(parse), "--json"),
            (MonitorForm.Lines, _jsonl.IsOn(parse), "--jsonl"),
            (MonitorForm.Pages, watch is not null, "--watch"),
        ];
        var asked = forms.Where(form => form.IsAsked).ToList();
        if (asked.Count > 1)
        {
            throw new UsageException($"{asked[0].Flag} and {asked[1].Flag} are two forms of the same: give one of them.");
        }

        var replay = _replay.Find(parse)?.Text;
        if (replay is not null && parse.GetValue(Run.Url) is { } url)
        {
            throw new UsageException($"--replay plays a record, '{url}' is a live run: give one of them.");
        }

        if (replay is not null && watch is not null)
        {
            throw new UsageException("--watch is for a live run: a record does not change; use --once.");
        }

        return new MonitorOptions(asked.Count == 1 ? asked[0].Form : MonitorForm.Screen, Interval(watch), replay, Refusal(parse));
    }

    private static TimeSpan Interval(Said? watch) => watch is not { } said
        ? TimeSpan.Zero
        : said.Number() is >= 0.1 and <= 86_400 and var seconds ? TimeSpan.FromSeconds(seconds) : throw said.Wrong("seconds, from 0.1 to 86400");

    private string? Refusal(ParseResult parse) =>
        _readOnly.IsOn(parse) ? "read-only: start the monitor without --read-only to steer the run"
        : _replay.Find(parse) is null && Run.Token(parse) is null ? "no token: start the monitor with --token-file FILE, or set ACTORNET_TOKEN_FILE, to steer the run"
        : null;
}
