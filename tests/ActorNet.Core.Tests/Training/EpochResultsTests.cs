using ActorNet.Core.Data;
using ActorNet.Core.Training;

namespace ActorNet.Core.Tests.Training;

public sealed class EpochResultsTests
{
    [Theory]
    [InlineData(2, false)]
    [InlineData(2, false, 0.5)]
    [InlineData(2, false, 0.5, 0.4)]
    [InlineData(2, true, 0.5, 0.4, 0.45)]
    [InlineData(2, true, 0.5, 0.5, 0.5)]
    [InlineData(2, false, 0.5, 0.4, 0.6, 0.3)]
    [InlineData(1, true, 0.5, 0.6, 0.6)]
    [InlineData(0, false, 0.5, 0.4, 0.3, 0.2)]
    public void A_job_stalls_when_no_epoch_was_better_for_as_long_as_patience_lasts(int patience, bool expected, params double[] heldOut)
    {
        var job = new JobSpec { Patience = patience };
        var history = heldOut.Select((accuracy, i) => Epoch(i + 1, accuracy, cost: accuracy)).ToList();
        Assert.Equal(expected, EpochResults.HasStalled(job, TaskKind.Classification, history));
    }

    [Fact]
    public void A_regression_is_judged_by_its_cost()
    {
        var job = new JobSpec { Patience = 2 };
        List<EpochResult> history = [Epoch(1, 0, 0.3), Epoch(2, 0, 0.2), Epoch(3, 0, 0.1)];
        Assert.False(EpochResults.HasStalled(job, TaskKind.Regression, history));
        Assert.True(EpochResults.HasStalled(job, TaskKind.Classification, history));
        history.AddRange([Epoch(4, 0, 0.1), Epoch(5, 0, 0.15)]);
        Assert.True(EpochResults.HasStalled(job, TaskKind.Regression, history));
    }

    /// <summary>The test set chooses no epoch: however it goes up or down, the held-out part alone decides.</summary>
    private static EpochResult Epoch(int number, double accuracy, double cost) =>
        EpochResults.Create(number, new Score(10, 1, 5), test: new Score(100, 1, number), new Score(100, 100 * cost, (int)Math.Round(100 * accuracy)), seconds: 0);
}
