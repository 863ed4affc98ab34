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
        Assert.Equal(expected, EpochResults.HasStalled(job, history));
    }

    [Fact]
    public void A_regression_is_judged_by_its_cost()
    {
        var job = new JobSpec { Patience = 2 };
        List<EpochResult> history = [Numbers(1, 0.3), Numbers(2, 0.2), Numbers(3, 0.1)];
        Assert.False(EpochResults.HasStalled(job, history));
        history.AddRange([Numbers(4, 0.1), Numbers(5, 0.15)]);
        Assert.True(EpochResults.HasStalled(job, history));
    }

    [Fact]
    public void A_regression_has_no_accuracy()
    {
        var result = Numbers(1, 0.3);
        Assert.True(double.IsNaN(result.TrainAccuracy) && double.IsNaN(result.TestAccuracy) && result.ValidationAccuracy is null);
        Assert.Equal(-0.3, EpochResults.Merit(result), 1e-12);
        Assert.Equal(-0.01, EpochResults.Merit(result with { ValidationCost = null }), 1e-12);
    }

    /// <summary>The test set chooses no epoch: however it goes up or down, the held-out part alone decides.</summary>
    private static EpochResult Epoch(int number, double accuracy, double cost) =>
        EpochResults.Create(TaskKind.Classification, number, new Score(10, 1, 5), test: new Score(100, 1, number), new Score(100, 100 * cost, (int)Math.Round(100 * accuracy)), seconds: 0);

    private static EpochResult Numbers(int number, double cost) =>
        EpochResults.Create(TaskKind.Regression, number, new Score(10, 1, 0), test: new Score(100, 1, 0), new Score(100, 100 * cost, 0), seconds: 0);
}
