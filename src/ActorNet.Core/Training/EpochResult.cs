using System.Text.Json.Serialization;

namespace ActorNet.Core.Training;

/// <summary>What one finished epoch came to.</summary>
/// <param name="Epoch">The number of the epoch, counted from 1.</param>
/// <param name="TrainCost">The mean cost of the training samples, each under the weights of its own step.</param>
/// <param name="TrainAccuracy">The part of training samples answered correctly, 0 to 1, each under the weights of its own step; NaN for a regression.</param>
/// <param name="TestAccuracy">The part of test samples answered correctly after the epoch, 0 to 1; NaN without a test set and for a regression.</param>
/// <param name="TestCost">The mean cost of the test samples after the epoch; NaN without a test set.</param>
/// <param name="ValidationAccuracy">The part of held-out samples answered correctly after the epoch; null without a held-out part and for a regression.</param>
/// <param name="Seconds">How long the epoch's training took.</param>
public sealed record EpochResult(
    int Epoch,
    double TrainCost,
    double TrainAccuracy,
    double TestAccuracy,
    double TestCost,
    double? ValidationAccuracy,
    double Seconds)
{
    /// <summary>The mean cost of the held-out samples after the epoch; null without a held-out part.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ValidationCost { get; init; }
}
