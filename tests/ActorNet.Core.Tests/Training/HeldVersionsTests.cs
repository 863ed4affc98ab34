using ActorNet.Core.Training;

namespace ActorNet.Core.Tests.Training;

public sealed class HeldVersionsTests
{
    [Fact]
    public void Nothing_can_be_computed_while_a_partition_has_nothing()
    {
        var held = new HeldVersions(2);
        Assert.Equal((-1L, -1L), (held.Slowest, held.Step));
        Assert.Empty(held.Lacking);
        held.Note(0, 0);
        Assert.Equal((-1L, -1L), (held.Slowest, held.Step));
        Assert.Empty(held.Lacking);
        held.Note(1, 0);
        Assert.Equal((0L, 0L), (held.Slowest, held.Step));
    }

    [Fact]
    public void A_partition_may_be_a_step_ahead()
    {
        var held = Of(5, 5, 5);
        held.Note(2, 6);
        Assert.Equal((5L, 5L), (held.Slowest, held.Step));
        held.Note(0, 6);
        held.Note(1, 6);
        Assert.Equal(6, held.Step);
    }

    [Fact]
    public void A_version_that_was_passed_over_is_lacking_until_it_comes()
    {
        var held = Of(4, 4, 4);
        held.Note(0, 6);
        held.Note(1, 5);
        held.Note(2, 6);
        Assert.Equal((5L, -1L), (held.Slowest, held.Step));
        Assert.Equal([0, 2], held.Lacking);
        held.Note(2, 5);
        Assert.Equal([0], held.Lacking);
        held.Note(0, 5);
        Assert.Empty(held.Lacking);
        Assert.Equal(5, held.Step);
    }

    [Fact]
    public void An_older_version_takes_nothing_from_a_newer_one()
    {
        var held = Of(6, 6);
        held.Note(0, 4);
        Assert.Equal(6, held.Step);
    }

    [Fact]
    public void Wanted_is_what_is_newer_than_its_buffer()
    {
        var held = Of(6, 6);
        Assert.False(held.Wants(0, 6));
        Assert.False(held.Wants(0, 4));
        Assert.True(held.Wants(0, 8));
        // The other buffer is empty: what it takes does not touch what is computed with.
        Assert.True(held.Wants(0, 5));
        Assert.True(held.Wants(0, 7));
        held.Note(0, 7);
        Assert.False(held.Wants(0, 5));
    }

    [Fact]
    public void The_first_partitions_may_be_there_before_the_others()
    {
        var held = Of(5, 5, 5);
        held.Note(0, 6);
        held.Note(2, 6);
        Assert.Equal((6L, 5L), (held.NewestOfFirst, held.Step));
        Assert.Equal((3, 1), (held.Leading(5), held.Leading(6)));
        held.Note(1, 6);
        Assert.Equal(3, held.Leading(6));
        // Another host of the second has not made it yet.
        held.Bound(1, 5);
        Assert.Equal(1, held.Leading(6));
    }

    [Fact]
    public void One_partition_needs_one_version()
    {
        var held = new HeldVersions(1);
        for (var version = 0; version < 5; version++)
        {
            held.Note(0, version);
            Assert.Equal((version, version), ((int)held.Slowest, (int)held.Step));
        }
    }

    private static HeldVersions Of(params IReadOnlyList<long> versions)
    {
        var held = new HeldVersions(versions.Count);
        foreach (var (partition, version) in versions.Index())
        {
            held.Note(partition, version);
        }

        return held;
    }
}
