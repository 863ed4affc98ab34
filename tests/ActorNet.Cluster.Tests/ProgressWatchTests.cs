using ActorNet.Cluster.Coordinator;
using ActorNet.Cluster.Protocol;

namespace ActorNet.Cluster.Tests;

public sealed class ProgressWatchTests
{
    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(10);
    private readonly ProgressWatch _watch = new(partitions: 1, _deadline);
    private TimeSpan _now = TimeSpan.FromHours(1);

    [Fact]
    public void A_run_in_which_nothing_moves_for_longer_than_the_deadline_has_stalled()
    {
        Assert.False(LookFor(_deadline));
        Assert.True(LookFor(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void What_moves_begins_the_wait_anew()
    {
        Assert.False(LookFor(_deadline));
        _watch.Note(Report(5));
        Assert.False(LookFor(_deadline));
        _watch.Note(Report(5));
        Assert.True(LookFor(TimeSpan.FromSeconds(1)));
    }

    /// <summary>Ctrl+Z and fg, a container that is paused, a lid that is closed: nobody could have told it that anything moved.</summary>
    [Fact]
    public void A_process_that_was_stopped_itself_accuses_nobody()
    {
        Assert.False(LookFor(TimeSpan.FromSeconds(5)));
        _now += TimeSpan.FromHours(1);
        Assert.False(LookFor(_deadline));
        Assert.True(LookFor(TimeSpan.FromSeconds(1)));
    }

    private static ProgressReport Report(long version) => new(0, version, default, [], default, default);

    /// <summary>Looks once in a while, as the coordinator does.</summary>
    private bool LookFor(TimeSpan time)
    {
        var hasStalled = false;
        for (var until = _now + time; _now < until;)
        {
            hasStalled = _watch.HasStalled(_now);
            _now += TimeSpan.FromMilliseconds(250);
        }

        return hasStalled;
    }
}
