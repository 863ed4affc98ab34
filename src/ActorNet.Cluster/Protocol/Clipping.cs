using ActorNet.Core.Training;
using MessagePack;

namespace ActorNet.Cluster.Protocol;

/// <summary>A partition has the gradient of a step and says its share of the norm, by which all partitions clip.</summary>
/// <param name="Incarnation">The coordinator's that gave the partition out.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Step">The step.</param>
/// <param name="High">The upper half of <see cref="SquareSum.Units"/>.</param>
/// <param name="Low">The lower half.</param>
[MessagePackObject]
internal sealed record SquaresSummed(
    [property: Key(0)] long Incarnation,
    [property: Key(1)] int Partition,
    [property: Key(2)] long Step,
    [property: Key(3)] ulong High,
    [property: Key(4)] ulong Low) : IWireMessage
{
    /// <summary>The sum.</summary>
    [IgnoreMember]
    public SquareSum Sum => new(new UInt128(High, Low));
}

/// <summary>The coordinator says what the partitions' squares come to.</summary>
/// <param name="Step">The step.</param>
/// <param name="High">The upper half of <see cref="SquareSum.Units"/>.</param>
/// <param name="Low">The lower half.</param>
[MessagePackObject]
internal sealed record SquaresOfAll([property: Key(0)] long Step, [property: Key(1)] ulong High, [property: Key(2)] ulong Low) : IWireMessage
{
    /// <summary>The sum.</summary>
    [IgnoreMember]
    public SquareSum Sum => new(new UInt128(High, Low));
}
