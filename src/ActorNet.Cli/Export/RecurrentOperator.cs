using ActorNet.Cli.Export.Onnx;

namespace ActorNet.Cli.Export;

/// <summary>A recurrent layer as ONNX's operator RNN, LSTM or GRU: for sequences of which every step is there.</summary>
internal static class RecurrentOperator
{
    private static readonly Dictionary<string, string> _activations = new()
    {
        ["sigmoid"] = "Sigmoid",
        ["tanh"] = "Tanh",
        ["relu"] = "Relu",
        ["identity"] = "Affine",
    };

    /// <summary>Whether there is an operator for a layer: they know the length of a sequence, but not steps that are missing anywhere, and no softmax.</summary>
    public static bool Fits(RecurrentParts layer) => !layer.Spec.Masked && (layer.Spec.Kind != "elman" || _activations.ContainsKey(layer.Spec.Activation));

    /// <summary>Adds the layer's nodes.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="value">Its inputs, samples × inputs.</param>
    /// <returns>Its outputs, samples × outputs.</returns>
    public static string Add(RecurrentParts layer, string value)
    {
        var (graph, neurons, rows) = (layer.Graph, layer.Neurons, layer.Gates * layer.Neurons);
        string[] inputs =
        [
            graph.Transpose(graph.Reshape(value, layer.Steps, layer.Stride), 1, 0, 2),
            graph.Constant($"{layer.Name}.weights", Weights(layer), 1, rows, layer.Features),
            graph.Constant($"{layer.Name}.recurrent", RecurrentWeights(layer), 1, rows, neurons),
            graph.Constant($"{layer.Name}.biases", Biases(layer), 1, 2 * rows),
        ];
        var states = graph.NewName($"{layer.Name}.states");
        graph.Add(Operator(layer), inputs, layer.Spec.Sequence ? [states] : ["", states], [OnnxGraph.Int("hidden_size", neurons), .. Attributes(layer)]);

        // Steps × 1 × samples × neurons, or the last alone: there could be two directions.
        return layer.Spec.Sequence
            ? graph.Reshape(graph.Transpose(states, 2, 0, 1, 3), (long)layer.Steps * neurons)
            : graph.Reshape(graph.Transpose(states, 1, 0, 2), neurons);
    }

    private static string Operator(RecurrentParts layer) => layer.Spec.Kind switch
    {
        "lstm" => "LSTM",
        "gru" => "GRU",
        _ => "RNN",
    };

    private static AttributeProto[] Attributes(RecurrentParts layer) => (layer.Spec.Kind, layer.Spec.Activation) switch
    {
        ("gru", _) => [OnnxGraph.Int("linear_before_reset", 1)],
        // 1·z + 0.
        ("elman", "identity") => [OnnxGraph.Strings("activations", "Affine"), OnnxGraph.Floats("activation_alpha", 1), OnnxGraph.Floats("activation_beta", 0)],
        ("elman", var activation) => [OnnxGraph.Strings("activations", _activations[activation])],
        _ => [],
    };

    /// <summary>The places of our gates in the order of the operator.</summary>
    private static int[] Order(RecurrentParts layer) => layer.Spec.Kind switch
    {
        // i, f, g, o here; i, o, f, c there.
        "lstm" => [0, 3, 1, 2],
        // r, z, n here; z, r, h there.
        "gru" => [1, 0, 2],
        _ => [0],
    };

    private static float[] Weights(RecurrentParts layer)
    {
        var weights = layer.Tensor("weights").Span;
        var result = new float[weights.Length];
        Transpose(weights, Order(layer), layer.Neurons, layer.Gates, result);
        return result;
    }

    private static float[] RecurrentWeights(RecurrentParts layer)
    {
        var recurrent = layer.Tensor("recurrent").Span;
        var result = new float[layer.Gates * layer.Neurons * layer.Neurons];
        if (layer.Spec.Kind == "gru")
        {
            // The candidate's are a tensor of their own.
            Transpose(recurrent, Order(layer)[..2], layer.Neurons, gates: 2, result);
            Transpose(layer.Tensor("candidate").Span, [0], layer.Neurons, gates: 1, result.AsSpan(recurrent.Length));
        }
        else
        {
            Transpose(recurrent, Order(layer), layer.Neurons, layer.Gates, result);
        }

        return result;
    }

    /// <summary>Those of the features, then those of the state: here one bias serves both, but for the candidate of a GRU.</summary>
    private static float[] Biases(RecurrentParts layer)
    {
        var result = new float[2 * layer.Gates * layer.Neurons];
        Transpose(layer.Tensor("biases").Span, Order(layer), layer.Neurons, layer.Gates, result);
        if (layer.Spec.Kind == "gru")
        {
            layer.Tensor("candidate-biases").Span.CopyTo(result.AsSpan(result.Length - layer.Neurons));
        }

        return result;
    }

    /// <summary>Turns inputs × (gates × neurons) into (gates in another order × neurons) × inputs.</summary>
    private static void Transpose(ReadOnlySpan<float> matrix, int[] order, int neurons, int gates, Span<float> result)
    {
        var (columns, at) = (gates * neurons, 0);
        foreach (var gate in order)
        {
            for (var neuron = 0; neuron < neurons; neuron++)
            {
                for (var row = 0; row < matrix.Length / columns; row++)
                {
                    result[at++] = matrix[(row * columns) + (gate * neurons) + neuron];
                }
            }
        }
    }
}
