using ActorNet.Core.Training.Leases;

namespace ActorNet.Core.Tests.Training.Leases;

public sealed class LeaseTableTests
{
    private static readonly TimeSpan _silence = TimeSpan.FromSeconds(0.6);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    [Fact]
    public void An_empty_table_has_no_leases_and_no_generation()
    {
        var table = new LeaseTable(8);
        Assert.Equal((0, 0), (table.Generation, table.Capacity));
        Assert.Empty(table.Leases);
    }

    [Theory]
    [InlineData(8, new[] { 1 }, new[] { 8 })]
    [InlineData(8, new[] { 1, 1 }, new[] { 4, 4 })]
    [InlineData(8, new[] { 1, 3 }, new[] { 2, 6 })]
    [InlineData(8, new[] { 3, 1, 4 }, new[] { 3, 1, 4 })]
    [InlineData(8, new[] { 1, 1, 1 }, new[] { 2, 3, 3 })]
    [InlineData(3, new[] { 1, 1, 1, 1, 1 }, new[] { 0, 1, 0, 1, 1 })]
    [InlineData(1, new[] { 4, 4 }, new[] { 0, 1 })]
    public void Slices_are_shared_out_in_proportion_to_workers_as_ranges_in_the_order_of_joining(int slices, int[] workers, int[] counts)
    {
        var table = new LeaseTable(slices);
        foreach (var (node, capacity) in workers.Index())
        {
            table.Join($"node {node}", capacity);
        }

        Assert.Equal(counts, table.Leases.Select(lease => lease.Slices.Count));
        Assert.Equal(Enumerable.Range(0, slices), table.Leases.SelectMany(lease => lease.Slices));
        Assert.Equal(workers.Sum(), table.Capacity);
        Assert.Equal(workers.Length, table.Generation);
    }

    [Fact]
    public void A_node_that_leaves_gives_its_slices_to_the_others()
    {
        var table = Of(8, "a", "b");
        Assert.True(table.Leave("a"));
        Assert.Equal(3, table.Generation);
        Assert.Equal(["b"], table.Leases.Select(lease => lease.Node));
        Assert.Equal(8, Count(table, "b"));
        Assert.False(table.Leave("a"));
        Assert.Equal(3, table.Generation);
    }

    [Fact]
    public void The_last_node_that_leaves_leaves_no_leases()
    {
        var table = Of(8, "a");
        Assert.True(table.Leave("a"));
        Assert.Empty(table.Leases);
        Assert.Equal(0, table.Capacity);
    }

    [Fact]
    public void A_node_that_joins_again_with_other_workers_is_one_node()
    {
        var table = Of(8, "a", "b");
        table.Join("a", 3);
        Assert.Equal(["b", "a"], table.Leases.Select(lease => lease.Node));
        Assert.Equal((2, 6), (Count(table, "b"), Count(table, "a")));
    }

    [Fact]
    public void A_spare_computes_as_soon_as_a_node_leaves()
    {
        var table = Of(2, "a", "b", "c");
        var spare = Assert.Single(table.Leases, lease => lease.Slices.Count == 0).Node;
        table.Leave(table.Leases.First(lease => lease.Slices.Count > 0).Node);
        Assert.Equal(1, Count(table, spare));
    }

    [Fact]
    public void Of_the_nodes_that_owe_slices_the_silent_ones_are_suspected_first()
    {
        var table = Of(8, "a", "b", "c", "d");
        Hear(table, at: 1, "a", "b", "d");
        Assert.Equal(["c"], table.Suspect([2, 3, 4, 5], At(1.5), _silence));
        Assert.Equal(["c"], table.Suspects);
        Assert.Equal((0, 3), (Count(table, "c"), table.Capacity));
        Assert.Equal(Enumerable.Range(0, 8), All(table));
    }

