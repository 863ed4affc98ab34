using ActorNet.Cluster.Protocol;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Coordinator;

/// <summary>A version whose snapshot is being taken: which partitions are there, and what is known of it.</summary>
internal sealed class PendingSnapshot(long version, int partitions)
{
    private readonly PartitionProgress?[] _progress = new PartitionProgress?[partitions];
    private int _taken;

    public long Version { get; } = version;

    /// <summary>Its room, once there is one free.</summary>
    public Snapshot? Room { get; set; }

    public bool IsTaken => _taken == _progress.Length;

    /// <summary>What the first partition counted: all count the same.</summary>
    public PartitionProgress Progress => _progress[0]!;

    /// <summary>How a ledger differs from the plan; null when all are exact.</summary>
    public string? LedgerDifference => _progress.Select(progress => progress?.LedgerDifference).FirstOrDefault(difference => difference is not null);

    /// <summary>Partitions that have reached the version, for which room must still be offered.</summary>
    public IEnumerable<int> Reached => Enumerable.Range(0, _progress.Length).Where(partition => _progress[partition] is not null);

    public void Reach(SnapshotDue due) => _progress[due.Partition] = due.Progress;

    public void Take() => _taken++;
}
