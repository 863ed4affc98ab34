using System.Globalization;
using ActorNet.Cli.Runs;
using ActorNet.Core.Data;
using ActorNet.Core.Training.Metrics;
using Spectre.Console;

namespace ActorNet.Cli.Rendering;

/// <summary>Shows how a model was judged.</summary>
internal sealed class EvaluationView(Terminal terminal)
{
    private const int MostConfusions = 10;

    /// <summary>Shows it all.</summary>
    public void Show(Evaluation evaluation)
    {
        var (trained, data) = (evaluation.Trained, evaluation.Data);
        terminal.Writer.WriteLine($"{terminal.Strong(trained.Model.Spec.Shape)} on {data.Name}: {Say.Count(data.Count)} samples");
        var cost = $"{trained.Job.Cost} cost {Say.Cost(evaluation.Cost)}";
        if (evaluation.Classification is { } classes)
        {
            terminal.Writer.WriteLine($"accuracy {terminal.Good(Say.Percent(classes.Accuracy))}, {cost}");
            ShowClasses(classes, data);
            ShowConfusion(classes, data);
        }
        else if (evaluation.MultiLabel is { } labels)
        {
            terminal.Writer.WriteLine($"all labels right {terminal.Good(Say.Percent(labels.ExactMatch))}, {cost}");
            terminal.Write(Table(
                ["label", "precision", "recall"],
                labels.Labels,
                i => [Name(data, i), Say.Percent(labels.Precision(i)), Say.Percent(labels.Recall(i))]));
        }
        else if (evaluation.Regression is { } regression)
        {
            terminal.Writer.WriteLine(cost);
            terminal.Write(Table(
                ["output", "root mean squared error", "mean absolute error", "R²"],
                regression.Outputs,
                i => [Name(data, i), Say.Cost(regression.RootMeanSquaredError(i)), Say.Cost(regression.MeanAbsoluteError(i)), Say.Cost(regression.RSquared(i))]));
        }
    }

    private static Table Table(string[] names, int rows, Func<int, string[]> row)
    {
        var table = new Table();
        foreach (var name in names)
        {
            table.AddColumn(new TableColumn(name.EscapeMarkup()).RightAligned().NoWrap());
        }

        for (var i = 0; i < rows; i++)
        {
            table.AddRow([.. row(i).Select(cell => cell.EscapeMarkup())]);
        }

        return table;
    }

    private static string Name(DataSet data, int output) => data.TargetNames?[output] ?? Number(output);

    private static string Cell(long count) => count == 0 ? "·" : Number(count);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private void ShowClasses(ClassificationMetrics metrics, DataSet data) => terminal.Write(Table(
        ["class", "samples", "precision", "recall"],
        metrics.Classes,
        i => [Name(data, i), Number(Samples(metrics, i)), Say.Percent(metrics.Precision(i)), Say.Percent(metrics.Recall(i))]));

    private static long Samples(ClassificationMetrics metrics, int actual) =>
        Enumerable.Range(0, metrics.Classes).Sum(predicted => metrics[actual, predicted]);

    /// <summary>The confusion matrix, or where it has no room the most frequent confusions.</summary>
    private void ShowConfusion(ClassificationMetrics metrics, DataSet data)
    {
        var cells = Enumerable.Range(0, metrics.Classes).Max(actual => Samples(metrics, actual));
        string[] names = [.. Enumerable.Range(0, metrics.Classes).Select(i => Name(data, i))];
        var width = 7 + names.Max(name => name.Length) + names.Sum(name => Math.Max(name.Length, Number(cells).Length) + 3);
        if (width > terminal.Width)
        {
            ShowMostConfused(metrics, names);
            return;
        }

        terminal.Writer.WriteLine("rows: the truth; columns: the answer");
        terminal.Write(Table(
            ["", .. names],
            metrics.Classes,
            actual => [names[actual], .. Enumerable.Range(0, metrics.Classes).Select(predicted => Cell(metrics[actual, predicted]))]));
    }

    private void ShowMostConfused(ClassificationMetrics metrics, string[] names)
    {
        var confusions =
            from actual in Enumerable.Range(0, metrics.Classes)
            from predicted in Enumerable.Range(0, metrics.Classes)
            where actual != predicted && metrics[actual, predicted] > 0
            orderby metrics[actual, predicted] descending
            select $"  {names[actual]} taken for {names[predicted]}: {metrics[actual, predicted]}";
        terminal.Writer.WriteLine("most frequent confusions:");
        foreach (var line in confusions.Take(MostConfusions))
        {
            terminal.Writer.WriteLine(line);
        }
    }
}
