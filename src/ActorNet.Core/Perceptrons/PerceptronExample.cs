namespace ActorNet.Core.Perceptrons;

/// <summary>Something for a perceptron to learn from.</summary>
public sealed class PerceptronExample
{
    private readonly double[] _inputs;

    /// <summary>An example.</summary>
    /// <param name="inputs">Finite numbers; one or more.</param>
    /// <param name="target">The right answer: 0 or 1.</param>
    /// <exception cref="ArgumentException">There is no input, or one is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The target is neither 0 nor 1.</exception>
    public PerceptronExample(ReadOnlySpan<double> inputs, int target)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(target);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(target, 1);
        (_inputs, Target) = (inputs.ToArray(), target);
        if (_inputs.Length == 0 || !_inputs.All(double.IsFinite))
        {
            throw new ArgumentException("An example needs one or more inputs, all finite.", nameof(inputs));
        }
    }

    /// <summary>The inputs.</summary>
    public ReadOnlySpan<double> Inputs => _inputs;

    /// <summary>The right answer: 0 or 1.</summary>
    public int Target { get; }
}
