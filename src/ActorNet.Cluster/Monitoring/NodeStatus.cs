namespace ActorNet.Cluster.Monitoring;

/// <summary>What a node of a run is doing.</summary>
public enum NodePhase
{
    /// <summary>It makes the job ready: opens data, or fetches it.</summary>
    Joining,

    /// <summary>It takes part.</summary>
    Active,

    /// <summary>It takes part but has no slices and no partition: there are more workers than slices.</summary>
    Spare,

    /// <summary>It is late or cannot be reached: others have its slices.</summary>
    Suspected,

    /// <summary>It hands over what it has, and leaves.</summary>
    Leaving,

    /// <summary>It has left, or is lost.</summary>
    Gone,
}

/// <summary>A node at one moment. Its times are of the last <see cref="Window"/>; fields are only ever added.</summary>
public sealed record NodeStatus
{
    /// <summary>The time that rates and shares are taken over.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    /// <summary>Its name in the cluster.</summary>
    public string Node { get; init; } = "";

    /// <summary>What it is doing.</summary>
    public NodePhase Phase { get; init; }

    /// <summary>Why it is suspected or gone; null when it is neither.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether the coordinator is on it.</summary>
    public bool IsCoordinator { get; init; }

    /// <summary>Its address among cluster members, as host:port.</summary>
    public string Address { get; init; } = "";

    /// <summary>Where its own HTTP endpoint is, as a URL; null without one.</summary>
    public string? Http { get; init; }

    /// <summary>Worker actors.</summary>
    public int Workers { get; init; }

    /// <summary>The slices leased to it.</summary>
    public IReadOnlyList<int> Slices { get; init; } = [];

    /// <summary>The partitions that it serves.</summary>
    public IReadOnlyList<int> Partitions { get; init; } = [];

    /// <summary>The partitions that it stands by for.</summary>
    public IReadOnlyList<int> Standbys { get; init; } = [];

    /// <summary>Steps that the run is ahead of the newest weights it has computed with; 0 for one that keeps up.</summary>
    public long Lag { get; init; }

    /// <summary>Median milliseconds that it takes to compute its part of a step, the slowest of its workers; null where it computes none.</summary>
    public double? StepMedian { get; init; }

    /// <summary>The same, 95th percentile.</summary>
    public double? StepP95 { get; init; }

    /// <summary>Its milliseconds a slice against the median of all nodes: 2 is twice as slow; null when that is not known.</summary>
    public double? SlowFactor { get; init; }

    /// <summary>Samples a second whose gradients it computed.</summary>
    public double SamplesPerSecond { get; init; }

    /// <summary>How often one of its workers has computed what a slow node owed; 0 without speculation.</summary>
    public long Backups { get; init; }

    /// <summary>Share of its workers' time that went into gradients, from 0 to 1.</summary>
    public double Computing { get; init; }

    /// <summary>Share that went into adding up and sending.</summary>
    public double Sending { get; init; }

    /// <summary>Share in which they waited for weights.</summary>
    public double Waiting { get; init; }

    /// <summary>Processor time of its process, in cores.</summary>
    public double Cpu { get; init; }

    /// <summary>Memory of its process, in bytes.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Bytes a second that its tensor link sends.</summary>
    public double BytesPerSecond { get; init; }

    /// <summary>The version of ActorNet on it.</summary>
    public string Version { get; init; } = "";

    /// <summary>When the coordinator last heard of it, UTC.</summary>
    public DateTime LastSeen { get; init; }

    /// <summary>When it joined, UTC.</summary>
    public DateTime Joined { get; init; }
}
