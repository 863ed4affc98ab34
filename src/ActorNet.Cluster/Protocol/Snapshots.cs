using ActorNet.Core.Training;
using MessagePack;

namespace ActorNet.Cluster.Protocol;

/// <summary>A partition has reached a version whose snapshot is wanted; it applies no further step until it is taken. Said again until then.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Version">The version.</param>
/// <param name="Progress">What the partition has counted.</param>
[MessagePackObject]
internal sealed record SnapshotDue(
    [property: Key(0)] int Partition, [property: Key(1)] long Version, [property: Key(2)] PartitionProgress Progress) : IWireMessage;

/// <summary>The coordinator gives room for the range of a partition of its own process.</summary>
/// <param name="Version">The version.</param>
/// <param name="Room">The room, shared by all partitions.</param>
/// <param name="Number"><inheritdoc cref="IOrder.Number" path="/summary/node()"/></param>
internal sealed record TakeSnapshot(long Version, Snapshot Room, int Number = 0) : IOrder
{
    /// <inheritdoc/>
    public IOrder At(int number) => this with { Number = number };
}

/// <summary>The coordinator asks a partition of another node to send its range over the tensor link.</summary>
/// <param name="Version">The version.</param>
/// <param name="To">The coordinator's node.</param>
/// <param name="Number"><inheritdoc cref="IOrder.Number" path="/summary/node()"/></param>
[MessagePackObject]
internal sealed record SendSnapshot([property: Key(0)] long Version, [property: Key(1)] NodeAddress To, [property: Key(2)] int Number = 0) : IWireMessage, IOrder
{
    /// <inheritdoc/>
    public IOrder At(int number) => this with { Number = number };
}

/// <summary>The coordinator tells a standby that a snapshot has its partition's range: it may go past that version.</summary>
/// <param name="Version">The version.</param>
/// <param name="Number"><inheritdoc cref="IOrder.Number" path="/summary/node()"/></param>
[MessagePackObject]
internal sealed record SnapshotKept([property: Key(0)] long Version, [property: Key(1)] int Number = 0) : IWireMessage, IOrder
{
    /// <inheritdoc/>
    public IOrder At(int number) => this with { Number = number };
}

/// <summary>A partition's range is in its room.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Version">The version.</param>
internal sealed record SnapshotTaken(int Partition, long Version);

/// <summary>What a partition has counted.</summary>
/// <param name="EpochScore">At an epoch's end, the score of its steps; else of the running epoch's so far.</param>
/// <param name="LedgerDifference">At an epoch's end, how its ledger differs from the plan; null when it is exact.</param>
/// <param name="Ledger">The running epoch's ledger.</param>
/// <param name="Contributions">Samples by node and worker since the start of the run.</param>
/// <param name="Staleness">As <see cref="ProgressReport.Staleness"/>.</param>
[MessagePackObject]
internal sealed record PartitionProgress(
    [property: Key(0)] Score EpochScore,
    [property: Key(1)] string? LedgerDifference,
    [property: Key(2)] EpochLedger Ledger,
    [property: Key(3)] IReadOnlyList<Contribution> Contributions,
    [property: Key(4)] long[]? Staleness = null);

/// <summary>What a worker has contributed.</summary>
/// <param name="Node">Its node.</param>
/// <param name="Worker">Its number there.</param>
/// <param name="Samples">Samples of its gradients that entered the weights.</param>
[MessagePackObject]
internal sealed record Contribution([property: Key(0)] string Node, [property: Key(1)] int Worker, [property: Key(2)] long Samples);

/// <summary>The coordinator asks a partition how far it is.</summary>
[MessagePackObject]
internal sealed record AskProgress : IWireMessage
{
    /// <summary>The message.</summary>
    public static readonly AskProgress Instance = new();
}

/// <summary>How far a partition is.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Version">Updates applied.</param>
/// <param name="Running">The running epoch's score.</param>
/// <param name="Missing">Slices of the current step that are not there yet; none while the step waits for something else.</param>
/// <param name="Waited">How long the current step has been waiting.</param>
/// <param name="Slowest">The slowest step since the last report; zero for none.</param>
/// <param name="Staleness">Parts by staleness, <see cref="Core.Training.Modes.StalenessCounts"/>; null in modes without.</param>
/// <param name="Orders">How many of the coordinator's orders the server has taken: see <see cref="IOrder"/>.</param>
[MessagePackObject]
internal sealed record ProgressReport(
    [property: Key(0)] int Partition,
    [property: Key(1)] long Version,
    [property: Key(2)] Score Running,
    [property: Key(3)] int[] Missing,
    [property: Key(4)] TimeSpan Waited,
    [property: Key(5)] TimeSpan Slowest,
    [property: Key(6)] long[]? Staleness = null,
    [property: Key(7)] int Orders = 0) : IWireMessage;
