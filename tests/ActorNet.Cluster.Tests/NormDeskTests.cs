using ActorNet.Cluster.Coordinator;
using ActorNet.Cluster.Protocol;
using Akka.Actor;
using Akka.TestKit.Xunit2;

namespace ActorNet.Cluster.Tests;

/// <summary>The sum that partitions clip by, also where messages come late, twice or not at all.</summary>
public sealed class NormDeskTests : TestKit
{
    private const long Reign = 7;
    private readonly List<object> _told = [];
    private readonly NormDesk _desk;

    public NormDeskTests() => _desk = new NormDesk(2, _told.Add, Reign);

    [Fact]
    public void All_are_told_once_all_have_said_theirs()
    {
        _desk.Note(Share(0, step: 3, low: 5), ActorRefs.Nobody);
        _desk.Note(Share(0, step: 3, low: 5), ActorRefs.Nobody);
        Assert.Empty(_told);
        _desk.Note(Share(1, step: 3, low: ulong.MaxValue), ActorRefs.Nobody);
        Assert.Equal(new SquaresOfAll(3, 1, 4), Assert.Single(_told));
    }

    [Fact]
    public void Who_asks_again_is_told_alone()
    {
        _desk.Note(Share(0, step: 0, low: 1), TestActor);
        _desk.Note(Share(1, step: 0, low: 2), TestActor);
        _desk.Note(Share(1, step: 0, low: 2), TestActor);
        Assert.Equal(new SquaresOfAll(0, 0, 3), ExpectMsg<SquaresOfAll>());
        Assert.Single(_told);

        // The other one goes on, and this one has still not heard.
        _desk.Note(Share(0, step: 1, low: 9), TestActor);
        _desk.Note(Share(1, step: 0, low: 2), TestActor);
        Assert.Equal(0, ExpectMsg<SquaresOfAll>().Step);
        _desk.Note(Share(1, step: 1, low: 1), TestActor);
        Assert.Equal(new SquaresOfAll(1, 0, 10), _told[1]);
    }

    [Fact]
    public void What_another_reign_gave_out_counts_nothing()
    {
        _desk.Note(Share(0, step: 0, low: 1), TestActor);
        _desk.Note(Share(1, step: 0, low: 2) with { Incarnation = Reign - 1 }, TestActor);
        Assert.Empty(_told);
    }

    private static SquaresSummed Share(int partition, long step, ulong low) => new(Reign, partition, step, 0, low);
}
