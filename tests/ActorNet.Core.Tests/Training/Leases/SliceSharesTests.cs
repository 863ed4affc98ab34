using ActorNet.Core.Training.Leases;
using CsCheck;

namespace ActorNet.Core.Tests.Training.Leases;

public sealed class SliceSharesTests
{
    /// <summary>Slices, and nodes of which some are suspected and some hold but a part.</summary>
    private static readonly Gen<(int Slices, SliceHolder[] Nodes)> _cases =
        from slices in Gen.Int[1, 16]
        from nodes in Gen.Select(Gen.Int[1, 4], Gen.Bool, Gen.Bool, Gen.Int[0, slices - 1].Array[0, slices])
            .Select((workers, isTrusted, isFull, held) => new SliceHolder(workers, isTrusted, isFull ? null : held.ToHashSet())).Array[1, 6]
        select (slices, nodes);

    [Theory]
    [InlineData("1 1", "00001111")]
    [InlineData("1 2 1", "00111122")]
    [InlineData("3 1 1", "00001122")]
    [InlineData("1 0 1", "00002222")]
    [InlineData("1 1 1 1 1 1 1 1 1 1", "12346789")]
    public void Even_shares_are_contiguous_and_in_proportion(string workers, string owners) =>
        Assert.Equal(owners, string.Concat(SliceShares.Even(owners.Length, [.. workers.Split(' ').Select(int.Parse)])));

    [Fact]
    public void Where_every_node_has_all_data_the_shares_are_even() => Gen.Int[1, 4].Array[1, 6].Sample(workers =>
    {
        var nodes = workers.Select(count => new SliceHolder(count, IsTrusted: true, Held: null)).ToArray();
        Assert.Equal(SliceShares.Even(8, workers), SliceShares.AmongHolders(8, nodes));
        var withSuspect = nodes.Append(new SliceHolder(3, IsTrusted: false, Held: null)).ToArray();
        Assert.Equal(SliceShares.Even(8, workers), SliceShares.AmongHolders(8, withSuspect));
    });

    [Fact]
    public void A_slice_goes_to_a_holder_and_to_a_suspect_only_when_no_other_holds_it() => _cases.Sample(sample =>
    {
        var owners = SliceShares.AmongHolders(sample.Slices, sample.Nodes);
        for (var slice = 0; slice < sample.Slices; slice++)
        {
            var holders = sample.Nodes.Where(node => node.Holds(slice)).ToArray();
            Assert.Equal(holders.Length > 0, owners[slice] != SliceShares.Nobody);
            if (holders.Length > 0)
            {
                var owner = sample.Nodes[owners[slice]];
                Assert.True(owner.Holds(slice));
                Assert.Equal(holders.Any(node => node.IsTrusted), owner.IsTrusted);
            }
        }
    });

    [Fact]
    public void No_holder_has_too_much_while_another_has_too_little() => _cases.Sample(sample =>
    {
        var trusted = sample.Nodes.Select(node => node with { IsTrusted = true }).ToArray();
        var owners = SliceShares.AmongHolders(sample.Slices, trusted);
        var quota = SliceShares.Even(sample.Slices, [.. trusted.Select(node => node.Workers)]).CountBy(node => node).ToDictionary();
        var loads = owners.CountBy(node => node).ToDictionary();
        for (var slice = 0; slice < sample.Slices; slice++)
        {
            var owner = owners[slice];
            if (owner == SliceShares.Nobody || loads[owner] <= quota.GetValueOrDefault(owner))
            {
                continue;
            }

            for (var node = 0; node < trusted.Length; node++)
            {
                Assert.False(
                    trusted[node].Holds(slice) && loads.GetValueOrDefault(node) < quota.GetValueOrDefault(node),
                    $"slice {slice} is with {owner}, which has too much, and {node} has it and too little to do");
            }
        }
    });

    /// <summary>Of three nodes with 0 to 1, 2 to 4 and 5 to 7, each of which has fetched its neighbour's share ahead, the second is gone.</summary>
    [Fact]
    public void The_loss_of_a_node_leaves_the_others_with_as_much_to_do_each() =>
        Assert.Equal("00111001", string.Concat(SliceShares.AmongHolders(8, [Holding([0, 1, 5, 6, 7]), Holding([2, 3, 4, 5, 6, 7])])));

    private static SliceHolder Holding(HashSet<int> slices) => new(1, IsTrusted: true, slices);
}
