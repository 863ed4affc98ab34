using ActorNet.Core.Training.Leases;

namespace ActorNet.Core.Tests.Training.Leases;

/// <summary>Slices go to nodes in proportion to how fast they are, where that is worth it.</summary>
public sealed class LeaseSpeedTests
{
    [Theory]
    [InlineData(16, new[] { 1.0, 1, 1, 1 }, new[] { 4, 4, 4, 4 })]
    [InlineData(16, new[] { 1, 1, 1, 0.2 }, new[] { 5, 5, 5, 1 })]
    [InlineData(8, new[] { 0.2, 1, 1, 1 }, new[] { 0, 3, 3, 2 })]
    [InlineData(8, new[] { 1, 0.9, 1.05, 0.95 }, new[] { 2, 2, 2, 2 })]
    [InlineData(8, new[] { 3000, 1000.0 }, new[] { 6, 2 })]
    public void Slices_are_in_proportion_to_speed(int slices, double[] speeds, int[] counts)
    {
        var table = Table(slices, [.. speeds.Select(_ => 1)]);
        Report(table, speeds, from: 10, seconds: 5);
        Assert.Equal(counts, table.Leases.Select(lease => lease.Slices.Count));
        Assert.All(table.Leases, lease => Assert.Equal(lease.Slices.Count, lease.Slices.Count == 0 ? 0 : lease.Slices[^1] - lease.Slices[0] + 1));
    }

    [Fact]
    public void Workers_count_as_much_as_they_are_fast()
    {
        var table = Table(8, 2, 1);
        Report(table, [1, 4], from: 10, seconds: 5);
        Assert.Equal([2, 6], table.Leases.Select(lease => lease.Slices.Count));
    }

    [Fact]
    public void Nothing_moves_before_speeds_are_known_nor_when_they_are_nearly_alike()
    {
        var table = Table(8, 1, 1);
        Report(table, [1, 0.1], from: 10, seconds: 2);
        Assert.Equal(2, table.Generation);
        table = Table(8, 1, 1);
        Report(table, [1, 0.85], from: 10, seconds: 60);
        Assert.Equal(2, table.Generation);
    }

    /// <summary>Five slices and three would shorten computing by a quarter: of a step that is mostly waiting that is little, and more may have to be sent.</summary>
    [Theory]
    [InlineData(1.0, new[] { 5, 3 })]
    [InlineData(0.7, new[] { 5, 3 })]
    [InlineData(0.4, new[] { 4, 4 })]
    [InlineData(0.1, new[] { 4, 4 })]
    [InlineData(0.0, new[] { 5, 3 })]
    public void Slices_stay_where_a_step_is_mostly_waiting(double busy, int[] counts)
    {
        var table = Table(8, 1, 1);
        Report(table, [1, 0.6], from: 10, seconds: 20, busy);
        Assert.Equal(counts, table.Leases.Select(lease => lease.Slices.Count));
        // A node that comes makes shares anew, by the same measure.
        table.Join("node 2", 1);
        Assert.Equal(busy is > 0 and < 0.5 ? [2, 3, 3] : [3, 2, 3], table.Leases.Select(lease => lease.Slices.Count));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.PositiveInfinity)]
    public void What_is_no_speed_counts_as_none(double speed)
    {
        var table = Table(8, 1, 1);
        Report(table, [1, speed], from: 10, seconds: 10);
        Assert.Equal([4, 4], table.Leases.Select(lease => lease.Slices.Count));
    }

    [Fact]
    public void A_node_that_is_fast_again_gets_slices_again()
    {
        var table = Table(16, 1, 1);
        Report(table, [1, 0.1], from: 10, seconds: 5);
        Assert.Equal([15, 1], table.Leases.Select(lease => lease.Slices.Count));
        Report(table, [1, 1], from: 15, seconds: 10);
        Assert.Equal([8, 8], table.Leases.Select(lease => lease.Slices.Count));
    }

    /// <summary>It has nothing to be measured by: it is tried again after some time.</summary>
    [Fact]
    public void A_node_without_slices_is_tried_again()
    {
        var table = Table(2, 1, 1);
        Report(table, [1, 0.3], from: 10, seconds: 5);
        Assert.Equal([2, 0], table.Leases.Select(lease => lease.Slices.Count));
        var generation = table.Generation;
        var seconds = 0;
        for (; table.Generation == generation; seconds++)
        {
            Assert.InRange(seconds, 0, 120);
            table.Measure("node 0", 1, busy: 1, TimeSpan.FromSeconds(15 + seconds));
            table.Measure("node 1", null, busy: 1, TimeSpan.FromSeconds(15 + seconds));
        }

        Assert.InRange(seconds, 10, 120);
        Assert.Equal([1, 1], table.Leases.Select(lease => lease.Slices.Count));
    }

    [Fact]
    public void A_node_that_owes_is_slower_than_it_said()
    {
        var table = Table(16, 1, 1, 1);
        Report(table, [1, 1, 1], from: 10, seconds: 5);
        Assert.Equal(["node 2"], table.Suspect([15], TimeSpan.FromSeconds(20), silence: TimeSpan.FromSeconds(600)));
        Assert.Equal([8, 8, 0], table.Leases.Select(lease => lease.Slices.Count));
        Assert.True(table.Heard("node 2", TimeSpan.FromSeconds(22)));
        Assert.True(table.Leases[2].Slices.Count is > 0 and < 5, $"{table.Leases[2].Slices.Count} slices");
    }

    /// <summary>Speeds that jump by a tenth about the same mean for ten minutes.</summary>
    [Fact]
    public void Noise_moves_nothing()
    {
        const int Seed = 5;
        var random = new Random(Seed);
        var table = Table(16, 1, 2, 1);
        var generation = table.Generation;
        for (var second = 0; second < 600; second++)
        {
            Report(table, [1 + (0.2 * (random.NextDouble() - 0.5)), 1 + (0.2 * (random.NextDouble() - 0.5)), 1 + (0.2 * (random.NextDouble() - 0.5))], second, seconds: 1);
        }

        Assert.True(table.Generation == generation, $"seed {Seed}: {table.Generation - generation} moves");
    }

    private static LeaseTable Table(int slices, params int[] workers)
    {
        var table = new LeaseTable(slices);
        foreach (var (node, count) in workers.Index())
        {
            table.Join($"node {node}", count);
        }

        return table;
    }

    /// <summary>A report of each node's speed each second.</summary>
    private static void Report(LeaseTable table, double[] speeds, int from, int seconds, double busy = 1)
    {
        for (var second = from; second < from + seconds; second++)
        {
            foreach (var (node, speed) in speeds.Index())
            {
                table.Measure($"node {node}", speed, busy, TimeSpan.FromSeconds(second));
            }
        }
    }
}
