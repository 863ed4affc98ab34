namespace ActorNet.Core.Perceptrons;

/// <summary>
/// A neuron with a step: its output is 1 where w·x + b is above 0, else 0 (F. Rosenblatt, Psychological Review 65, 1958; Nielsen, chapter 1, eq. 2). The bias b is
/// the threshold of eq. 1 with its sign turned round.
/// </summary>
public sealed class Perceptron
{
    private readonly double[] _weights;

    /// <summary>A perceptron.</summary>
    /// <param name="weights">A finite weight for each input; one or more.</param>
    /// <param name="bias">Any finite number.</param>
    /// <exception cref="ArgumentException">There is no weight, or a number is not finite.</exception>
    public Perceptron(ReadOnlySpan<double> weights, double bias)
    {
        _weights = weights.ToArray();
        Bias = bias;
        if (_weights.Length == 0 || !_weights.Append(bias).All(double.IsFinite))
        {
            throw new ArgumentException("A perceptron needs a weight for each of one or more inputs, and finite numbers.", nameof(weights));
        }
    }

    /// <summary>A weight for each input.</summary>
    public ReadOnlySpan<double> Weights => _weights;

    /// <summary>What is added to the weighted inputs.</summary>
    public double Bias { get; }

    /// <summary>The perceptron that answers 1 where w·x is above a threshold (Nielsen, chapter 1, eq. 1).</summary>
    /// <inheritdoc cref="Perceptron(ReadOnlySpan{double}, double)"/>
    public static Perceptron WithThreshold(ReadOnlySpan<double> weights, double threshold) => new(weights, -threshold);

    /// <summary>w·x + b.</summary>
    /// <param name="inputs">As many as there are weights.</param>
    /// <exception cref="ArgumentException">They are fewer or more.</exception>
    public double WeightedSum(params ReadOnlySpan<double> inputs)
    {
        if (inputs.Length != _weights.Length)
        {
            throw new ArgumentException($"A perceptron with {_weights.Length} weights was given {inputs.Length} inputs.", nameof(inputs));
        }

        var sum = Bias;
        for (var i = 0; i < inputs.Length; i++)
        {
            sum += _weights[i] * inputs[i];
        }

        return sum;
    }

    /// <summary>0 or 1.</summary>
    /// <inheritdoc cref="WeightedSum"/>
    public int Output(params ReadOnlySpan<double> inputs) => WeightedSum(inputs) > 0 ? 1 : 0;
}
