using ActorNet.Core.Models;

namespace ActorNet.Cli.Export;

/// <summary>A recurrent layer that is to be added to a graph.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="Spec">The layer.</param>
/// <param name="Input">How a sample lies that comes in: the steps first.</param>
/// <param name="Name">The layer's name in the graph.</param>
/// <param name="Tensor">Finds a parameter by its name within the layer.</param>
internal sealed record RecurrentParts(OnnxGraph Graph, LayerSpec Spec, SampleShape Input, string Name, Func<string, ReadOnlyMemory<float>> Tensor)
{
    /// <summary>Steps of a sequence.</summary>
    public int Steps => Input.Dimensions[0];

    /// <summary>Floats of a step, the mask among them.</summary>
    public int Stride => Input.Size / Steps;

    /// <summary>Floats of a step that are weighed.</summary>
    public int Features => Spec.Masked ? Stride - 1 : Stride;

    /// <summary>Floats of the state.</summary>
    public int Neurons => Spec.Size;

    /// <summary>Sums that a neuron has.</summary>
    public int Gates => Spec.Kind switch
    {
        "lstm" => 4,
        "gru" => 3,
        _ => 1,
    };
}
