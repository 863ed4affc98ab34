using ActorNet.Cluster.Workers;

namespace ActorNet.Cluster.Tests;

/// <summary>What a node that computes knows of the versions of two partitions' hosts.</summary>
public sealed class VersionWitnessTests
{
    private readonly VersionWitness _witness = new(2);

    public VersionWitnessTests() => _witness.SetHosts([["a", "b"], ["b"]]);

    [Fact]
    public void A_version_counts_when_all_hosts_have_made_it()
    {
        Assert.Equal(-1, _witness.Newest(0));
        Assert.Null(_witness.Note(0, 3, "a", 7));
        Assert.Equal((-1, -1), (_witness.Newest(0), _witness.Newest(1)));
        Assert.Null(_witness.Note(0, 3, "b", 7));
        Assert.Null(_witness.Note(0, 4, "b", 8));
        Assert.Null(_witness.Note(1, 3, "b", 9));
        Assert.Equal((3, 3), (_witness.Newest(0), _witness.Newest(1)));
    }

    [Fact]
    public void What_a_lost_host_has_made_counts_when_its_heir_has_made_it_too()
    {
        _witness.Note(0, 3, "b", 7);
        _witness.Note(0, 4, "a", 8);
        _witness.SetHosts([["b"], ["b"]]);
        Assert.Equal(3, _witness.Newest(0));
        _witness.Note(0, 4, "b", 8);
        Assert.Equal(4, _witness.Newest(0));
    }

    [Fact]
    public void Another_hash_of_the_same_version_is_named_with_both_nodes()
    {
        Assert.Null(_witness.Note(0, 3, "a", 0xAB));
        Assert.Null(_witness.Note(1, 3, "b", 0xCD));
        Assert.StartsWith(
            "Partition 0 is not the same on its hosts at version 3: a has 00000000000000ab, b has 00000000000000cd. ", _witness.Note(0, 3, "b", 0xCD), StringComparison.Ordinal);
    }

    /// <summary>What is on its way for long says nothing of now.</summary>
    [Fact]
    public void An_older_version_takes_nothing_back()
    {
        _witness.Note(1, 5, "b", 1);
        Assert.Null(_witness.Note(1, 4, "b", 2));
        Assert.Equal(5, _witness.Newest(1));
    }
}
