using MessagePack;

namespace ActorNet.Cluster.Protocol;

/// <summary>The coordinator asks a partition to apply no further step for now.</summary>
/// <param name="Barrier">The number of the barrier that it closes.</param>
/// <param name="Number"><inheritdoc cref="IOrder.Number" path="/summary/node()"/></param>
[MessagePackObject]
internal sealed record Hold([property: Key(0)] int Barrier, [property: Key(1)] int Number = 0) : IWireMessage, IOrder
{
    /// <inheritdoc/>
    public IOrder At(int number) => this with { Number = number };
}

/// <summary>A partition holds at a version. Partitions may differ by one step, never by more. Said again until it may go on.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Version">The version.</param>
/// <param name="Barrier">Of the <see cref="Hold"/>.</param>
[MessagePackObject]
internal sealed record Held([property: Key(0)] int Partition, [property: Key(1)] long Version, [property: Key(2)] int Barrier) : IWireMessage;

/// <summary>The coordinator lets a partition go on to the version at which all stop; there a snapshot is due.</summary>
/// <param name="Version">The last version of the run.</param>
/// <param name="Number"><inheritdoc cref="IOrder.Number" path="/summary/node()"/></param>
[MessagePackObject]
internal sealed record RunTo([property: Key(0)] long Version, [property: Key(1)] int Number = 0) : IWireMessage, IOrder
{
    /// <inheritdoc/>
    public IOrder At(int number) => this with { Number = number };
}
