using ActorNet.Cluster.Protocol;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Coordinator;

/// <summary>A version whose snapshot is being taken: which partitions are there, and what is known of it.</summary>
internal sealed class PendingSnapshot(long version, int partitions)
{
    private readonly PartitionProgress?[] _progress = new PartitionProgress?[partitions];
    private readonly bool[] _taken = new bool[partitions];
    private readonly bool[] _granted = new bool[partitions];

    public long Version { get; } = version;

    /// <summary>Its room, once there is one free.</summary>
    public Snapshot? Room { get; set; }

    public bool IsTaken => Array.TrueForAll(_taken, taken => taken);

    /// <summary>What the first partition counted: all count the same.</summary>
    public PartitionProgress Progress => _progress[0]!;

    /// <summary>How a ledger differs from the plan; null when all are exact.</summary>
    public string? LedgerDifference => _progress.Select(progress => progress?.LedgerDifference).FirstOrDefault(difference => difference is not null);

    public void Reach(SnapshotDue due) => _progress[due.Partition] = due.Progress;

    /// <summary>Whether a partition holds at the version and has not been given its room.</summary>
    public bool Waits(int partition) => _progress[partition] is not null && !_granted[partition];

    /// <summary>A partition is given its room.</summary>
    public void Grant(int partition) => _granted[partition] = true;

    /// <summary>A partition has another host: unless its range is in the room already, that one says when it is there, and copies it.</summary>
    public void ChangeHost(int partition)
    {
        if (!_taken[partition])
        {
            (_progress[partition], _granted[partition]) = (null, false);
        }
    }

    /// <summary>Whether a partition's range is in the room.</summary>
    public bool Has(int partition) => _taken[partition];

    /// <summary>A partition's range is in the room. Of a host that is none any more it may be said late: the one that is now copies it anew.</summary>
    public void Take(int partition) => _taken[partition] |= _granted[partition];
}
