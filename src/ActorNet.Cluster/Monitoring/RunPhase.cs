namespace ActorNet.Cluster.Monitoring;

/// <summary>What a run is doing.</summary>
public enum RunPhase
{
    /// <summary>It waits for nodes, or for their data.</summary>
    Waiting,

    /// <summary>Steps are made.</summary>
    Training,

    /// <summary>It holds at a step until somebody resumes it.</summary>
    Paused,

    /// <summary>It was asked to end, and finishes what it must.</summary>
    Stopping,

    /// <summary>It has ended, finished or stopped.</summary>
    Done,

    /// <summary>It has ended with an error.</summary>
    Failed,
}
