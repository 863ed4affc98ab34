namespace ActorNet.Core.Training.Metrics;

/// <summary>
/// Counts of a network that answers yes or no to each of several labels at once: an output of at least 0.5 means yes. Counts are
/// whole numbers, so merging parts in any order gives the same metrics.
/// </summary>
public sealed class MultiLabelMetrics
{
    private const float Threshold = 0.5f;

    private readonly long[] _predicted;
    private readonly long[] _actual;
    private readonly long[] _both;
    private long _exact;

    /// <summary>Empty metrics.</summary>
    /// <param name="labels">The number of labels, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 1 label.</exception>
    public MultiLabelMetrics(int labels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(labels, 1);
        _predicted = new long[labels];
        _actual = new long[labels];
        _both = new long[labels];
    }

    /// <summary>The number of labels.</summary>
    public int Labels => _both.Length;

    /// <summary>The number of samples counted.</summary>
    public long Count { get; private set; }

    /// <summary>The part of samples with every label right (subset accuracy), 0 to 1; NaN without samples.</summary>
    public double ExactMatch => (double)_exact / Count;

    /// <summary>Counts one sample.</summary>
    /// <param name="outputs">The network's outputs, one per label.</param>
    /// <param name="targets">The truth, one per label: at least 0.5 means yes.</param>
    /// <exception cref="ArgumentException">A length is not the number of labels.</exception>
    public void Add(ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets)
    {
        if (outputs.Length != Labels || targets.Length != Labels)
        {
            throw new ArgumentException($"{outputs.Length} outputs and {targets.Length} targets do not fit {Labels} labels.");
        }

        var wrong = 0;
        for (var i = 0; i < Labels; i++)
        {
            var predicted = outputs[i] >= Threshold ? 1 : 0;
            var actual = targets[i] >= Threshold ? 1 : 0;
            _predicted[i] += predicted;
            _actual[i] += actual;
            _both[i] += predicted & actual;
            wrong += predicted ^ actual;
        }

        _exact += wrong == 0 ? 1 : 0;
        Count++;
    }

    /// <summary>Adds another's counts to these.</summary>
    /// <exception cref="ArgumentException">The numbers of labels differ.</exception>
    public void Merge(MultiLabelMetrics other)
    {
        if (other.Labels != Labels)
        {
            throw new ArgumentException($"metrics of {other.Labels} labels do not merge with metrics of {Labels}.", nameof(other));
        }

        for (var i = 0; i < Labels; i++)
        {
            _predicted[i] += other._predicted[i];
            _actual[i] += other._actual[i];
            _both[i] += other._both[i];
        }

        _exact += other._exact;
        Count += other.Count;
    }

    /// <summary>Of the samples answered yes for a label, the part that have it, 0 to 1; NaN when none was.</summary>
    public double Precision(int label) => (double)_both[label] / _predicted[label];

    /// <summary>Of the samples that have a label, the part answered yes, 0 to 1; NaN when none has it.</summary>
    public double Recall(int label) => (double)_both[label] / _actual[label];
}
