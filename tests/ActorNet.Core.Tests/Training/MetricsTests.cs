using ActorNet.Core.Training.Metrics;

using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace ActorNet.Core.Tests.Training;

public sealed class MetricsTests
{
    private const int Seed = 20;

    [Fact]
    public void Classification_agrees_with_the_confusion_matrix_of_linear_algebra()
    {
        const int Classes = 4;
        var random = new Random(Seed);
        var metrics = new ClassificationMetrics(Classes);
        var confusion = Matrix<double>.Build.Dense(Classes, Classes);
        for (var i = 0; i < 500; i++)
        {
            var actual = random.Next(Classes);
            var predicted = random.Next(3) == 0 ? random.Next(Classes) : actual;
            metrics.Add(predicted, actual);
            confusion[actual, predicted]++;
        }

        Assert.Equal(500, metrics.Count);
        Assert.Equal(confusion.Trace() / 500, metrics.Accuracy);
        for (var label = 0; label < Classes; label++)
        {
            Assert.Equal(confusion[label, label] / confusion.ColumnSums()[label], metrics.Precision(label));
            Assert.Equal(confusion[label, label] / confusion.RowSums()[label], metrics.Recall(label));
            Assert.Equal(confusion[label, (label + 1) % Classes], metrics[label, (label + 1) % Classes]);
        }
    }

    [Fact]
    public void Classification_by_hand()
    {
        var metrics = new ClassificationMetrics(3);
        metrics.Add(predicted: 1, actual: 0);
        metrics.Add(predicted: 1, actual: 1);

        Assert.Equal(1, metrics[actual: 0, predicted: 1]);
        Assert.Equal(0, metrics[actual: 1, predicted: 0]);
        Assert.Equal(0.5, metrics.Precision(1));
        Assert.Equal(1, metrics.Recall(1));
        Assert.Equal(0, metrics.Recall(0));
        Assert.True(double.IsNaN(metrics.Precision(0)), "no answer was class 0");
        Assert.True(double.IsNaN(metrics.Recall(2)), "no sample was class 2");
        Assert.True(double.IsNaN(new ClassificationMetrics(3).Accuracy), "no samples");
    }

    [Fact]
    public void Classification_parts_merge_into_the_whole()
    {
        var random = new Random(Seed);
        var whole = new ClassificationMetrics(3);
        var parts = new[] { new ClassificationMetrics(3), new ClassificationMetrics(3) };
        for (var i = 0; i < 100; i++)
        {
            var (predicted, actual) = (random.Next(3), random.Next(3));
            whole.Add(predicted, actual);
            parts[i % 2].Add(predicted, actual);
        }

        parts[0].Merge(parts[1]);

        Assert.Equal((whole.Count, whole.Correct, whole.Precision(2)), (parts[0].Count, parts[0].Correct, parts[0].Precision(2)));
        Assert.All(Enumerable.Range(0, 9), i => Assert.Equal(whole[i / 3, i % 3], parts[0][i / 3, i % 3]));
    }

    [Fact]
    public void Classification_refuses_classes_out_of_range()
    {
        var metrics = new ClassificationMetrics(3);

        Assert.Throws<ArgumentOutOfRangeException>(() => metrics.Add(3, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => metrics.Add(0, -1));
        Assert.Throws<ArgumentException>(() => metrics.Merge(new ClassificationMetrics(4)));
        Assert.Equal(0, metrics.Count);
    }

    [Fact]
    public void Multi_label_counts_labels_and_whole_samples()
    {
        var metrics = new MultiLabelMetrics(2);
        metrics.Add([0.9f, 0.1f], [1, 0]);
        metrics.Add([0.5f, 0.6f], [1, 0]);
        metrics.Add([0.49f, 0.7f], [1, 1]);
        var more = new MultiLabelMetrics(2);
        more.Add([0, 0], [0, 0]);
        metrics.Merge(more);

        Assert.Equal(4, metrics.Count);
        Assert.Equal(0.5, metrics.ExactMatch);
        Assert.Equal((1.0, 2 / 3.0), (metrics.Precision(0), metrics.Recall(0)));
        Assert.Equal((0.5, 1.0), (metrics.Precision(1), metrics.Recall(1)));
        Assert.True(double.IsNaN(more.Precision(0)) && double.IsNaN(more.Recall(0)), "no label, no rate");
        Assert.Throws<ArgumentException>(() => metrics.Add([1], [1, 0]));
        Assert.Throws<ArgumentException>(() => metrics.Merge(new MultiLabelMetrics(3)));
    }

    [Fact]
    public void Regression_agrees_with_MathNet_over_all_samples()
    {
        var random = new Random(Seed);
        var whole = new RegressionMetrics(2);
        var parts = new[] { new RegressionMetrics(2), new RegressionMetrics(2), new RegressionMetrics(2) };
        List<double>[] outputs = [[], []], targets = [[], []];
        for (var i = 0; i < 1000; i++)
        {
            // The second output has a large mean beside a small spread, where naive sums of squares cancel.
            float[] target = [random.NextSingle(), 10_000 + random.NextSingle()];
            float[] output = [target[0] + (0.1f * random.NextSingle()), target[1] - (0.3f * random.NextSingle())];
            whole.Add(output, target);
            parts[i * i % 3].Add(output, target);
            for (var o = 0; o < 2; o++)
            {
                outputs[o].Add(output[o]);
                targets[o].Add(target[o]);
            }
        }

        parts[0].Merge(parts[1]);
        parts[0].Merge(parts[2]);
        for (var o = 0; o < 2; o++)
        {
            var rSquared = GoodnessOfFit.CoefficientOfDetermination(outputs[o], targets[o]);
            var meanAbsolute = Distance.MAE(outputs[o].ToArray(), targets[o].ToArray());
            Assert.Equal(rSquared, whole.RSquared(o), 1e-9);
            Assert.Equal(rSquared, parts[0].RSquared(o), 1e-9);
            Assert.Equal(meanAbsolute, whole.MeanAbsoluteError(o), 1e-12);
            Assert.Equal(meanAbsolute, parts[0].MeanAbsoluteError(o), 1e-12);
            Assert.Equal(Math.Sqrt(Distance.MSE(outputs[o].ToArray(), targets[o].ToArray())), parts[0].RootMeanSquaredError(o), 1e-12);
        }
    }

    [Fact]
    public void Regression_without_spread_has_no_R_squared()
    {
        var metrics = new RegressionMetrics(1);
        Assert.True(double.IsNaN(metrics.MeanAbsoluteError(0)) && double.IsNaN(metrics.RSquared(0)), "no samples");
        metrics.Add([2], [3]);
        metrics.Add([4], [3]);

        Assert.Equal(1, metrics.MeanAbsoluteError(0));
        Assert.True(double.IsNaN(metrics.RSquared(0)), "equal targets");
        metrics.Merge(new RegressionMetrics(1));
        Assert.Equal(2, metrics.Count);
        Assert.Throws<ArgumentException>(() => metrics.Add([1, 2], [1]));
    }
}
