namespace ActorNet.Core.Training.Metrics;

/// <summary>
/// Counts of a classifier's answers: the confusion matrix and what follows from it. Counts are whole numbers, so merging parts in any
/// order gives the same metrics.
/// </summary>
public sealed class ClassificationMetrics
{
    private readonly long[] _counts;

    /// <summary>Empty metrics.</summary>
    /// <param name="classes">The number of classes, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 1 class.</exception>
    public ClassificationMetrics(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        Classes = classes;
        _counts = new long[classes * classes];
    }

    /// <summary>The number of classes.</summary>
    public int Classes { get; }

    /// <summary>The number of samples counted.</summary>
    public long Count { get; private set; }

    /// <summary>The number of samples answered correctly.</summary>
    public long Correct { get; private set; }

    /// <summary>The part of samples answered correctly, 0 to 1; NaN without samples.</summary>
    public double Accuracy => (double)Correct / Count;

    /// <summary>The confusion matrix: how many samples of class <paramref name="actual"/> were taken for <paramref name="predicted"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A class is not in 0 … Classes − 1.</exception>
    public long this[int actual, int predicted] => _counts[Index(predicted, actual)];

    /// <summary>Counts one sample.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A class is not in 0 … Classes − 1.</exception>
    public void Add(int predicted, int actual)
    {
        _counts[Index(predicted, actual)]++;
        Count++;
        Correct += predicted == actual ? 1 : 0;
    }

    /// <summary>Counts one sample by its network's outputs: the largest stands at the answer, the first of equals.</summary>
    /// <param name="outputs">The network's outputs, one per class.</param>
    /// <param name="targets">The truth, one-hot.</param>
    /// <exception cref="ArgumentException">A length is not the number of classes.</exception>
    public void Add(ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets)
    {
        if (outputs.Length != Classes || targets.Length != Classes)
        {
            throw new ArgumentException($"{outputs.Length} outputs and {targets.Length} targets do not fit {Classes} classes.");
        }

        Add(Scoring.Answer(outputs), Scoring.Answer(targets));
    }

    /// <summary>Adds another's counts to these.</summary>
    /// <exception cref="ArgumentException">The numbers of classes differ.</exception>
    public void Merge(ClassificationMetrics other)
    {
        if (other.Classes != Classes)
        {
            throw new ArgumentException($"metrics of {other.Classes} classes do not merge with metrics of {Classes}.", nameof(other));
        }

        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
        Correct += other.Correct;
    }

    /// <summary>Of the samples taken for a class, the part that are of it: TP / (TP + FP), 0 to 1; NaN when none was taken for it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The class is not in 0 … Classes − 1.</exception>
    public double Precision(int label)
    {
        var taken = 0L;
        for (var actual = 0; actual < Classes; actual++)
        {
            taken += this[actual, label];
        }

        return (double)this[label, label] / taken;
    }

    /// <summary>Of the samples of a class, the part that were taken for it: TP / (TP + FN), 0 to 1; NaN when there is none of it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The class is not in 0 … Classes − 1.</exception>
    public double Recall(int label)
    {
        var present = 0L;
        for (var predicted = 0; predicted < Classes; predicted++)
        {
            present += this[label, predicted];
        }

        return (double)this[label, label] / present;
    }

    private int Index(int predicted, int actual)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)predicted, (uint)Classes, nameof(predicted));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)actual, (uint)Classes, nameof(actual));
        return (actual * Classes) + predicted;
    }
}
