using ActorNet.Cli.Rendering;
using ActorNet.Core.Checkpoints;
using ActorNet.Core.Data;
using ActorNet.Core.Training.Metrics;

namespace ActorNet.Cli.Reports.Html;

/// <summary>What the model answers, and what it has learned, as tables and pictures.</summary>
internal static class ModelFigures
{
    /// <summary>Classes that a confusion matrix has room for.</summary>
    private const int MostClasses = 20;
    private const int MostConfusions = 20;
    private const int MostNeurons = 60;

    /// <summary>The confusion matrix, or for many classes the most frequent confusions.</summary>
    public static HtmlText Confusion(ClassificationMetrics metrics) => metrics.Classes <= MostClasses ? Matrix(metrics) : MostConfused(metrics);

    /// <summary>Pictures of wrong answers.</summary>
    public static HtmlText Wrong(IReadOnlyList<WrongAnswer> answers, DataSet test, ImageShape image)
    {
        var html = HtmlText.Of($"""<div class="tiles">""");
        foreach (var answer in answers)
        {
            var picture = Picture.Ink(test.Sample(answer.Sample).Inputs, image.Width, image.Height);
            html.Add(
                $"""
                <figure class="tile"><img class="ink" src="{picture}" alt="a {answer.Truth}, read as {answer.Predicted}" title="test sample {answer.Sample}; the output for {answer.Truth} was {answer.ForTruth:0.000}"/>
                <figcaption>{answer.Truth} read as <b>{answer.Predicted}</b><br/>{answer.Confidence:0.000}</figcaption></figure>
                """);
        }

        return html.Add($"</div>");
    }

    /// <summary>The weights into each neuron of the first layer, as pictures; null where they are none.</summary>
    /// <param name="weights">Inputs × neurons.</param>
    /// <param name="image">How inputs are pictures.</param>
    /// <param name="limit">The weight that is drawn in full colour.</param>
    /// <param name="shown">How many neurons are drawn.</param>
    public static HtmlText? Weights(NamedTensor weights, ImageShape image, out float limit, out int shown)
    {
        (limit, shown) = (0, 0);
        if (weights.Shape is not [var inputs, var neurons] || inputs != image.Width * image.Height)
        {
            return null;
        }

        limit = FullColour(weights.Data.Span);
        shown = Math.Min(neurons, MostNeurons);
        var html = HtmlText.Of($"""<div class="tiles">""");
        var into = new float[inputs];
        for (var neuron = 0; neuron < shown; neuron++)
        {
            for (var i = 0; i < inputs; i++)
            {
                into[i] = weights.Data.Span[(i * neurons) + neuron];
            }

            html.Add($"""<img class="weights" src="{Picture.Diverging(into, image.Width, image.Height, limit)}" alt="weights into neuron {neuron}" title="neuron {neuron}"/>""");
        }

        return html.Add($"</div>");
    }

    /// <summary>A weight that all but one in two hundred stay below, so that a few great ones do not pale the rest.</summary>
    private static float FullColour(ReadOnlySpan<float> weights)
    {
        var sizes = new float[weights.Length];
        for (var i = 0; i < sizes.Length; i++)
        {
            sizes[i] = Math.Abs(weights[i]);
        }

        Array.Sort(sizes);
        return Math.Max(sizes[(int)(0.995 * (sizes.Length - 1))], float.Epsilon);
    }

    private static HtmlText Matrix(ClassificationMetrics metrics)
    {
        var classes = Enumerable.Range(0, metrics.Classes).ToList();
        var html = HtmlText.Of($"""<div class="scroll"><table class="confusion"><thead><tr><th scope="col">true, read as</th>""");
        foreach (var predicted in classes)
        {
            html.Add($"""<th scope="col">{predicted}</th>""");
        }

        html.Add($"""<th scope="col" class="margin">recall</th></tr></thead><tbody>""");
        foreach (var actual in classes)
        {
            var samples = classes.Sum(predicted => metrics[actual, predicted]);
            html.Add($"""<tr><th scope="row">{actual}</th>""");
            foreach (var predicted in classes)
            {
                Cell(html, metrics[actual, predicted], samples, actual == predicted);
            }

            html.Add($"""<td class="margin">{Say.Percent(metrics.Recall(actual))}</td></tr>""");
        }

        html.Add($"""</tbody><tfoot><tr><th scope="row">precision</th>""");
        foreach (var predicted in classes)
        {
            html.Add($"""<td class="margin">{Say.Percent(metrics.Precision(predicted))}</td>""");
        }

        return html.Add($"""<td class="margin"><b>{Say.Percent(metrics.Accuracy)}</b></td></tr></tfoot></table></div>""");
    }

    /// <summary>A cell: confusions reach their full colour at a tenth of their row, else nobody would see them.</summary>
    private static void Cell(HtmlText html, long count, long ofRow, bool isRight)
    {
        if (count == 0)
        {
            html.Add($"""<td class="none">·</td>""");
            return;
        }

        var part = (double)count / ofRow;
        var shade = isRight ? part * 0.6 : Math.Min(1, part * 10) * 0.6;
        html.Add($"""<td class="{(isRight ? "right" : "wrong")}" style="--shade:{100 * shade:0}%">{count}<small>{100 * part:0.0} %</small></td>""");
    }

    private static HtmlText MostConfused(ClassificationMetrics metrics)
    {
        var confusions =
            from actual in Enumerable.Range(0, metrics.Classes)
            from predicted in Enumerable.Range(0, metrics.Classes)
            where actual != predicted && metrics[actual, predicted] > 0
            orderby metrics[actual, predicted] descending
            select (actual, predicted, metrics[actual, predicted]);
        var html = HtmlText.Of($"<table><thead><tr><th>true</th><th>read as</th><th>samples</th></tr></thead><tbody>");
        foreach (var (actual, predicted, count) in confusions.Take(MostConfusions))
        {
            html.Add($"<tr><td>{actual}</td><td>{predicted}</td><td>{count}</td></tr>");
        }

        return html.Add($"</tbody></table>");
    }
}
