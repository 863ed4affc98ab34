using MathNet.Numerics.Statistics;

namespace ActorNet.Core.Training.Metrics;

/// <summary>
/// Mean absolute error, root mean squared error and R² of each output of a regression, from running sums in double: no sample is kept. Merging parts in
/// another order may change the last bits.
/// </summary>
public sealed class RegressionMetrics
{
    private readonly RunningStatistics[] _targets;
    private readonly double[] _absoluteErrors;
    private readonly double[] _squaredErrors;

    /// <summary>Empty metrics.</summary>
    /// <param name="outputs">The number of outputs, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 1 output.</exception>
    public RegressionMetrics(int outputs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        _targets = new RunningStatistics[outputs];
        for (var i = 0; i < outputs; i++)
        {
            _targets[i] = new RunningStatistics();
        }

        _absoluteErrors = new double[outputs];
        _squaredErrors = new double[outputs];
    }

    /// <summary>The number of outputs.</summary>
    public int Outputs => _targets.Length;

    /// <summary>The number of samples counted.</summary>
    public long Count { get; private set; }

    /// <summary>Counts one sample.</summary>
    /// <param name="outputs">The network's outputs.</param>
    /// <param name="targets">The true values, in the same unit.</param>
    /// <exception cref="ArgumentException">A length is not the number of outputs.</exception>
    public void Add(ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets)
    {
        if (outputs.Length != Outputs || targets.Length != Outputs)
        {
            throw new ArgumentException($"{outputs.Length} outputs and {targets.Length} targets do not fit {Outputs} outputs.");
        }

        for (var i = 0; i < Outputs; i++)
        {
            var error = (double)outputs[i] - targets[i];
            _targets[i].Push(targets[i]);
            _absoluteErrors[i] += Math.Abs(error);
            _squaredErrors[i] += error * error;
        }

        Count++;
    }

    /// <summary>Adds another's sums to these.</summary>
    /// <exception cref="ArgumentException">The numbers of outputs differ.</exception>
    public void Merge(RegressionMetrics other)
    {
        if (other.Outputs != Outputs)
        {
            throw new ArgumentException($"metrics of {other.Outputs} outputs do not merge with metrics of {Outputs}.", nameof(other));
        }

        for (var i = 0; i < Outputs; i++)
        {
            _targets[i] = RunningStatistics.Combine(_targets[i], other._targets[i]);
            _absoluteErrors[i] += other._absoluteErrors[i];
            _squaredErrors[i] += other._squaredErrors[i];
        }

        Count += other.Count;
    }

    /// <summary>The mean of |output − target|, in the target's unit; NaN without samples.</summary>
    public double MeanAbsoluteError(int output) => _absoluteErrors[output] / Count;

    /// <summary>The root of the mean of (output − target)², in the target's unit; NaN without samples.</summary>
    public double RootMeanSquaredError(int output) => Math.Sqrt(_squaredErrors[output] / Count);

    /// <summary>
    /// The coefficient of determination R² = 1 − Σ (output − target)² / Σ (target − mean of targets)²: 1 for a perfect answer, 0 for
    /// one no better than the mean, below 0 for a worse one. NaN when all targets are equal or there is none.
    /// </summary>
    public double RSquared(int output)
    {
        var spread = _targets[output].PopulationVariance * Count;
        return spread > 0 ? 1 - (_squaredErrors[output] / spread) : double.NaN;
    }
}
