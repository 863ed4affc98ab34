using ActorNet.Core.Data;
using ActorNet.Core.Models;

namespace ActorNet.Cli.Settings;

/// <summary>A model's description with one thing changed.</summary>
internal static class ModelEdits
{
    private const string DefaultActivation = "sigmoid";

    /// <summary>With other hidden layers, activated as the first one was that can be.</summary>
    /// <param name="model">The network.</param>
    /// <param name="words">Each layer as <see cref="LayerSpec.Parse"/> reads it.</param>
    /// <exception cref="FormatException">One cannot be read.</exception>
    public static ModelSpec WithHidden(this ModelSpec model, IEnumerable<string> words)
    {
        var activation = model.Layers.SkipLast(1).FirstOrDefault(IsActivated)?.Activation ?? DefaultActivation;
        return model with { Layers = [.. words.Select(word => LayerSpec.Parse(word, activation)), model.Layers[^1]] };
    }

    /// <summary>With another activation of all hidden layers that have one of their own to choose: not of recurrent layers, pooling and dropout.</summary>
    public static ModelSpec WithActivation(this ModelSpec model, string activation) => model with
    {
        Layers = [.. model.Layers.SkipLast(1).Select(layer => IsActivated(layer) ? layer with { Activation = activation } : layer), model.Layers[^1]],
    };

    /// <summary>With another activation of the output layer.</summary>
    public static ModelSpec WithOutputActivation(this ModelSpec model, string activation) =>
        model with { Layers = [.. model.Layers.SkipLast(1), model.Layers[^1] with { Activation = activation }] };

    /// <summary>With the inputs and outputs that the data has; their shape too, where a layer may want it and nobody gave one.</summary>
    public static ModelSpec Fitting(this ModelSpec model, DataSet data) => model with
    {
        Inputs = data.InputSize,
        InputShape = model.InputShape ?? (model.Layers.All(layer => layer.Kind == "dense") ? null : data.InputShape),
        Layers = [.. model.Layers.SkipLast(1), model.Layers[^1] with { Size = data.TargetSize }],
    };

    private static bool IsActivated(LayerSpec layer) => layer.Kind is not ("pool" or "dropout" or "elman" or "lstm" or "gru");
}
