using ActorNet.Core.Training;

namespace ActorNet.Cli.Runs;

/// <summary>An epoch's result as JSON holds it: null for what was not judged.</summary>
internal sealed record EpochSummary(
    int Epoch, double? TrainCost, double? TrainAccuracy, double? TestAccuracy, double? TestCost, double? ValidationAccuracy, double Seconds, double? ValidationCost = null)
{
    /// <summary>The summary of a result.</summary>
    public static EpochSummary Of(EpochResult result) => new(
        result.Epoch,
        RunJson.Number(result.TrainCost),
        RunJson.Number(result.TrainAccuracy),
        RunJson.Number(result.TestAccuracy),
        RunJson.Number(result.TestCost),
        RunJson.Number(result.ValidationAccuracy),
        result.Seconds,
        RunJson.Number(result.ValidationCost));
}
