using ActorNet.Cli.Export.Onnx;

namespace ActorNet.Cli.Export;

/// <summary>
/// A recurrent layer as ONNX's Scan, whose body is one step: the general form, for masked layers, of whose sequences any step can be missing. There the state
/// stays as it is and the output is zero.
/// </summary>
internal sealed class RecurrentScan
{
    private readonly RecurrentParts _layer;
    private readonly OnnxGraph _graph;
    private readonly OnnxGraph _body;
    private readonly string _recurrent;
    private readonly string _zero;

    private RecurrentScan(RecurrentParts layer)
    {
        _layer = layer;
        _graph = layer.Graph;
        _body = new OnnxGraph($"{layer.Name}.step", $"{layer.Name}.step.");
        _recurrent = Tensor("recurrent", layer.Neurons, layer.Tensor("recurrent").Length / layer.Neurons);
        _zero = _graph.Constant($"{layer.Name}.zero", [0]);
    }

    private string[] StateNames => _layer.Spec.Kind == "lstm" ? ["state", "cell"] : ["state"];

    /// <summary>Adds the layer's nodes.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="value">Its inputs, samples × inputs.</param>
    /// <returns>Its outputs, samples × outputs.</returns>
    public static string Add(RecurrentParts layer, string value) => new RecurrentScan(layer).Outputs(value);

    private string Outputs(string value)
    {
        var sequence = _graph.Reshape(value, _layer.Steps, _layer.Stride);
        var there = _layer.Spec.Masked ? There(sequence) : null;
        var hasOutput = AddBody();
        string[] scanned = there is null ? [Sums(sequence)] : [Sums(sequence), there];
        string[] last = [.. StateNames.Select(name => _graph.NewName($"{_layer.Name}.{name}"))];
        var states = _graph.NewName($"{_layer.Name}.states");
        List<AttributeProto> attributes =
        [
            OnnxGraph.Body("body", _body),
            OnnxGraph.Int("num_scan_inputs", scanned.Length),
            OnnxGraph.Ints("scan_input_axes", [.. scanned.Select(_ => 1L)]),
        ];
        if (hasOutput)
        {
            attributes.Add(OnnxGraph.Ints("scan_output_axes", 1));
        }

        var nothing = Nothing(value);
        _graph.Add("Scan", [.. last.Select(_ => nothing), .. scanned], hasOutput ? [.. last, states] : last, [.. attributes]);
        return hasOutput ? WholeSequence(states, there) : last[0];
    }

    /// <summary>What features and biases contribute to the gates of all steps.</summary>
    private string Sums(string sequence)
    {
        var features = _layer.Spec.Masked ? Slice(sequence, 0, _layer.Features) : sequence;
        var width = _layer.Gates * _layer.Neurons;
        return _graph.Add("Add", [_graph.Add("MatMul", [features, Tensor("weights", _layer.Features, width)]), Tensor("biases", width)]);
    }

    /// <summary>Which steps are there: samples × steps × 1.</summary>
    private string There(string sequence) =>
        _graph.Add("Not", [_graph.Add("Equal", [Slice(sequence, _layer.Features, _layer.Stride), _zero])]);

    private string Slice(string sequence, long from, long to) =>
        _graph.Add("Slice", [sequence, _graph.Numbers(from), _graph.Numbers(to), _graph.Numbers(2)]);

    /// <summary>The state before the first step: zeros, samples × neurons.</summary>
    private string Nothing(string value)
    {
        var samples = _graph.Add("Shape", [value], OnnxGraph.Int("start", 0), OnnxGraph.Int("end", 1));
        return _graph.Add("ConstantOfShape", [_graph.Add("Concat", [samples, _graph.Numbers(_layer.Neurons)], OnnxGraph.Int("axis", 0))]);
    }

