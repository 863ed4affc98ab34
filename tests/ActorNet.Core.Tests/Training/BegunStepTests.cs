using ActorNet.Core.Training;

namespace ActorNet.Core.Tests.Training;

/// <summary>Three partitions of 1,024 parameters.</summary>
public sealed class BegunStepTests
{
    private readonly HeldVersions _weights = new(3);

    [Fact]
    public void A_step_begins_with_the_first_layer_and_is_whole_with_the_last()
    {
        var begun = With(opening: 1000);
        Assert.Equal(StepNews.None, Note(begun, 1, 0));
        Assert.Equal((StepNews.Newer, 2048, -1L), (Note(begun, 0, 0), begun.There, begun.Whole));
        Assert.Equal((StepNews.More, 3072, 0L), (Note(begun, 2, 0), begun.There, begun.Whole));
        Assert.Equal((StepNews.Newer, 1024, 0L), (Note(begun, 0, 1), begun.There, begun.Whole));
        Assert.Equal((StepNews.None, 1L), (Note(begun, 2, 1), begun.Step));
    }

    [Fact]
    public void A_first_layer_of_two_partitions_needs_both()
    {
        var begun = With(opening: 2000);
        Assert.Equal(StepNews.None, Note(begun, 0, 0));
        Assert.Equal(StepNews.Newer, Note(begun, 1, 0));
    }

    [Fact]
    public void A_step_of_which_all_is_needed_begins_whole()
    {
        var begun = With(opening: 3072);
        Note(begun, 0, 0);
        Note(begun, 1, 0);
        Assert.Equal((StepNews.Newer, 0L), (Note(begun, 2, 0), begun.Whole));
    }

    [Fact]
    public void What_was_passed_over_and_comes_is_told()
    {
        var begun = With(opening: 1000);
        for (var partition = 0; partition < 3; partition++)
        {
            Note(begun, partition, 0);
        }

        Assert.Equal(StepNews.Newer, Note(begun, 0, 2));
        Note(begun, 1, 1);
        Note(begun, 2, 1);
        Assert.Equal((StepNews.Earlier, 2L, 1L), (Note(begun, 0, 1), begun.Step, begun.Whole));
        Assert.Equal(StepNews.More, Note(begun, 1, 2));
        Assert.Equal((StepNews.More, 2L), (Note(begun, 2, 2), begun.Whole));
    }

    /// <summary>With standbys a version counts when its other host has made it: two may count at once.</summary>
    [Fact]
    public void A_step_that_can_begin_does_not_hide_the_one_before()
    {
        var begun = With(opening: 2000);
        _weights.Bound(1, -1);
        for (var version = 0; version < 2; version++)
        {
            Assert.Equal(StepNews.None, Note(begun, 0, version));
            Assert.Equal(StepNews.None, Note(begun, 1, version));
        }

        Note(begun, 2, 0);
        _weights.Bound(1, 1);
        Assert.Equal((StepNews.Earlier, 1L, 0L), (begun.Look(), begun.Step, begun.Whole));
    }

    private BegunStep With(int opening) => new(_weights, PartitionPlan.Cut(3072, 3), opening);

    private StepNews Note(BegunStep begun, int partition, long version)
    {
        _weights.Note(partition, version);
        return begun.Look();
    }
}
