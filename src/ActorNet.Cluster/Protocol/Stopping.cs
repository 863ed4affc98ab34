using MessagePack;

namespace ActorNet.Cluster.Protocol;

/// <summary>The coordinator asks a partition to apply no further step for now.</summary>
[MessagePackObject]
internal sealed record Hold : IWireMessage
{
    /// <summary>The message.</summary>
    public static readonly Hold Instance = new();
}

/// <summary>A partition holds at a version. Partitions may differ by one step, never by more.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Version">The version.</param>
[MessagePackObject]
internal sealed record Held([property: Key(0)] int Partition, [property: Key(1)] long Version) : IWireMessage;

/// <summary>The coordinator lets a partition go on to the version at which all stop; there a snapshot is due.</summary>
/// <param name="Version">The last version of the run.</param>
[MessagePackObject]
internal sealed record RunTo([property: Key(0)] long Version) : IWireMessage;
