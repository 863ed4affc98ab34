using ActorNet.Cli.Http;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;
using ActorNet.Core.Training;

namespace ActorNet.EndToEnd.Tests.Http;

/// <summary>The history of a run is bounded and even, and follows the run back.</summary>
public sealed class HistoryKeeperTests
{
    private readonly HistoryKeeper _history = new(new RunControl());

    [Theory]
    [InlineData(10)]
    [InlineData(1_999)]
    [InlineData(2_001)]
    [InlineData(100_003)]
    public void Points_are_thinned_evenly_and_end_with_the_newest(int count)
    {
        for (var step = 1; step <= count; step++)
        {
            _history.See(new TrainingEvent.Progressed(step, 1000, 0.5));
        }

        var steps = _history.Read().Points.Select(point => point.Step).ToList();
        Assert.InRange(steps.Count, Math.Min(count, HistoryKeeper.MostPoints / 2), HistoryKeeper.MostPoints);
        Assert.Equal(count, steps[^1]);
        var gaps = steps.SkipLast(1).Zip(steps.SkipLast(1).Skip(1), (one, next) => next - one).ToList();
        Assert.Equal(gaps.Min(), gaps.Max());
    }

    [Fact]
    public void What_is_not_a_number_is_not_known()
    {
        _history.See(new TrainingEvent.Progressed(1, double.PositiveInfinity, double.NaN));
        var point = Assert.Single(_history.Read().Points);
        Assert.Equal((null, null), (point.RunningCost, point.SamplesPerSecond));
    }

    [Fact]
    public void A_run_that_goes_back_takes_its_history_back()
    {
        _history.Begin([Epoch(1)]);
        _history.See(new TrainingEvent.Started(100, 1000, StepsPerEpoch: 100, 10, 1, 1));
        foreach (var step in (long[])[150, 190, 250])
        {
            _history.See(new TrainingEvent.Progressed(step, 1000, 0.5));
        }

        _history.See(new TrainingEvent.EpochDone(Epoch(2)));
        _history.See(new TrainingEvent.WentBack(150, "a server was lost"));
        Assert.Equal([(150L, 2)], _history.Read().Points.Select(point => (point.Step, point.Epoch)));
        Assert.Equal([1], _history.Read().Epochs.Select(epoch => epoch.Epoch));
    }

    private static EpochResult Epoch(int number) => new(number, 0.1, 0.9, 0.8, 0.2, null, 1);
}
