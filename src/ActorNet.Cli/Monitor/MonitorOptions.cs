namespace ActorNet.Cli.Monitor;

/// <summary>What a person asked of the monitor.</summary>
/// <param name="Form">In which form.</param>
/// <param name="Interval">The time between two pages.</param>
/// <param name="Replay">The record to play; null for a live run.</param>
/// <param name="Refusal">Why no command may be given; null when one may.</param>
internal sealed record MonitorOptions(MonitorForm Form, TimeSpan Interval, string? Replay, string? Refusal);

/// <summary>The forms in which a run is shown.</summary>
internal enum MonitorForm
{
    /// <summary>On the whole terminal; off a terminal, a line every few seconds.</summary>
    Screen,

    /// <summary>A page of text.</summary>
    Page,

    /// <summary>A page of text, again and again.</summary>
    Pages,

    /// <summary>One JSON object.</summary>
    Json,

    /// <summary>Events, a line each.</summary>
    Lines,
}
