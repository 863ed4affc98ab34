using ActorNet.Cluster.Monitoring;

namespace ActorNet.Cli.Monitor;

/// <summary>Something that happened in a run and is news to people.</summary>
/// <param name="Time">When, UTC.</param>
/// <param name="Name">The event's name.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Message">One line.</param>
internal sealed record RunNews(DateTime Time, string Name, Severity Severity, string Message);
