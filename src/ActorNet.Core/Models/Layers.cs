namespace ActorNet.Core.Models;

/// <summary>The kinds of layers by name, so that a job file and a message can say which a network has.</summary>
public static class Layers
{
    private static readonly Registry<LayerFactory> _factories = new("layer", new()
    {
        ["dense"] = (spec, input) => new DenseLayer(input.Size, spec.RequireSize("neurons"), Activation.Find(spec.Activation)),
        ["conv"] = (spec, input) => new ConvolutionLayer(spec, input),
        ["pool"] = (spec, input) => new MaxPoolLayer(spec, input),
        ["dropout"] = (spec, input) => new DropoutLayer(spec, input),
        ["elman"] = (spec, input) => new ElmanLayer(spec, input),
        ["lstm"] = (spec, input) => new LstmLayer(spec, input),
        ["gru"] = (spec, input) => new GruLayer(spec, input),
    });

    /// <summary>Makes a layer from its description.</summary>
    /// <param name="spec">Its description.</param>
    /// <param name="input">How the floats of a sample lie that come in.</param>
    public delegate Layer LayerFactory(LayerSpec spec, SampleShape input);

    /// <summary>The names of all kinds.</summary>
    public static IReadOnlyList<string> Names => _factories.Names;

    /// <summary>Adds a kind of layer of one's own, under a name that every node of a cluster must know.</summary>
    public static void Register(string kind, LayerFactory factory) => _factories.Register(kind, factory);

    internal static Layer Create(LayerSpec spec, SampleShape input) => _factories.Find(spec.Kind)(spec, input);
}
