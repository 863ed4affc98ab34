using ActorNet.Core.Numerics;

namespace ActorNet.Core.Perceptrons;

/// <summary>
/// Rosenblatt's learning rule: a perceptron that answers y where t is right gets w + (t − y)·x and b + (t − y) (Principles of Neurodynamics, 1962). Where a line, or
/// in more dimensions a plane, parts the examples, it finds one after a bounded number of corrections; where none does, it never ends by itself.
/// </summary>
public static class PerceptronRule
{
    /// <summary>
    /// Learns from all weights 0, in epochs of a new order each, until an epoch has nothing to correct. A learning rate would only scale weights and bias, which
    /// changes no answer, so there is none.
    /// </summary>
    /// <param name="examples">One or more, with the same number of inputs.</param>
    /// <param name="mostEpochs">After how many epochs to stop in any case; 1 or more.</param>
    /// <param name="seed">Draws the orders.</param>
    /// <exception cref="ArgumentException">There is no example, or their numbers of inputs differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of epochs is not positive.</exception>
    public static PerceptronLearning Train(IReadOnlyList<PerceptronExample> examples, int mostEpochs = 1000, ulong seed = 1)
    {
        Check(examples);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(mostEpochs);
        var epochs = new List<PerceptronEpoch> { new(0, new Perceptron(new double[examples[0].Inputs.Length], 0)) };
        var order = Enumerable.Range(0, examples.Count).ToArray();
        do
        {
            new RandomStream(seed, RandomPurpose.EpochOrder, (ulong)epochs.Count).Shuffle(order);
            epochs.Add(Epoch(epochs[^1].Perceptron, order.Select(i => examples[i])));
        }
        while (epochs[^1].Corrections > 0 && epochs.Count <= mostEpochs);
        return new PerceptronLearning(epochs[1..]);
    }

    /// <summary>
    /// At most how many corrections <see cref="Train"/> needs in any order, given one perceptron that answers every example right: R²/γ², with R the greatest length
    /// of (x, 1) and γ the least distance of (x, 1) from the plane where that perceptron's w·x + b is 0 (A. B. J. Novikoff, On convergence proofs on perceptrons,
    /// 1962).
    /// </summary>
    /// <param name="examples">One or more, with the same number of inputs.</param>
    /// <param name="separator">The wider its margin, the better the bound.</param>
    /// <exception cref="ArgumentException">It answers an example wrong or lies on one, or there is no example, or numbers of inputs differ.</exception>
    public static double MostCorrections(IReadOnlyList<PerceptronExample> examples, Perceptron separator)
    {
        Check(examples);
        ArgumentNullException.ThrowIfNull(separator);
        var margin = examples.Min(example => ((2 * example.Target) - 1) * separator.WeightedSum(example.Inputs));
        if (margin <= 0)
        {
            throw new ArgumentException("This perceptron does not part the examples: it has no margin to take a bound from.", nameof(separator));
        }

        return examples.Max(example => SquaredLength(example.Inputs, 1)) * SquaredLength(separator.Weights, separator.Bias) / (margin * margin);
    }

    private static void Check(IReadOnlyList<PerceptronExample> examples)
    {
        ArgumentNullException.ThrowIfNull(examples);
        if (examples.Count == 0 || examples.Any(example => example.Inputs.Length != examples[0].Inputs.Length))
        {
            throw new ArgumentException("The rule needs one or more examples, with the same number of inputs.", nameof(examples));
        }
    }

    private static PerceptronEpoch Epoch(Perceptron perceptron, IEnumerable<PerceptronExample> examples)
    {
        var corrections = 0;
        foreach (var example in examples)
        {
            var error = example.Target - perceptron.Output(example.Inputs);
            if (error != 0)
            {
                perceptron = Correct(perceptron, example.Inputs, error);
                corrections++;
            }
        }

        return new PerceptronEpoch(corrections, perceptron);
    }

    private static Perceptron Correct(Perceptron perceptron, ReadOnlySpan<double> inputs, int error)
    {
        var weights = perceptron.Weights.ToArray();
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] += error * inputs[i];
        }

        return new Perceptron(weights, perceptron.Bias + error);
    }

    /// <summary>The squared length of a vector with one more element.</summary>
    private static double SquaredLength(ReadOnlySpan<double> vector, double last)
    {
        var sum = last * last;
        foreach (var element in vector)
        {
            sum += element * element;
        }

        return sum;
    }
}