    private string WholeSequence(string states, string? there)
    {
        if (there is null)
        {
            return _graph.Reshape(states, (long)_layer.Steps * _layer.Neurons);
        }

        // The mask goes on to the layer after.
        var mask = _graph.Add("Cast", [there], OnnxGraph.Int("to", (long)TensorProto.Types.DataType.Float));
        return _graph.Reshape(_graph.Add("Concat", [states, mask], OnnxGraph.Int("axis", 2)), _layer.Steps * (_layer.Neurons + 1L));
    }

    /// <summary>Fills the body.</summary>
    /// <returns>Whether it has an output for each step.</returns>
    private bool AddBody()
    {
        string[] before = [.. StateNames.Select(name => _body.Input(_body.NewName($"{name}.before"), _layer.Neurons))];
        var sums = _body.Input(_body.NewName("sums"), _layer.Gates * _layer.Neurons);
        var there = _layer.Spec.Masked ? _body.InputOfBooleans(_body.NewName("there")) : null;
        var after = _layer.Spec.Kind switch
        {
            "lstm" => Lstm(sums, before[0], before[1]),
            "gru" => Gru(sums, before[0]),
            _ => [OnnxActivation.Apply(_body, _layer.Spec.Activation, _body.Add("Add", [sums, _body.Add("MatMul", [before[0], _recurrent])]))],
        };
        foreach (var (state, old) in after.Zip(before))
        {
            var kept = there is null ? _body.Add("Identity", [state]) : _body.Add("Where", [there, state, old]);
            _body.Output(kept, _layer.Neurons);
        }

        if (_layer.Spec.Sequence)
        {
            var given = there is null ? _body.Add("Identity", [after[0]]) : _body.Add("Where", [there, after[0], _zero]);
            _body.Output(given, _layer.Neurons);
        }

        return _layer.Spec.Sequence;
    }

    /// <summary>c = f∘c′ + i∘g and h = o∘tanh(c).</summary>
    private string[] Lstm(string sums, string state, string cellBefore)
    {
        var gates = Split(_body.Add("Add", [sums, _body.Add("MatMul", [state, _recurrent])]), 4);
        var (i, f, g, o) = (Sigmoid(gates[0]), Sigmoid(gates[1]), Tanh(gates[2]), Sigmoid(gates[3]));
        var cell = _body.Add("Add", [_body.Add("Mul", [f, cellBefore]), _body.Add("Mul", [i, g])]);
        return [_body.Add("Mul", [o, Tanh(cell)]), cell];
    }

    /// <summary>h = n + z∘(h′ − n), where n = tanh(x·W + b + r∘(h′·V + d)).</summary>
    private string[] Gru(string sums, string state)
    {
        var features = Split(sums, 3);
        var recurrent = Split(_body.Add("MatMul", [state, _recurrent]), 2);
        var (r, z) = (Sigmoid(_body.Add("Add", [features[0], recurrent[0]])), Sigmoid(_body.Add("Add", [features[1], recurrent[1]])));
        var candidate = _body.Add("Gemm", [state, Tensor("candidate", _layer.Neurons, _layer.Neurons), Tensor("candidate-biases", _layer.Neurons)]);
        var n = Tanh(_body.Add("Add", [features[2], _body.Add("Mul", [r, candidate])]));
        return [_body.Add("Add", [n, _body.Add("Mul", [z, _body.Add("Sub", [state, n])])])];
    }

    private string Sigmoid(string value) => _body.Add("Sigmoid", [value]);

    private string Tanh(string value) => _body.Add("Tanh", [value]);

    private string[] Split(string value, int parts)
    {
        string[] names = [.. Enumerable.Range(0, parts).Select(_ => _body.NewName("part"))];
        _body.Add("Split", [value], names, OnnxGraph.Int("axis", 1));
        return names;
    }

    private string Tensor(string name, params ReadOnlySpan<long> sizes) => _graph.Constant($"{_layer.Name}.{name}", _layer.Tensor(name).Span, sizes);
}
