using ActorNet.Cluster.Protocol;
using ActorNet.Core.Training;
using Akka.Actor;

namespace ActorNet.Cluster.Transfer;

/// <summary>The coordinator's rooms for snapshots, as the threads see them that read the network.</summary>
internal sealed class SnapshotRooms
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, Room> _rooms = [];

    /// <summary>A partition's range of a version may come in. Others' that are there are kept; what has come of this one, from a host that is none any more, counts no more.</summary>
    /// <param name="version">The version.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="room">Where they go.</param>
    /// <param name="coordinator">Is told when a partition's range is there.</param>
    public void Open(long version, int partition, Snapshot room, IActorRef coordinator)
    {
        lock (_lock)
        {
            _rooms.TryAdd(version, new Room(room, coordinator, []));
            _rooms[version].Arrived.RemoveWhere(arrived => arrived.Partition == partition);
        }
    }

    /// <summary>Nothing more comes in for a version.</summary>
    public void Close(long version)
    {
        lock (_lock)
        {
            _rooms.Remove(version);
        }
    }

    /// <summary>Nothing more comes in for any version.</summary>
    public void CloseAll()
    {
        lock (_lock)
        {
            _rooms.Clear();
        }
    }

    /// <summary>The place of one vector of a partition: 0 for its weights, then the optimizer's state.</summary>
    public bool TryFind(long version, int vector, PartitionRange range, out Memory<byte> body)
    {
        lock (_lock)
        {
            var found = _rooms.TryGetValue(version, out var room) && vector >= 0 && vector <= room.Snapshot.State.Count;
            var buffer = !found ? null : vector == 0 ? room!.Snapshot.Weights : room!.Snapshot.State[vector - 1];
            body = buffer is null ? default : buffer.Bytes.Slice(range.Start * sizeof(float), range.Length * sizeof(float));
            return found;
        }
    }

    /// <summary>A vector of a partition is whole.</summary>
    public void Arrived(long version, int partition, int vector)
    {
        lock (_lock)
        {
            if (_rooms.TryGetValue(version, out var room)
                && room.Arrived.Add((partition, vector))
                && room.Arrived.Count(arrived => arrived.Partition == partition) == 1 + room.Snapshot.State.Count)
            {
                room.Coordinator.Tell(new SnapshotTaken(partition, version), ActorRefs.NoSender);
            }
        }
    }

    private sealed record Room(Snapshot Snapshot, IActorRef Coordinator, HashSet<(int Partition, int Vector)> Arrived);
}
