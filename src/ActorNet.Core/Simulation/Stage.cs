namespace ActorNet.Core.Simulation;

/// <summary>A stage of a worker's step, as <see cref="Training.GradientCalculator"/> has them: a layer, forwards or backwards.</summary>
/// <param name="Share">Its part of the step's time.</param>
/// <param name="Needs">Parameters, from the first on, without which it cannot begin.</param>
/// <param name="Final">The parameter from which on, to the last, the gradient is final after it.</param>
internal readonly record struct Stage(double Share, int Needs, int Final)
{
    /// <summary>
    /// The stages of a network. A layer has three products, each as long as it has parameters: forwards, and backwards the gradients of its weights and of its inputs, which the first
    /// layer does not need.
    /// </summary>
    /// <param name="layers">The parameters of each layer.</param>
    public static IReadOnlyList<Stage> Of(IReadOnlyList<int> layers)
    {
        int[] starts = [.. layers.Select((_, layer) => layers.Take(layer).Sum())];
        var parameters = layers.Sum();
        var products = (3.0 * parameters) - layers[0];
        var forwards = layers.Select((length, layer) => new Stage(length / products, starts[layer] + length, parameters));
        var backwards = layers.Select((length, layer) => new Stage((layer > 0 ? 2 : 1) * length / products, parameters, starts[layer]));
        return [.. forwards, .. backwards.Reverse()];
    }

    /// <summary>A round of local steps: they change every parameter again and again.</summary>
    public static IReadOnlyList<Stage> Round(int parameters) => [new Stage(1, parameters, 0)];
}
