using ActorNet.Core.Training.Leases;
using CsCheck;

namespace ActorNet.Core.Tests.Training.Leases;

/// <summary>The leases of nodes that do not have all data.</summary>
public sealed class LeaseTableHoldersTests
{
    private static readonly TimeSpan _now = TimeSpan.FromSeconds(10);
    private static readonly int[] _all = [0, 1, 2, 3, 4, 5, 6, 7];
    private readonly LeaseTable _table = new(8);

    [Fact]
    public void A_node_gets_slices_as_their_data_comes()
    {
        _table.Join("a", 1, []);
        _table.Join("b", 1, []);
        Assert.Equal(_all, _table.Unheld);
        Assert.Equal("a: b:", Leases());

        Assert.True(_table.Hold("a", [0]));
        Assert.True(_table.Hold("b", [4, 5]));
        Assert.Equal("a:0 b:45", Leases());
        Assert.Equal([1, 2, 3, 6, 7], _table.Unheld);
        Assert.False(_table.IsComplete);

        Assert.True(_table.Hold("a", [0, 1, 2, 3]));
        Assert.True(_table.Hold("b", [4, 5, 6, 7]));
        Assert.Equal("a:0123 b:4567", Leases());
        Assert.True(_table.IsComplete);
    }

    [Fact]
    public void What_is_fetched_ahead_changes_no_lease_before_it_is_needed()
    {
        JoinHolding("a", [0, 1, 2, 3]);
        JoinHolding("b", [4, 5, 6, 7]);
        var generation = _table.Generation;
        Assert.False(_table.Hold("b", _all));
        Assert.Equal(generation, _table.Generation);

        Assert.True(_table.Lose("a", _now));
        Assert.Equal("a: b:01234567", Leases());
    }

