using System.Globalization;
using ActorNet.Cli.Rendering;
using ActorNet.Cli.Runs;

namespace ActorNet.Cli.Monitor;

/// <summary>The charts of a run.</summary>
internal static class Charts
{
    /// <summary>The charts, those first that matter most.</summary>
    public static IReadOnlyList<Chart> Of(MonitorModel model)
    {
        var steps = model.Status?.StepsPerEpoch ?? 0;
        // Before it is known how many steps an epoch has, epochs are counted.
        var scale = steps > 0 ? steps : 1;
        Curve Epochs(string name, Ink ink, bool isDotted, Func<Runs.EpochSummary, double?> value) =>
            new(name, [.. from epoch in model.Epochs where value(epoch) is not null select ((double)epoch.Epoch * scale, value(epoch)!.Value)], ink, isDotted);
        Curve Points(string name, Func<MetricPoint, double?> value) =>
            new(name, [.. from point in model.Points where value(point) is not null select ((double)point.Step, value(point)!.Value)], Ink.First);

        var test = Epochs("test", Ink.First, isDotted: false, epoch => epoch.TestAccuracy);
        var held = Epochs("held out", Ink.First, isDotted: false, epoch => epoch.ValidationAccuracy);
        var training = Epochs("training", Ink.Second, isDotted: true, epoch => epoch.TrainAccuracy);
        return
        [
            new Chart("cost", [Points("running", point => point.RunningCost), Epochs("epoch", Ink.Second, isDotted: true, epoch => epoch.TrainCost)], Cost, MayBeLogarithmic: true),
            new Chart("accuracy", [held.Points.Count > 0 ? held : test, training], Percent, MayBeLogarithmic: false),
            new Chart("samples/s", [Points("now", point => point.SamplesPerSecond)], Samples, MayBeLogarithmic: true),
            new Chart("learning rate", [Points("now", point => point.LearningRate)], Rate, MayBeLogarithmic: true),
        ];
    }

    /// <summary>A learning rate in few letters.</summary>
    public static string Rate(double rate) => rate.ToString("G4", CultureInfo.InvariantCulture);

    private static string Percent(double part) => string.Create(CultureInfo.InvariantCulture, $"{100 * part:0.00} %");

    private static string Samples(double rate) => rate < 1e6 ? Say.Count(rate) : Say.Short(rate);

    private static string Cost(double cost) => Say.Cost(cost);
}
