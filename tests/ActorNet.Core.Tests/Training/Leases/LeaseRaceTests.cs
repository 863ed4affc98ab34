using ActorNet.Core.Training.Leases;

namespace ActorNet.Core.Tests.Training.Leases;

/// <summary>Spares that race the slowest nodes: two slices, four nodes, so two of them are spares.</summary>
public sealed class LeaseRaceTests
{
    private static readonly TimeSpan _silence = TimeSpan.FromSeconds(0.6);

    [Fact]
    public void Nobody_races_where_it_was_not_asked_for()
    {
        var table = Table(speculates: false);
        for (var look = 0; look < 50; look++)
        {
            Assert.False(table.NoteMissing([0]));
        }

        Assert.DoesNotContain(table.Leases, lease => lease.IsRace);
    }

    [Fact]
    public void A_spare_races_the_node_that_is_found_owing()
    {
        var table = Table();
        var slow = Owner(table, slice: 1);
        var generation = table.Generation;
        LookUntilChange(table, [1]);
        Assert.Equal(generation + 1, table.Generation);
        var race = Assert.Single(table.Leases, lease => lease.IsRace);
        Assert.NotEqual(slow, race.Node);
        Assert.Equal([1], race.Slices);
        Assert.Equal([1], table.Leases.Single(lease => lease.Node == slow).Slices);
    }

    [Fact]
    public void A_node_that_is_late_once_is_not_raced()
    {
        var table = Table();
        Assert.False(table.NoteMissing([0]));
        for (var look = 0; look < 100; look++)
        {
            Assert.False(table.NoteMissing([]));
        }

        Assert.False(table.NoteMissing([0]));
    }

    [Fact]
    public void Nodes_that_owe_alike_do_not_change_their_racers()
    {
        var table = Table();
        LookUntilChange(table, [0, 1]);
        Assert.Equal(2, table.Leases.Count(lease => lease.IsRace));
        for (var look = 0; look < 200; look++)
        {
            Assert.False(table.NoteMissing(look % 2 == 0 ? [0] : [1]));
        }
    }

    /// <summary>Three nodes, so one spare: it leaves the node that has become quick for the one that has become slow.</summary>
    [Fact]
    public void A_spare_turns_to_another_node_that_owes_twice_as_much()
    {
        var table = Table("a", "b", "c");
        LookUntilChange(table, [0]);
        LookUntilChange(table, [1]);
        Assert.Equal([1], Assert.Single(table.Leases, lease => lease.IsRace).Slices);
    }

    [Fact]
    public void A_racer_that_owes_is_not_suspected_in_place_of_the_owner()
    {
        var table = Table();
        var slow = Owner(table, slice: 0);
        LookUntilChange(table, [0]);
        Assert.Equal([slow], table.Suspect([0], TimeSpan.FromSeconds(9), _silence));
    }

    [Fact]
    public void The_racer_of_a_node_that_leaves_has_slices_of_its_own_or_none()
    {
        var table = Table();
        LookUntilChange(table, [0]);
        table.Leave(Owner(table, slice: 0));
        Assert.DoesNotContain(table.Leases, lease => lease.IsRace);
        Assert.Equal([0, 1], table.Leases.SelectMany(lease => lease.Slices).Order());
    }

    [Fact]
    public void A_spare_races_only_with_slices_whose_data_it_has()
    {
        var table = new LeaseTable(2, speculates: true);
        table.Join("a", 1);
        table.Join("b", 1);
        table.Join("c", 1, held: [1]);
        LookUntilChange(table, [Owner(table, 0) == "c" || Owner(table, 1) == "c" ? Other(table) : 1]);
        Assert.All(table.Leases.Where(lease => lease.IsRace && lease.Node == "c"), lease => Assert.Equal([1], lease.Slices));
    }

    private static int Other(LeaseTable table) => Owner(table, 0) == "c" ? 1 : 0;

    private static LeaseTable Table(bool speculates = true) => Join(new LeaseTable(2, speculates), "a", "b", "c", "d");

    private static LeaseTable Table(params string[] nodes) => Join(new LeaseTable(2, speculates: true), nodes);

    private static LeaseTable Join(LeaseTable table, params string[] nodes)
    {
        foreach (var node in nodes)
        {
            table.Join(node, 1);
        }

        return table;
    }

    private static string Owner(LeaseTable table, int slice) => table.Leases.Single(lease => !lease.IsRace && lease.Slices.Contains(slice)).Node;

    private static void LookUntilChange(LeaseTable table, int[] missing)
    {
        for (var look = 0; look < 100; look++)
        {
            if (table.NoteMissing(missing))
            {
                return;
            }
        }

        Assert.Fail("no race began within 100 looks");
    }
}
