namespace ActorNet.Core.Perceptrons;

/// <summary>How a perceptron learned.</summary>
/// <param name="Epochs">One after the other; one or more.</param>
public sealed record PerceptronLearning(IReadOnlyList<PerceptronEpoch> Epochs)
{
    /// <summary>The perceptron as it was in the end.</summary>
    public Perceptron Perceptron => Epochs[^1].Perceptron;

    /// <summary>Whether it answers every example right: its last epoch had nothing to correct.</summary>
    public bool HasConverged => Epochs[^1].Corrections == 0;

    /// <summary>The corrections of all epochs.</summary>
    public int Corrections => Epochs.Sum(epoch => epoch.Corrections);
}

/// <summary>One pass over the examples.</summary>
/// <param name="Corrections">How many were answered wrong, and corrected.</param>
/// <param name="Perceptron">The perceptron after it.</param>
public sealed record PerceptronEpoch(int Corrections, Perceptron Perceptron);
