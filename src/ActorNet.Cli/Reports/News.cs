using ActorNet.Cluster.Monitoring;

namespace ActorNet.Cli.Reports;

/// <summary>Something that people want to know of a run.</summary>
/// <param name="Time">When, UTC.</param>
/// <param name="Event">The event's name.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Text">One line.</param>
internal readonly record struct News(DateTime Time, string Event, Severity Severity, string Text)
{
    /// <summary>The news of a line; null for a line that is none.</summary>
    public static News? Of(RecordLine line) => line switch
    {
        { Message: { } message } => new News(line.Time, line.Event, line.Event == "failed" ? Severity.Error : line.Severity ?? Severity.Info, message),
        { IsBegin: true, Version: > 0 } => new News(line.Time, line.Event, Severity.Info, $"goes on from step {Rendering.Say.Count(line.Version.Value)}"),
        { IsBegin: true } => new News(line.Time, line.Event, Severity.Info, "a process takes the run"),
        { Event: "finished" or "stopped" } => new News(line.Time, line.Event, Severity.Info, line.Reason ?? line.Event),
        _ => null,
    };
}
