using ActorNet.Core.Data;
using ActorNet.Core.Models;

namespace ActorNet.Cli.Settings;

/// <summary>A model's description with one thing changed.</summary>
internal static class ModelEdits
{
    private const string DefaultActivation = "sigmoid";

    /// <summary>With other hidden layers, activated as the first hidden one was.</summary>
    public static ModelSpec WithHidden(this ModelSpec model, IEnumerable<int> sizes)
    {
        var activation = model.Layers.Count > 1 ? model.Layers[0].Activation : DefaultActivation;
        return model with { Layers = [.. sizes.Select(size => new LayerSpec("dense", size, activation)), model.Layers[^1]] };
    }

    /// <summary>With another activation of all hidden layers.</summary>
    public static ModelSpec WithActivation(this ModelSpec model, string activation) =>
        model with { Layers = [.. model.Layers.SkipLast(1).Select(layer => layer with { Activation = activation }), model.Layers[^1]] };

    /// <summary>With another activation of the output layer.</summary>
    public static ModelSpec WithOutputActivation(this ModelSpec model, string activation) =>
        model with { Layers = [.. model.Layers.SkipLast(1), model.Layers[^1] with { Activation = activation }] };

    /// <summary>With the inputs and outputs that the data has.</summary>
    public static ModelSpec Fitting(this ModelSpec model, DataSet data) =>
        model with { Inputs = data.InputSize, Layers = [.. model.Layers.SkipLast(1), model.Layers[^1] with { Size = data.TargetSize }] };
}
