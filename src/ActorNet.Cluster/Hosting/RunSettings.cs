using Akka.Actor;

namespace ActorNet.Cluster.Hosting;

/// <summary>How a run is guarded and watched. People have no use for other values; tests cannot wait as long.</summary>
internal sealed record RunSettings
{
    /// <summary>Of a run that other nodes join: people start them by hand.</summary>
    public static readonly RunSettings OfCluster = new() { StartDeadline = TimeSpan.FromMinutes(10) };

    /// <summary>How long the coordinator waits for parameter servers and workers.</summary>
    public TimeSpan StartDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a run may make no progress.</summary>
    public TimeSpan StallDeadline { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Sees what the actors of the coordinator's node share of the job, once for each reign.</summary>
    public Action<JobRuntime>? Prepared { get; init; }

    /// <summary>Sees the actor system before the first worker is there.</summary>
    public Action<ActorSystem>? Starting { get; init; }
}