    [Fact]
    public void Where_none_is_silent_all_that_owe_slices_are_suspected()
    {
        var table = Of(8, "a", "b", "c");
        Hear(table, at: 1, "a", "b", "c");
        var (first, last) = (table.Leases[0].Slices[0], table.Leases[1].Slices[^1]);
        Assert.Equal(["a", "b"], table.Suspect([first, last], At(1.5), _silence));
        Assert.Equal(8, Count(table, "c"));
    }

    [Fact]
    public void A_node_that_owes_nothing_is_never_suspected()
    {
        var table = Of(8, "a", "b");
        Hear(table, at: 5, "b");
        Assert.Equal(["b"], table.Suspect(Slices(table, "b"), At(5), _silence));
    }

    [Fact]
    public void Nobody_is_suspected_when_that_would_leave_none()
    {
        var table = Of(8, "a", "b");
        var generation = table.Generation;
        Assert.Empty(table.Suspect([.. Enumerable.Range(0, 8)], At(9), _silence));
        Assert.Empty(Of(8, "a").Suspect([0], At(9), _silence));
        Assert.Empty(table.Suspect([], At(9), _silence));
        Assert.Equal(generation, table.Generation);

        Assert.Equal(["a"], table.Suspect(Slices(table, "a"), At(9), _silence));
        Assert.Empty(table.Suspect([.. Enumerable.Range(0, 8)], At(9), _silence));
        Assert.False(table.Lose("b", At(9)));
        Assert.Equal(8, Count(table, "b"));
    }

    [Fact]
    public void A_suspect_that_shows_life_has_slices_again_after_its_probation()
    {
        var table = Of(8, "a", "b");
        table.Suspect(Slices(table, "a"), At(10), _silence);
        var generation = table.Generation;
        Assert.False(table.Heard("a", At(10.999)));
        Assert.Equal((generation, 0), (table.Generation, Count(table, "a")));
        Assert.True(table.Heard("a", At(11)));
        Assert.Equal((generation + 1, 4), (table.Generation, Count(table, "a")));
        Assert.Empty(table.Suspects);
        // Once more says nothing new.
        Assert.False(table.Heard("a", At(12)));
    }

    [Fact]
    public void Each_further_suspicion_doubles_the_probation_up_to_eight_seconds()
    {
        var table = Of(8, "a", "b");
        var now = At(0);
        foreach (var wait in Enumerable.Range(0, 8).Select(doublings => TimeSpan.FromSeconds(Math.Min(1 << doublings, 8))))
        {
            Assert.True(table.Lose("a", now));
            Assert.False(table.Heard("a", now + wait - TimeSpan.FromTicks(1)), $"trusted before {wait}");
            now += wait;
            Assert.True(table.Heard("a", now), $"not trusted after {wait}");
        }
    }

    [Fact]
    public void A_node_that_was_trusted_for_long_begins_with_a_clean_slate()
    {
        var table = Of(8, "a", "b");
        var now = At(0);
        for (var doublings = 0; doublings < 2; doublings++)
        {
            table.Lose("a", now);
            now += TimeSpan.FromSeconds(1 << doublings);
            Assert.True(table.Heard("a", now));
        }

        now += LeaseTable.Forgiven;
        table.Lose("a", now);
        Assert.True(table.Heard("a", now + LeaseTable.Probation));
    }

    [Fact]
    public void A_node_whose_connection_broke_is_suspected_at_once_and_once()
    {
        var table = Of(8, "a", "b");
        Hear(table, at: 1, "a", "b");
        Assert.True(table.Lose("a", At(1)));
        Assert.False(table.Lose("a", At(1)));
        Assert.False(table.Lose("unknown", At(1)));
        Assert.Equal(8, Count(table, "b"));
    }

    [Fact]
    public void When_only_suspects_are_left_they_have_the_slices()
    {
        var table = Of(8, "a", "b", "c");
        table.Lose("a", At(1));
        table.Lose("b", At(1));
        table.Leave("c");
        Assert.Equal((0, 4, 4), (table.Capacity, Count(table, "a"), Count(table, "b")));
        Assert.True(table.Heard("b", At(2)));
        Assert.Equal((0, 8), (Count(table, "a"), Count(table, "b")));
    }

