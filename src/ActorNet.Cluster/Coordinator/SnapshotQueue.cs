using ActorNet.Cluster.Protocol;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Coordinator;

/// <summary>A partition may copy its range.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Message">Where to, for its server.</param>
internal readonly record struct RoomGrant(int Partition, TakeSnapshot Message);

/// <summary>
/// The snapshots that are due: which partitions have reached each, and which room it is copied to. There are as many rooms as may be used at once, and
/// the oldest version that has none gets the next that is free; what is complete is handed out in the order of versions.
/// </summary>
internal sealed class SnapshotQueue
{
    /// <summary>Snapshots at once: one is judged and written while the next is taken. A third would only hide that disk or evaluation cannot keep up.</summary>
    private const int Rooms = 2;

    private readonly int _partitions;
    private readonly Stack<Snapshot> _free = new();
    private readonly SortedDictionary<long, PendingSnapshot> _pending = [];
    private long _done = -1;

    /// <summary>No snapshots yet, and empty rooms for a job's parameters.</summary>
    public SnapshotQueue(TrainingSetup setup, int partitions)
    {
        _partitions = partitions;
        var stateCount = setup.Job.CreateServerOptimizer().StateCount;
        for (var i = 0; i < Rooms; i++)
        {
            _free.Push(new Snapshot(setup.Network.Layout.Length, stateCount));
        }
    }

    /// <summary>The oldest snapshot, once all partitions have copied it; else null.</summary>
    public PendingSnapshot? Complete => _pending.Count > 0 && _pending.First().Value is { IsTaken: true } oldest ? oldest : null;

    /// <summary>A partition has reached a version and holds there.</summary>
    /// <returns>Who may copy now.</returns>
    public IReadOnlyList<RoomGrant> Reach(SnapshotDue due)
    {
        if (due.Version <= _done)
        {
            // Said again, and late: it was answered meanwhile.
            return [];
        }

        if (!_pending.TryGetValue(due.Version, out var pending))
        {
            _pending[due.Version] = pending = new PendingSnapshot(due.Version, _partitions);
        }

        pending.Reach(due);
        return Grant();
    }

    /// <summary>A partition's range of a version is in its room.</summary>
    /// <returns>Who may copy now.</returns>
    public IReadOnlyList<RoomGrant> Take(SnapshotTaken taken)
    {
        if (_pending.TryGetValue(taken.Version, out var pending))
        {
            pending.Take(taken.Partition);
        }

        return Grant();
    }

    /// <summary>A partition has another host: what the one before had begun that one does anew.</summary>
    public void ChangeHost(int partition)
    {
        foreach (var pending in _pending.Values)
        {
            pending.ChangeHost(partition);
        }
    }

    /// <summary>A snapshot is done with: its room is free.</summary>
    /// <returns>Who may copy now.</returns>
    public IReadOnlyList<RoomGrant> Release(PendingSnapshot done)
    {
        _pending.Remove(done.Version);
        _done = Math.Max(_done, done.Version);
        _free.Push(done.Room!);
        return Grant();
    }

    /// <summary>
    /// Gives free rooms to the oldest snapshots that have none, and lets every partition copy that waits for its room. One whose range of an earlier
    /// version is still on its way waits: it has one copy to send from.
    /// </summary>
    private List<RoomGrant> Grant()
    {
        var grants = new List<RoomGrant>();
        var onTheirWay = new HashSet<int>();
        foreach (var pending in _pending.Values)
        {
            pending.Room ??= _free.TryPop(out var room) ? room : null;
            if (pending.Room is null)
            {
                break;
            }

            for (var partition = 0; partition < _partitions; partition++)
            {
                if (pending.Waits(partition) && !onTheirWay.Contains(partition))
                {
                    pending.Grant(partition);
                    grants.Add(new RoomGrant(partition, new TakeSnapshot(pending.Version, pending.Room)));
                }

                if (!pending.Has(partition))
                {
                    onTheirWay.Add(partition);
                }
            }
        }

        return grants;
    }
}
