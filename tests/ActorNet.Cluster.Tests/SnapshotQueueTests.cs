using ActorNet.Cluster.Coordinator;
using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Tests.Support;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Tests;

/// <summary>Snapshots of partitions that reach their versions and copy them in any order.</summary>
public sealed class SnapshotQueueTests
{
    private const int Partitions = 3, Versions = 12;
    private static readonly TrainingSetup _setup = new(TestJobs.Job(slices: 4), TestJobs.Points(20));

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_version_is_copied_by_all_and_handed_out_in_order_in_two_rooms(int seed)
    {
        var random = new Random(seed);
        var queue = new SnapshotQueue(_setup, Partitions);
        var reached = new int[Partitions];
        var holds = new bool[Partitions];
        var copying = new List<RoomGrant>();
        var handedOut = new List<long>();
        var roomOf = new Dictionary<long, Snapshot>();
        for (var move = 0; handedOut.Count < Versions; move++)
        {
            Assert.True(move < 10_000, $"seed {seed}: stuck after {string.Join(", ", handedOut)}");
            var partition = random.Next(Partitions);
            // Rarely handed out, as by a slow disk: often both rooms are taken when the next version comes.
            switch (random.Next(20))
            {
                case < 10 when !holds[partition] && reached[partition] < Versions:
                    holds[partition] = true;
                    Grant(queue.Reach(new SnapshotDue(partition, ++reached[partition], Stock)));
                    break;
                case < 19 when copying.Count > 0:
                    var copied = copying[random.Next(copying.Count)];
                    copying.Remove(copied);
                    holds[copied.Partition] = false;
                    queue.Take(new SnapshotTaken(copied.Partition, copied.Message.Version));
                    break;
                case 19 when queue.Complete is { } complete:
                    handedOut.Add(complete.Version);
                    Assert.Same(roomOf[complete.Version], complete.Room);
                    Assert.DoesNotContain(copying, grant => grant.Message.Version == complete.Version);
                    roomOf.Remove(complete.Version);
                    Grant(queue.Release(complete));
                    break;
            }
        }

        Assert.Equal(Enumerable.Range(1, Versions).Select(version => (long)version), handedOut);

        // A partition says again what it waits for until it is answered: that may come late.
        Assert.Empty(queue.Reach(new SnapshotDue(0, Versions, Stock)));
        Assert.Single(queue.Reach(new SnapshotDue(0, Versions + 1, Stock)));

        void Grant(IReadOnlyList<RoomGrant> grants)
        {
            foreach (var grant in grants)
            {
                Assert.True(holds[grant.Partition] && reached[grant.Partition] == grant.Message.Version, $"seed {seed}: {grant} is not held");
                Assert.Same(roomOf.TryAdd(grant.Message.Version, grant.Message.Room) ? grant.Message.Room : roomOf[grant.Message.Version], grant.Message.Room);
                copying.Add(grant);
            }

            Assert.True(roomOf.Count <= 2 && roomOf.Values.Distinct().Count() == roomOf.Count, $"seed {seed}: {roomOf.Count} versions share the rooms");
        }
    }

    private static PartitionProgress Stock => new(default, null, new EpochLedger(1, []), []);
}
