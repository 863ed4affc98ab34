using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;

namespace ActorNet.Cluster.Tests.Monitoring;

/// <summary>The first failure seen, which people look for when a run has failed.</summary>
public sealed class FailureTrailTests
{
    private static readonly DateTime _noon = new(2026, 1, 2, 12, 0, 0, DateTimeKind.Utc);
    private readonly FailureTrail _trail = new();

    [Fact]
    public void The_first_failure_is_named_and_not_the_last()
    {
        _trail.See(Progress(10), _noon);
        _trail.See(new TrainingEvent.NodeLeft("a", "it ended", 2, IsAsked: false), _noon.AddSeconds(1));
        _trail.See(Progress(10), _noon.AddSeconds(1));
        _trail.See(new TrainingEvent.NodeSuspected("b", "it owes slices", 3), _noon.AddSeconds(2));
        Assert.Equal("Nothing has moved. Root cause (the first failure seen): at 2026-01-02 12:00:01Z a left: it ended.", _trail.Explain("Nothing has moved."));
    }

    [Fact]
    public void What_was_got_over_is_no_cause()
    {
        _trail.See(Progress(10), _noon);
        _trail.See(new TrainingEvent.NodeLeft("a", "it ended", 2, IsAsked: false), _noon);
        _trail.See(Progress(11), _noon);
        Assert.Contains("a left", _trail.Explain("x"), StringComparison.Ordinal);
        _trail.See(Progress(12), _noon);
        Assert.Equal("x", _trail.Explain("x"));
    }

    [Fact]
    public void A_failure_that_names_its_cause_needs_no_other()
    {
        _trail.See(new TrainingEvent.Warned("the disk is full"), _noon);
        Assert.Equal("It failed: the disk is full", _trail.Explain("It failed: the disk is full"));
    }

    [Fact]
    public void Whoever_was_refused_is_no_cause()
    {
        _trail.See(new TrainingEvent.PeerRefused("10.0.0.9 does not speak TLS"), _noon);
        Assert.Equal("x", _trail.Explain("x"));
    }

    private static TrainingEvent.Progressed Progress(long version) => new(version, 1, 1);
}