    [Fact]
    public void Two_nodes_are_to_have_each_slice_the_own_share_first()
    {
        _table.Join("a", 1, []);
        Assert.Equal(_all, _table.WantedBy("a"));
        _table.Join("b", 1, []);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], _table.WantedBy("a"));
        Assert.Equal([4, 5, 6, 7, 0, 1, 2, 3], _table.WantedBy("b"));
        _table.Join("c", 2, []);
        Assert.Equal([0, 1, 4, 5, 6, 7], _table.WantedBy("a"));
        Assert.Equal([2, 3, 0, 1], _table.WantedBy("b"));
        Assert.Equal([4, 5, 6, 7, 2, 3], _table.WantedBy("c"));
        Assert.Empty(_table.WantedBy("nobody"));
    }

    [Fact]
    public void A_node_with_all_data_spares_the_others_the_second_copy()
    {
        _table.Join("full", 1);
        _table.Join("b", 1, []);
        _table.Join("c", 2, []);
        Assert.Empty(_table.WantedBy("full"));
        // The full node's own share has no other holder yet.
        Assert.Equal([2, 3, 0, 1], _table.WantedBy("b"));
        Assert.Equal([4, 5, 6, 7], _table.WantedBy("c"));
        Assert.Equal("full:01234567 b: c:", Leases());
        _table.Hold("c", [4, 5, 6, 7]);
        Assert.Equal("full:0123 b: c:4567", Leases());
    }

    [Fact]
    public void What_no_trusted_node_has_is_fetched_first()
    {
        JoinHolding("a", [0, 1]);
        JoinHolding("b", [2, 3, 4]);
        JoinHolding("c", [5, 6]);
        Assert.Equal([7, 2, 3, 4], _table.WantedBy("c"));
        Assert.True(_table.Lose("b", _now));
        // Nobody else has what the suspect has, so it keeps it.
        Assert.Equal("a:01 b:234 c:56", Leases());
        Assert.Equal([7, 2, 3, 4], _table.WantedBy("c"));
        _table.Hold("c", [2, 5, 6]);
        Assert.Equal("a:01 b:34 c:256", Leases());
        _table.Hold("c", [2, 3, 4, 5, 6, 7]);
        Assert.Equal("a:01 b: c:234567", Leases());
    }

    [Fact]
    public void A_node_that_fetches_no_more_keeps_what_it_has_and_others_fetch_in_its_place()
    {
        JoinHolding("a", [0, 1]);
        JoinHolding("b", [4, 5, 6, 7]);
        _table.Hold("a", [0, 1], fetches: false);
        Assert.Empty(_table.WantedBy("a"));
        Assert.Equal([2, 3, 0, 1], _table.WantedBy("b"));
        _table.Hold("b", _all, fetches: true);
        Assert.Equal("a:01 b:234567", Leases());
    }

    [Fact]
    public void Lost_data_takes_the_slice_away()
    {
        JoinHolding("a", _all);
        JoinHolding("b", _all);
        Assert.True(_table.Hold("a", [0, 2, 3, 4, 5, 6, 7]));
        Assert.Equal([1], _table.WantedBy("a"));
        Assert.DoesNotContain(_table.Leases, lease => lease.Node == "a" && lease.Slices.Contains(1));
        Assert.Equal(4, _table.Leases.Single(lease => lease.Node == "a").Slices.Count);
        _table.Hold("a", _all);
        Assert.Equal("a:0123 b:4567", Leases());
    }

    [Fact]
    public void The_loss_of_the_last_holder_leaves_its_slices_to_nobody_until_another_has_them()
    {
        JoinHolding("a", [0, 1, 2, 3]);
        JoinHolding("b", [4, 5, 6, 7]);
        Assert.True(_table.Leave("b"));
        Assert.Equal([4, 5, 6, 7], _table.Unheld);
        Assert.Equal("a:0123", Leases());
        Assert.Equal([4, 5, 6, 7], _table.WantedBy("a"));
        // Nobody owes what nobody has: a late step is nobody's fault.
        Assert.Empty(_table.Suspect([4, 5, 6, 7], _now, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Suspects_compute_when_there_is_nobody_else()
    {
        _table.Join("a", 1);
        _table.Join("b", 1);
        _table.Join("c", 2);
        Assert.True(_table.Lose("a", _now));
        Assert.True(_table.Lose("b", _now));
        Assert.Equal("a: b: c:01234567", Leases());
        Assert.True(_table.Leave("c"));
        Assert.Equal("a:0123 b:4567", Leases());
    }

    /// <summary>Whoever comes, goes and fetches, every slice that somebody holds is leased to one holder, and what is wanted is enough for two of each.</summary>
    [Fact]
    public void Once_all_have_fetched_what_they_should_every_slice_has_two_holders() =>
        Gen.Select(Gen.Int[1, 8], Gen.Int[1, 4].Array[1, 6]).Sample((slices, workers) =>
        {
            var table = new LeaseTable(slices);
            var held = new List<HashSet<int>>();
            for (var node = 0; node < workers.Length; node++)
            {
                table.Join($"{node}", workers[node], []);
                held.Add([]);
            }

            for (var node = 0; node < workers.Length; node++)
            {
                held[node].UnionWith(table.WantedBy($"{node}"));
                table.Hold($"{node}", held[node]);
            }

            Assert.All(Enumerable.Range(0, slices), slice => Assert.Equal(Math.Min(2, workers.Length), held.Count(holder => holder.Contains(slice))));
            Assert.All(Enumerable.Range(0, workers.Length), node => Assert.Empty(table.WantedBy($"{node}")));
            var plain = new LeaseTable(slices);
            Array.ForEach(workers.Index().ToArray(), node => plain.Join($"{node.Index}", node.Item));
            Assert.Equal(plain.Leases.SelectMany(lease => lease.Slices), table.Leases.SelectMany(lease => lease.Slices));
            if (workers.Length > 1)
            {
                table.Leave("0");
                Assert.True(table.IsComplete);
            }
        });

    private void JoinHolding(string node, int[] held) => _table.Join(node, 1, held);

    private string Leases() => string.Join(' ', _table.Leases.Select(lease => $"{lease.Node}:{string.Concat(lease.Slices)}"));
}
