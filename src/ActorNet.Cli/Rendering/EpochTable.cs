using ActorNet.Core.Training;

namespace ActorNet.Cli.Rendering;

/// <summary>The table of epochs, written row by row as they end; columns of fixed width, fewer where the line is narrow.</summary>
/// <param name="width">Columns of the line.</param>
/// <param name="hasValidation">Whether there is a held-out part.</param>
/// <param name="showsCosts">Whether costs are all that there is: numbers to predict have no accuracy.</param>
internal sealed class EpochTable(int width, bool hasValidation, bool showsCosts = false)
{
    private const int NarrowWidth = 52;

    private readonly bool _showTraining = !hasValidation || width >= NarrowWidth;

    /// <summary>The names of the columns.</summary>
    public string Header => showsCosts ? CostRow("epoch", "cost", "held out", "test cost", "time") : Row("epoch", "cost", "training", "held out", "test", "time");

    /// <summary>An epoch's row.</summary>
    public string Format(EpochResult result) => showsCosts
        ? CostRow($"{result.Epoch}", Say.Cost(result.TrainCost), Say.Cost(result.ValidationCost), Say.Cost(result.TestCost), Say.Seconds(result.Seconds))
        : Row(
            $"{result.Epoch}",
            Say.Cost(result.TrainCost),
            Say.Percent(result.TrainAccuracy),
            Say.Percent(result.ValidationAccuracy),
            Say.Percent(result.TestAccuracy),
            Say.Seconds(result.Seconds));

    private string CostRow(string epoch, string cost, string validation, string test, string time) =>
        $"{epoch,5} {cost,8}{(hasValidation ? $" {validation,8}" : "")} {test,9} {time,7}";

    private string Row(string epoch, string cost, string training, string validation, string test, string time) =>
        $"{epoch,5} {cost,8}{(_showTraining ? $" {training,8}" : "")}{(hasValidation ? $" {validation,8}" : "")} {test,8} {time,7}";
}
