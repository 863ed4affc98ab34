using System.Globalization;
using ActorNet.Cli.Rendering;

namespace ActorNet.Cli.Reports.Html;

/// <summary>The curves of a run: cost and accuracy by epoch, running cost by step, speed by time.</summary>
internal static class CurveFigures
{
    /// <summary>The drawings that there is something for.</summary>
    public static IReadOnlyList<HtmlText> Draw(RecordedRun history) =>
    [
        .. new[]
        {
            new LineChart("Accuracy", "epoch") { Read = Percent, ReadTick = PercentTick, Limit = 1 }
                .With("training", "train", Points(history, line => line.TrainAccuracy))
                .With("held out", "validation", Points(history, line => line.ValidationAccuracy))
                .With("test", "test", Points(history, line => line.TestAccuracy)),
            new LineChart("Mean cost of a sample", "epoch") { Read = Cost, ReadTick = Plain, FromZero = true }
                .With("training", "train", Points(history, line => line.TrainCost))
                .With("test", "test", Points(history, line => line.TestCost)),
            new LineChart("Mean cost since the epoch's begin", "step") { Read = Cost, ReadTick = Plain, FromZero = true, MayBeLogarithmic = true }
                .With("training", "train", history.RunningCost.Points),
            new LineChart("Samples a second", "time since the begin") { Read = value => $"{Say.Count(value)} samples/s", ReadTick = Say.Short, FromZero = true, IsTime = true }
                .With("samples a second", "speed", history.Rate.Points),
        }.Select(chart => chart.Draw()).OfType<HtmlText>(),
    ];

    private static IReadOnlyList<CurvePoint> Points(RecordedRun history, Func<RecordLine, double?> value)
    {
        var curve = new Curve();
        foreach (var line in history.Epochs)
        {
            curve.Add(line.Epoch!.Value, value(line));
        }

        return curve.Points;
    }

    private static string Percent(double part) => Say.Percent(part);

    private static string PercentTick(double part) => string.Create(CultureInfo.InvariantCulture, $"{100 * part:0.##} %");

    private static string Cost(double cost) => Say.Cost(cost);

    private static string Plain(double value) => value.ToString("0.#####", CultureInfo.InvariantCulture);
}
