using ActorNet.Core.Training.Leases;

namespace ActorNet.Core.Tests.Training.Leases;

/// <summary>Nodes that are done first back up much slower ones.</summary>
public sealed class LeaseBackupTests
{
    private int _second = 10;

    [Fact]
    public void Nobody_backs_up_where_it_was_not_asked_for()
    {
        var table = Table(speculates: false, slices: 16);
        Assert.False(Report(table, [1, 1, 1, 0.2]));
        Assert.All(table.Leases, lease => Assert.Null(lease.Backups));
    }

    [Fact]
    public void A_slow_node_has_one_that_backs_it_up()
    {
        var table = Table(speculates: true, slices: 16);
        Assert.True(Report(table, [1, 1.05, 1, 0.2]));
        Assert.Equal([5, 5, 5, 1], table.Leases.Select(lease => lease.Slices.Count));
        var backup = Assert.Single(table.Leases, lease => lease.Backups is not null);
        Assert.Equal(("node 1", table.Leases[3].Slices), (backup.Node, backup.Backups!));
    }

    /// <summary>At half of the speed it is slow; then it is until it is as fast as three quarters.</summary>
    [Fact]
    public void A_node_is_slow_until_it_is_clearly_faster()
    {
        var table = Table(speculates: true, slices: 4);
        Assert.False(Report(table, [1, 1, 1, 0.55]));
        Assert.True(Report(table, [1, 1, 1, 0.45]));
        var generation = table.Generation;
        Assert.False(Report(table, [1, 1, 1, 0.7]));
        Assert.Equal(generation, table.Generation);
        Assert.True(Report(table, [1, 1, 1, 0.9]));
        Assert.All(table.Leases, lease => Assert.Null(lease.Backups));
        Assert.Equal(generation + 1, table.Generation);
    }

    [Fact]
    public void Whose_slices_are_whose_does_not_change_by_it()
    {
        var table = Table(speculates: true, slices: 4);
        var before = table.Leases.Select(lease => lease.Slices).ToArray();
        Assert.True(Report(table, [1, 1, 1, 0.45]));
        Assert.Equal(before, table.Leases.Select(lease => lease.Slices));
    }

    [Fact]
    public void Only_who_has_the_data_backs_up()
    {
        var table = new LeaseTable(4, speculates: true);
        table.Join("node 0", 1, held: [0, 1]);
        table.Join("node 1", 1, held: [1, 2, 3]);
        table.Join("node 2", 1, held: [2]);
        table.Join("node 3", 1, held: [3]);
        Report(table, [9, 1, 1, 0.3]);
        Assert.Equal("node 1", Assert.Single(table.Leases, lease => lease.Backups is not null).Node);
    }

    [Fact]
    public void Two_slow_nodes_are_backed_up_by_two_and_not_by_each_other()
    {
        var table = Table(speculates: true, slices: 4);
        Report(table, [1, 1.1, 0.45, 0.45]);
        Assert.Equal([3, 2], table.Leases.Where(lease => lease.Backups is not null).Select(lease => Assert.Single(lease.Backups!)).OrderDescending());
        Assert.All(table.Leases.Where(lease => lease.Backups is not null), lease => Assert.True(lease.Node is "node 0" or "node 1", lease.Node));
    }

    /// <summary>Says for six seconds how fast the nodes are.</summary>
    /// <returns>Whether who backs up whom has changed.</returns>
    private bool Report(LeaseTable table, double[] speeds)
    {
        var changed = false;
        for (var end = _second + 6; _second < end; _second++)
        {
            foreach (var (node, speed) in speeds.Index())
            {
                table.Measure($"node {node}", speed, 1, TimeSpan.FromSeconds(_second));
                changed |= table.NoteSlow();
            }
        }

        return changed;
    }

    private static LeaseTable Table(bool speculates, int slices)
    {
        var table = new LeaseTable(slices, speculates);
        for (var node = 0; node < 4; node++)
        {
            table.Join($"node {node}", 1);
        }

        return table;
    }
}
