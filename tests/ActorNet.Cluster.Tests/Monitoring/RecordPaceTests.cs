using ActorNet.Cluster.Monitoring;

namespace ActorNet.Cluster.Tests.Monitoring;

/// <summary>How many lines a run's record has of what comes all the time.</summary>
public sealed class RecordPaceTests
{
    [Theory]
    [InlineData(60, 60)]
    [InlineData(600, 600)]
    [InlineData(3600, 1700)]
    [InlineData(7 * 86400, 14_000)]
    public void A_run_has_so_many_lines(int seconds, int most)
    {
        var pace = new RecordPace();
        var lines = Enumerable.Range(0, 4 * seconds).Count(quarter => pace.IsDue(TimeSpan.FromSeconds(quarter / 4.0)));
        Assert.InRange(lines, most / 2, most + 1);
    }
}