    [Fact]
    public void Whoever_takes_no_part_is_not_heard()
    {
        var table = Of(8, "a");
        Assert.False(table.Heard("b", At(1)));
        Assert.Equal(1, table.Generation);
    }

    [Fact]
    public void A_slice_is_leased_to_a_holder_of_its_data_alone()
    {
        var table = new LeaseTable(4);
        table.Join("a", 1, held: [0, 1, 2]);
        Assert.False(table.IsComplete);
        Assert.Equal([3], table.Unheld);
        table.Join("b", 1, held: [3]);
        Assert.True(table.IsComplete);
        Assert.Equal([3], Slices(table, "b"));

        var generation = table.Generation;
        Assert.True(table.Hold("b", [2, 3]));
        Assert.Equal(generation + 1, table.Generation);
        Assert.Equal([2, 3], Slices(table, "b"));
        // More than its share changes nothing.
        Assert.False(table.Hold("b", [1, 2, 3]));
        Assert.Equal(generation + 1, table.Generation);
    }

    [Fact]
    public void A_suspect_keeps_the_slices_that_nobody_else_holds()
    {
        var table = new LeaseTable(4);
        table.Join("a", 1, held: [0, 1]);
        table.Join("b", 1, held: [1, 2, 3]);
        Assert.True(table.Lose("a", At(1)));
        Assert.Equal([0], Slices(table, "a"));
        Assert.Equal([1, 2, 3], Slices(table, "b"));
    }

    /// <summary>Whatever happens, each slice is leased once while anybody is there, to suspects only where nobody is trusted, and a generation has one assignment.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_slice_is_leased_to_one_node_whatever_happens(int seed)
    {
        var random = new Random(seed);
        var slices = random.Next(1, 20);
        var table = new LeaseTable(slices);
        var before = (Generation: 0, Leases: "");
        for (var move = 0; move < 500; move++)
        {
            var node = $"node {random.Next(6)}";
            var now = At(move * 0.3);
            switch (random.Next(5))
            {
                case 0:
                    table.Join(node, random.Next(1, 5));
                    break;
                case 1 when random.Next(3) == 0:
                    table.Leave(node);
                    break;
                case 2:
                    table.Heard(node, now);
                    break;
                case 3:
                    table.Lose(node, now);
                    break;
                default:
                    table.Suspect([.. Enumerable.Range(0, slices).Where(_ => random.Next(4) == 0)], now, _silence);
                    break;
            }

            var leases = string.Join("; ", table.Leases.Select(lease => $"{lease.Node}: {string.Join(", ", lease.Slices)}"));
            Assert.True(table.Generation >= before.Generation, $"seed {seed}, move {move}: a generation was taken back");
            Assert.True(table.Generation > before.Generation || leases == before.Leases, $"seed {seed}, move {move}: other leases in the same generation");
            Assert.True(
                table.Leases.Count == 0 || All(table).SequenceEqual(Enumerable.Range(0, slices)), $"seed {seed}, move {move}: {leases} are not all slices");
            Assert.True(
                table.Capacity == 0 || table.Suspects.All(suspect => Count(table, suspect) == 0), $"seed {seed}, move {move}: a suspect has slices: {leases}");
            before = (table.Generation, leases);
        }
    }

    private static LeaseTable Of(int slices, params IEnumerable<string> nodes)
    {
        var table = new LeaseTable(slices);
        foreach (var node in nodes)
        {
            table.Join(node, 1);
        }

        return table;
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    private static void Hear(LeaseTable table, double at, params IEnumerable<string> nodes)
    {
        foreach (var node in nodes)
        {
            table.Heard(node, At(at));
        }
    }

    private static IReadOnlyList<int> Slices(LeaseTable table, string node) => table.Leases.Single(lease => lease.Node == node).Slices;

    private static int Count(LeaseTable table, string node) => Slices(table, node).Count;

    private static IEnumerable<int> All(LeaseTable table) => table.Leases.SelectMany(lease => lease.Slices).Order();
}
