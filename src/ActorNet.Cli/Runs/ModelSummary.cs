using ActorNet.Core.Checkpoints;
using ActorNet.Core.Data;
using ActorNet.Core.Models;
using ActorNet.Core.Training;

namespace ActorNet.Cli.Runs;

/// <summary>What a model is, as <c>actornet inspect</c> shows it and writes it as JSON.</summary>
/// <param name="Schema">The form of this object.</param>
/// <param name="Network">The network in a word, as in 784-30-10.</param>
/// <param name="Input">How a sample lies, as in 28x28.</param>
/// <param name="Parameters">Floats that it learned.</param>
/// <param name="Task">What its outputs mean, if known.</param>
/// <param name="Outputs">What its outputs are called; null where they have numbers alone.</param>
/// <param name="JobHash">The hash of the job that trained it, if known.</param>
/// <param name="Job">That job.</param>
/// <param name="WeightsSha256">SHA-256 of the weights.</param>
/// <param name="Layers">The layers, from the first hidden one to the output.</param>
/// <param name="Tensors">The parameters by name.</param>
internal sealed record ModelSummary(
    int Schema,
    string Network,
    string Input,
    int Parameters,
    TaskKind? Task,
    IReadOnlyList<string>? Outputs,
    string? JobHash,
    JobSpec? Job,
    string WeightsSha256,
    IReadOnlyList<LayerSummary> Layers,
    IReadOnlyList<TensorSummary> Tensors)
{
    /// <summary>Looks at a model.</summary>
    public static ModelSummary Of(Model model) => new(
        Schema: 1,
        model.Spec.Shape,
        model.Spec.InputShape is { } shape ? string.Join('x', shape) : $"{model.Spec.Inputs}",
        model.Weights.Length,
        model.Task,
        model.OutputNames,
        model.Job?.Hash,
        model.Job,
        model.WeightsSha256,
        [.. model.Spec.Layers.Zip(model.Network.Layers, (spec, layer) => new LayerSummary(spec, layer.OutputShape.ToString(), layer.Parameters.Sum(one => one.Length)))],
        [.. model.Tensors.Select(TensorSummary.Of)]);
}

/// <summary>What a layer is.</summary>
/// <param name="Spec">Its description.</param>
/// <param name="OutputShape">How its outputs lie, as in 24x24x20.</param>
/// <param name="Parameters">Floats that it learned.</param>
internal sealed record LayerSummary(LayerSpec Spec, string OutputShape, int Parameters);

/// <summary>What a tensor is.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its dimensions, outermost first.</param>
/// <param name="Least">The least of its elements.</param>
/// <param name="Most">The largest.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Deviation">Their standard deviation.</param>
internal sealed record TensorSummary(string Name, IReadOnlyList<int> Shape, double Least, double Most, double Mean, double Deviation)
{
    /// <summary>Looks at a tensor.</summary>
    public static TensorSummary Of(NamedTensor tensor)
    {
        var (sum, least, most) = (0.0, double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in tensor.Data.Span)
        {
            (sum, least, most) = (sum + value, Math.Min(least, value), Math.Max(most, value));
        }

        var mean = sum / tensor.Data.Length;
        var squares = 0.0;
        foreach (var value in tensor.Data.Span)
        {
            squares += (value - mean) * (value - mean);
        }

        return new TensorSummary(tensor.Name, tensor.Shape, least, most, mean, Math.Sqrt(squares / tensor.Data.Length));
    }
}
