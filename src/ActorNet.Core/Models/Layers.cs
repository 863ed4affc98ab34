namespace ActorNet.Core.Models;

/// <summary>The kinds of layers by name, so that a job file and a message can say which a network has.</summary>
public static class Layers
{
    private static readonly Registry<LayerFactory> _factories = new("layer", new() { ["dense"] = Dense });

    /// <summary>Makes a layer from its description.</summary>
    /// <param name="spec">Its description.</param>
    /// <param name="inputSize">Floats per sample that come in.</param>
    public delegate Layer LayerFactory(LayerSpec spec, int inputSize);

    /// <summary>Adds a kind of layer of one's own, under a name that every node of a cluster must know.</summary>
    public static void Register(string kind, LayerFactory factory) => _factories.Register(kind, factory);

    internal static Layer Create(LayerSpec spec, int inputSize) => _factories.Find(spec.Kind)(spec, inputSize);

    private static DenseLayer Dense(LayerSpec spec, int inputSize) => new(inputSize, spec.Size, Activation.Find(spec.Activation));
}
