using ActorNet.Core.Data;
using ActorNet.Core.Training;
using ActorNet.Core.Training.Metrics;

namespace ActorNet.Cli.Runs;

/// <summary>A model judged on a data set.</summary>
internal sealed record Evaluation
{
    /// <summary>The model.</summary>
    public required TrainedModel Trained { get; init; }

    /// <summary>The data.</summary>
    public required DataSet Data { get; init; }

    /// <summary>Mean cost of a sample.</summary>
    public required double Cost { get; init; }

    /// <summary>The metrics of the data's task; the others are null.</summary>
    public ClassificationMetrics? Classification { get; init; }

    /// <inheritdoc cref="Classification"/>
    public MultiLabelMetrics? MultiLabel { get; init; }

    /// <inheritdoc cref="Classification"/>
    public RegressionMetrics? Regression { get; init; }

    /// <summary>Judges a model.</summary>
    /// <exception cref="Core.ActorNetException">Model, cost and data do not go together.</exception>
    public static Evaluation Of(TrainedModel trained, DataSet data)
    {
        var outputs = data.TargetSize;
        var empty = new Evaluation { Trained = trained, Data = data, Cost = 0 };
        return data.Task switch
        {
            TaskKind.Classification => Judge(new ClassificationMetrics(outputs), static (metrics, answer, target) =>
                metrics.Add(Scoring.Answer(answer), Scoring.Answer(target)), (metrics, score) => empty with { Cost = score, Classification = metrics }),
            TaskKind.MultiLabel => Judge(new MultiLabelMetrics(outputs), static (metrics, answer, target) =>
                metrics.Add(answer, target), (metrics, score) => empty with { Cost = score, MultiLabel = metrics }),
            _ => Judge(new RegressionMetrics(outputs), static (metrics, answer, target) =>
                metrics.Add(answer, target), (metrics, score) => empty with { Cost = score, Regression = metrics }),
        };

        Evaluation Judge<T>(T metrics, Action<T, ReadOnlySpan<float>, ReadOnlySpan<float>> add, Func<T, double, Evaluation> make) =>
            make(metrics, trained.Model.Evaluate(data, (answer, target) => add(metrics, answer, target)).MeanCost);
    }

    /// <summary>What <c>evaluate --json</c> prints; fields are only ever added.</summary>
    public object ToJson() => new
    {
        schema = 1,
        model = Trained.Source,
        weightsSha256 = Trained.Model.WeightsSha256,
        data = Data.Name,
        samples = Data.Count,
        task = Data.Task.ToString(),
        costName = Trained.Job.Cost,
        cost = RunJson.Number(Cost),
        accuracy = RunJson.Number(Classification?.Accuracy ?? MultiLabel?.ExactMatch),
        classes = Classification is { } metrics ? Classes(metrics) : null,
        confusion = Classification is { } matrix ? Confusion(matrix) : null,
        labels = MultiLabel is { } labels ? Labels(labels) : null,
        outputs = Regression is { } regression ? Outputs(regression) : null,
    };

    private object[] Classes(ClassificationMetrics metrics) =>
        [.. Numbers(metrics.Classes).Select(i => new
        {
            @class = i,
            name = Data.TargetNames?[i],
            samples = Numbers(metrics.Classes).Sum(predicted => metrics[i, predicted]),
            precision = RunJson.Number(metrics.Precision(i)),
            recall = RunJson.Number(metrics.Recall(i)),
        })];

    private static long[][] Confusion(ClassificationMetrics metrics) =>
        [.. Numbers(metrics.Classes).Select(actual => Numbers(metrics.Classes).Select(predicted => metrics[actual, predicted]).ToArray())];

    private object[] Labels(MultiLabelMetrics metrics) =>
        [.. Numbers(metrics.Labels).Select(i => new
        {
            label = i,
            name = Data.TargetNames?[i],
            precision = RunJson.Number(metrics.Precision(i)),
            recall = RunJson.Number(metrics.Recall(i)),
        })];

    private object[] Outputs(RegressionMetrics metrics) =>
        [.. Numbers(metrics.Outputs).Select(i => new
        {
            output = i,
            name = Data.TargetNames?[i],
            rootMeanSquaredError = RunJson.Number(metrics.RootMeanSquaredError(i)),
            meanAbsoluteError = RunJson.Number(metrics.MeanAbsoluteError(i)),
            rSquared = RunJson.Number(metrics.RSquared(i)),
        })];

    private static IEnumerable<int> Numbers(int count) => Enumerable.Range(0, count);
}
