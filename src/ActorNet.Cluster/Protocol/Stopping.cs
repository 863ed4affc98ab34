namespace ActorNet.Cluster.Protocol;

/// <summary>The coordinator asks a partition to apply no further step for now.</summary>
internal sealed record Hold
{
    /// <summary>The message.</summary>
    public static readonly Hold Instance = new();
}

/// <summary>A partition holds at a version. Partitions may differ by one step, never by more.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Version">The version.</param>
internal sealed record Held(int Partition, long Version);

/// <summary>The coordinator lets a partition go on to the version at which all stop; there a snapshot is due.</summary>
/// <param name="Version">The last version of the run.</param>
internal sealed record RunTo(long Version);
