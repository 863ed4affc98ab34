using ActorNet.Core.Training;

namespace ActorNet.Cluster.Protocol;

/// <summary>A partition has reached a version whose snapshot is wanted; it applies no further step until it is taken.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Version">The version.</param>
/// <param name="Progress">What the partition has counted.</param>
internal sealed record SnapshotDue(int Partition, long Version, PartitionProgress Progress);

/// <summary>The coordinator gives room for a partition's range.</summary>
/// <param name="Version">The version.</param>
/// <param name="Room">The room, shared by all partitions.</param>
internal sealed record TakeSnapshot(long Version, Snapshot Room);

/// <summary>A partition has copied its range.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Version">The version.</param>
internal sealed record SnapshotTaken(int Partition, long Version);

/// <summary>What a partition has counted.</summary>
/// <param name="EpochScore">At an epoch's end, the score of its steps; else of the running epoch's so far.</param>
/// <param name="LedgerDifference">At an epoch's end, how its ledger differs from the plan; null when it is exact.</param>
/// <param name="Ledger">The running epoch's ledger.</param>
/// <param name="WorkerSamples">Samples by worker since the start of the run.</param>
internal sealed record PartitionProgress(Score EpochScore, string? LedgerDifference, EpochLedger Ledger, IReadOnlyList<long> WorkerSamples);

/// <summary>The coordinator asks a partition how far it is.</summary>
internal sealed record AskProgress
{
    /// <summary>The message.</summary>
    public static readonly AskProgress Instance = new();
}

/// <summary>How far a partition is.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Version">Updates applied.</param>
/// <param name="Running">The running epoch's score.</param>
/// <param name="MissingSlices">Slices of the current step that are not there yet.</param>
internal sealed record ProgressReport(int Partition, long Version, Score Running, int MissingSlices);
