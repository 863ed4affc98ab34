using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Servers;
using ActorNet.Core.Training;
using Akka.Actor;
using MessagePack;

namespace ActorNet.Cluster.Protocol;

/// <summary>The coordinator gives a node a partition.</summary>
/// <param name="Incarnation">Of the coordinator.</param>
/// <param name="Partition">The partition's number.</param>
/// <param name="Version">The version to go on from.</param>
/// <param name="FromSeed">Whether its weights are the job's first, which the node draws itself; else they come over the tensor link.</param>
/// <param name="Ledger">The running epoch's ledger; null at an epoch's start.</param>
/// <param name="Running">The running epoch's score.</param>
/// <param name="SnapshotEvery">Steps between snapshots beside those at epoch ends; 0 for none.</param>
/// <param name="Changes">Changes of the learning rate, in the order in which they were asked for; null for none.</param>
/// <param name="IsStandby">Whether the node is the partition's standby: it makes every version, and others read another node's.</param>
/// <param name="Holds">Whether it applies no step before it is told to.</param>
/// <param name="Contributions">What workers have contributed before; null for nothing.</param>
[MessagePackObject]
internal sealed record AssignPartition(
    [property: Key(0)] long Incarnation,
    [property: Key(1)] int Partition,
    [property: Key(2)] long Version,
    [property: Key(3)] bool FromSeed,
    [property: Key(4)] EpochLedger? Ledger,
    [property: Key(5)] Score Running,
    [property: Key(6)] int SnapshotEvery,
    [property: Key(7)] RateStep[]? Changes = null,
    [property: Key(8)] bool IsStandby = false,
    [property: Key(9)] bool Holds = false,
    [property: Key(10)] Contribution[]? Contributions = null) : IWireMessage;

/// <summary>A node is ready to take the state of a partition assigned to it: the coordinator's node sends it over the tensor link.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="To">The node.</param>
[MessagePackObject]
internal sealed record SendState([property: Key(0)] int Partition, [property: Key(1)] NodeAddress To) : IWireMessage;

/// <summary>A node serves a partition.</summary>
/// <param name="Incarnation">The one that assigned it.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Server">Its <see cref="ParameterServer"/>.</param>
[MessagePackObject]
internal sealed record PartitionServed(
    [property: Key(0)] long Incarnation, [property: Key(1)] int Partition, [property: Key(2)] IActorRef Server) : IWireMessage;

/// <summary>Who serves a partition.</summary>
/// <param name="Server">Its server.</param>
/// <param name="Node">The server's node.</param>
[MessagePackObject]
internal sealed record PartitionHost([property: Key(0)] IActorRef Server, [property: Key(1)] NodeAddress Node);

/// <summary>The coordinator leases slices to a node.</summary>
/// <param name="Incarnation">Of the coordinator.</param>
/// <param name="Generation">The number of the assignment; a lower one is ignored.</param>
/// <param name="Slices">The slices in ascending order; none for a spare.</param>
/// <param name="Hosts">Who serves each partition.</param>
/// <param name="Standbys">Each partition's standby, null where it has none; null in a run without.</param>
/// <param name="Backups">The slices of a slow node that this one computes too where a step waits for them, in ascending order; null for none.</param>
[MessagePackObject]
internal sealed record GrantLease(
    [property: Key(0)] long Incarnation,
    [property: Key(1)] int Generation,
    [property: Key(2)] int[] Slices,
    [property: Key(3)] PartitionHost[] Hosts,
    [property: Key(4)] PartitionHost?[]? Standbys = null,
    [property: Key(5)] int[]? Backups = null) : IWireMessage;

