using ActorNet.Core.Models;
using ActorNet.Core.Training;

namespace ActorNet.Cli.Export;

/// <summary>One layer as ONNX nodes: what it makes of a batch before its activation.</summary>
internal sealed class OnnxLayer
{
    private readonly OnnxGraph _graph;
    private readonly Model _model;
    private readonly int _index;
    private readonly SampleShape _input;

    /// <summary>A layer that is to be added to a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="model">The model.</param>
    /// <param name="index">Which of its layers, from 0.</param>
    /// <param name="input">How a sample lies that comes in.</param>
    public OnnxLayer(OnnxGraph graph, Model model, int index, SampleShape input) => (_graph, _model, _index, _input) = (graph, model, index, input);

    /// <summary>The kinds that can be said in ONNX.</summary>
    public static IReadOnlyCollection<string> Kinds { get; } = ["dense", "conv", "pool", "dropout", "elman", "lstm", "gru"];

    /// <summary>What is applied to the sums; recurrent layers have applied their own already.</summary>
    public string Activation => _model.Network.Layers[_index].Activation.Name;

    private LayerSpec Spec => _model.Spec.Layers[_index];

    private int Channels => _input.Dimensions.Count == 3 ? _input.Dimensions[2] : 1;

    private SampleShape OutputShape => _model.Network.Layers[_index].OutputShape;

    /// <summary>Adds the layer's nodes.</summary>
    /// <param name="value">Its inputs, samples × inputs.</param>
    /// <returns>Its weighted sums, samples × outputs.</returns>
    public string Sums(string value) => Spec.Kind switch
    {
        "dense" => Dense(value),
        "conv" => Convolution(value),
        "pool" => Pool(value),
        // Only while it learns does it leave anything out.
        "dropout" => value,
        _ => Recurrence(value),
    };

    private string Dense(string value)
    {
        var weights = _graph.Constant(NameOf("weights"), Tensor("weights").Span, _input.Size, Spec.Size);
        return _graph.Add("Gemm", [value, weights, Biases()]);
    }

    private string Convolution(string value)
    {
        var (window, channels, maps) = (Spec.Window, Channels, Spec.Size);
        var from = Tensor("weights").Span;
        var weights = new float[from.Length];
        var i = 0;
        for (var map = 0; map < maps; map++)
        {
            for (var channel = 0; channel < channels; channel++)
            {
                for (var pixel = 0; pixel < window * window; pixel++)
                {
                    weights[i++] = from[(((pixel * channels) + channel) * maps) + map];
                }
            }
        }

        var kernels = _graph.Constant(NameOf("weights"), weights, maps, channels, window, window);
        return FromChannelsFirst(_graph.Add("Conv", [ChannelsFirst(value), kernels, Biases()], OnnxGraph.Ints("kernel_shape", window, window)));
    }

    private string Pool(string value) => FromChannelsFirst(_graph.Add(
        "MaxPool", [ChannelsFirst(value)], OnnxGraph.Ints("kernel_shape", Spec.Window, Spec.Window), OnnxGraph.Ints("strides", Spec.Window, Spec.Window)));

    private string Recurrence(string value)
    {
        var parts = new RecurrentParts(_graph, Spec, _input, $"layer{_index + 1}", Tensor);
        return RecurrentOperator.Fits(parts) ? RecurrentOperator.Add(parts, value) : RecurrentScan.Add(parts, value);
    }

    /// <summary>Pictures lie as height × width × channels here, and as channels × height × width in ONNX.</summary>
    private string ChannelsFirst(string value) => _graph.Transpose(_graph.Reshape(value, _input.Dimensions[0], _input.Dimensions[1], Channels), 0, 3, 1, 2);

    private string FromChannelsFirst(string value) => _graph.Reshape(_graph.Transpose(value, 0, 2, 3, 1), OutputShape.Size);

    private string Biases() => _graph.Constant(NameOf("biases"), Tensor("biases").Span, Spec.Size);

    private string NameOf(string tensor) => $"layer{_index + 1}.{tensor}";

    private ReadOnlyMemory<float> Tensor(string name) => _model.Tensors.Single(tensor => tensor.Name == NameOf(name)).Data;
}
