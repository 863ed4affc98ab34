using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Transfer;
using ActorNet.Core.Training;
using Akka.TestKit.Xunit2;

namespace ActorNet.Cluster.Tests.Transfer;

/// <summary>The coordinator's rooms for snapshots that come over the network.</summary>
public sealed class SnapshotRoomsTests : TestKit
{
    private static readonly PartitionRange _first = new(0, 0, 3), _second = new(1, 3, 2);
    private readonly SnapshotRooms _rooms = new();
    private readonly Snapshot _snapshot = new(5, stateCount: 2);

    public SnapshotRoomsTests()
        : base("akka.loglevel = OFF\nakka.stdout-loglevel = OFF\nakka.test.single-expect-default = 20s")
    {
    }

    [Fact]
    public void Every_vector_of_a_partition_has_its_place()
    {
        _rooms.Open(7, 0, _snapshot, TestActor);
        for (var vector = 0; vector < 3; vector++)
        {
            Assert.True(_rooms.TryFind(7, vector, _second, out var place));
            Assert.Equal(_second.Length * sizeof(float), place.Length);
            place.Span.Fill((byte)(vector + 1));
        }

        float[] Filled(byte value) => [0, 0, 0, BitConverter.ToSingle([value, value, value, value]), BitConverter.ToSingle([value, value, value, value])];
        Assert.Equal(Filled(1), _snapshot.Weights.Span.ToArray());
        Assert.Equal(Filled(2), _snapshot.State[0].Span.ToArray());
        Assert.Equal(Filled(3), _snapshot.State[1].Span.ToArray());
    }

    [Theory]
    [InlineData(6, 0)]
    [InlineData(8, 0)]
    [InlineData(7, -1)]
    [InlineData(7, 3)]
    [InlineData(7, int.MaxValue)]
    public void What_is_of_no_room_has_no_place(long version, int vector)
    {
        _rooms.Open(7, 0, _snapshot, TestActor);
        Assert.False(_rooms.TryFind(version, vector, _first, out var place));
        Assert.True(place.IsEmpty);
    }

    [Fact]
    public void The_coordinator_is_told_once_when_all_vectors_of_a_partition_are_there()
    {
        _rooms.Open(7, 0, _snapshot, TestActor);
        _rooms.Arrived(7, 1, 0);
        _rooms.Arrived(7, 0, 2);
        // Sent again after a broken connection, it is no new one.
        _rooms.Arrived(7, 1, 0);
        _rooms.Arrived(7, 1, 2);
        _rooms.Arrived(7, 0, 0);
        Assert.False(HasMessages);
        _rooms.Arrived(7, 1, 1);
        Assert.Equal(new SnapshotTaken(1, 7), ExpectMsg<SnapshotTaken>());
        _rooms.Arrived(7, 1, 1);
        _rooms.Arrived(7, 0, 1);
        Assert.Equal(new SnapshotTaken(0, 7), ExpectMsg<SnapshotTaken>());
        Assert.False(HasMessages);
    }

    [Fact]
    public void A_room_that_is_closed_takes_nothing()
    {
        _rooms.Open(7, 0, _snapshot, TestActor);
        _rooms.Open(8, 0, new Snapshot(5, 0), TestActor);
        _rooms.Close(7);
        Assert.False(_rooms.TryFind(7, 0, _first, out _));
        _rooms.Arrived(7, 0, 0);
        Assert.True(_rooms.TryFind(8, 0, _first, out _));
        _rooms.CloseAll();
        Assert.False(_rooms.TryFind(8, 0, _first, out _));
        Assert.False(HasMessages);
    }

    /// <summary>Partitions come to a version one after the other: the second must not empty the room that the first has been given.</summary>
    [Fact]
    public void A_room_that_is_opened_again_for_another_partition_keeps_what_is_there()
    {
        _rooms.Open(7, 0, _snapshot, TestActor);
        _rooms.Arrived(7, 0, 0);
        _rooms.Arrived(7, 0, 1);
        _rooms.Open(7, 1, _snapshot, TestActor);
        _rooms.Arrived(7, 0, 2);
        Assert.Equal(new SnapshotTaken(0, 7), ExpectMsg<SnapshotTaken>());
    }

    /// <summary>The partition has another host: what the former one had begun to send is sent anew, all of it.</summary>
    [Fact]
    public void A_room_that_is_opened_again_for_a_partition_waits_for_all_of_it()
    {
        _rooms.Open(7, 0, _snapshot, TestActor);
        _rooms.Arrived(7, 0, 0);
        _rooms.Arrived(7, 0, 1);
        _rooms.Open(7, 0, _snapshot, TestActor);
        _rooms.Arrived(7, 0, 2);
        _rooms.Arrived(7, 0, 0);
        Assert.False(HasMessages);
        _rooms.Arrived(7, 0, 1);
        Assert.Equal(new SnapshotTaken(0, 7), ExpectMsg<SnapshotTaken>());
    }
}