/// <summary>The coordinator tells a server which nodes want every version's weights.</summary>
/// <param name="Nodes">The nodes.</param>
/// <param name="Witnesses">Those that have the weights from the partition's other host, and want to know of every version and its hash; null for none.</param>
/// <param name="Standby">The node of the partition's standby, which must have made a version before it is left; null for none.</param>
/// <param name="Number"><inheritdoc cref="IOrder.Number" path="/summary/node()"/></param>
[MessagePackObject]
internal sealed record SendWeightsTo(
    [property: Key(0)] NodeAddress[] Nodes,
    [property: Key(1)] NodeAddress[]? Witnesses = null,
    [property: Key(2)] string? Standby = null,
    [property: Key(3)] int Number = 0) : IWireMessage, IOrder
{
    /// <inheritdoc/>
    public IOrder At(int number) => this with { Number = number };
}

/// <summary>The coordinator tells a standby that its partition is its own from now on: the node that served it is gone.</summary>
/// <param name="Number"><inheritdoc cref="IOrder.Number" path="/summary/node()"/></param>
[MessagePackObject]
internal sealed record TakeOver([property: Key(0)] int Number = 0) : IWireMessage, IOrder
{
    /// <inheritdoc/>
    public IOrder At(int number) => this with { Number = number };
}

/// <summary>A node lacks a version of a partition that it needs to compute what a lost node owed.</summary>
/// <param name="Version">The version: the partition's own, or the one before.</param>
/// <param name="Node">The node's name.</param>
[MessagePackObject]
internal sealed record SendVersion([property: Key(0)] long Version, [property: Key(1)] string Node) : IWireMessage;

/// <summary>A partition to serve. Within a process.</summary>
/// <param name="Runtime">What the process shares of the job.</param>
/// <param name="Range">The partition.</param>
/// <param name="Start">Where to go on from.</param>
/// <param name="SnapshotEvery">Steps between snapshots beside those at epoch ends; 0 for none.</param>
/// <param name="IsStandby">Whether another node serves it, and this one stands by.</param>
/// <param name="Holds">Whether it applies no step before it is told to.</param>
internal sealed record ServePartition(
    JobRuntime Runtime, PartitionRange Range, StartingPoint Start, int SnapshotEvery, bool IsStandby = false, bool Holds = false);

/// <summary>Where a partition goes on from.</summary>
/// <param name="Version">Updates applied.</param>
/// <param name="Ledger">The running epoch's ledger; null at an epoch's start.</param>
/// <param name="Running">The running epoch's score.</param>
/// <param name="Vectors">The partition's weights and then the optimizer's state; null for the job's first weights, which are in the runtime's
/// buffer already, and a state of zeros.</param>
/// <param name="Changes">Changes of the learning rate.</param>
/// <param name="Contributions">What workers have contributed before; null for nothing.</param>
internal sealed record StartingPoint(
    long Version,
    EpochLedger? Ledger,
    Score Running,
    IReadOnlyList<Memory<float>>? Vectors,
    IReadOnlyList<RateChange> Changes,
    IReadOnlyList<Contribution>? Contributions = null);

/// <summary>A node's agent leases slices to its workers. Within a process.</summary>
/// <param name="Generation">The number of the assignment; a lower one is ignored.</param>
/// <param name="Slices">The slices in ascending order.</param>
/// <param name="Servers">Where each partition's gradients go, and its weights come from: its server, or this process's stand-in for a remote one.</param>
/// <param name="Copies">Where each partition's gradients go too: a stand-in for the other host of one that this process hosts; null elsewhere. Null for none at all.</param>
/// <param name="Hosts">The nodes that make each partition's versions, <see cref="Workers.VersionWitness"/>; null in a run without standbys.</param>
/// <param name="Backups">As <see cref="GrantLease.Backups"/>.</param>
internal sealed record LeaseSlices(
    int Generation,
    IReadOnlyList<int> Slices,
    IReadOnlyList<IActorRef> Servers,
    IReadOnlyList<IActorRef?>? Copies = null,
    IReadOnlyList<IReadOnlyList<string>>? Hosts = null,
    IReadOnlyList<int>? Backups = null)
{
    /// <summary>Everybody who gets gradients, by partition.</summary>
    public IReadOnlyList<IActorRef[]> Takers { get; } =
        [.. Servers.Select((server, partition) => Copies?[partition] is { } copy ? (IActorRef[])[server, copy] : [server])];
}
