using ActorNet.Core.Numerics;

namespace ActorNet.Core.Models;

/// <summary>
/// The room in which one thread runs a network forwards and backwards over batches: inputs, targets, every layer's outputs and gradients, allocated once
/// for the largest batch.
/// </summary>
internal sealed class NetworkPass
{
    private readonly Network _network;
    private readonly Layer[] _layers;
    private readonly AlignedBuffer _inputs;
    private readonly AlignedBuffer _targets;
    private readonly AlignedBuffer[] _outputs;
    private readonly AlignedBuffer?[] _sums;
    private readonly KeptBuffers[] _kept;
    private readonly AlignedBuffer _delta;
    private readonly AlignedBuffer _inputGradient;

    /// <summary>Room for batches of up to <paramref name="maxRows"/> samples.</summary>
    public NetworkPass(Network network, int maxRows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRows, 1);
        _network = network;
        MaxRows = maxRows;
        var layers = _layers = [.. network.Layers];
        _inputs = new AlignedBuffer(checked(maxRows * network.InputSize));
        _targets = new AlignedBuffer(checked(maxRows * network.OutputSize));
        _outputs = [.. layers.Select(layer => new AlignedBuffer(checked(maxRows * layer.OutputSize)))];
        _sums = [.. layers.Select(layer => layer.Activation.UsesInput ? new AlignedBuffer(maxRows * layer.OutputSize) : null)];
        _kept = [.. layers.Select(layer => KeptBuffers.Of(layer, maxRows))];
        var widest = layers.Max(layer => layer.OutputSize);
        _delta = new AlignedBuffer(maxRows * widest);
        _inputGradient = new AlignedBuffer(maxRows * widest);
    }

    /// <summary>The most samples of a batch.</summary>
    public int MaxRows { get; }

    /// <summary>Working room for products.</summary>
    public ProductScratch Scratch { get; } = new();

    /// <summary>The batch's inputs, to be filled before <see cref="Forward"/>: samples × inputs.</summary>
    public Matrix Inputs(int rows) => View(_inputs, rows, _network.InputSize);

    /// <summary>The batch's targets, to be filled before <see cref="OutputDelta"/>: samples × outputs.</summary>
    public Matrix Targets(int rows) => View(_targets, rows, _network.OutputSize);

    /// <summary>The network's outputs after <see cref="Forward"/>: samples × outputs.</summary>
    public Matrix Outputs(int rows) => View(_outputs[^1], rows, _network.OutputSize);

    /// <summary>The outputs of one layer after <see cref="Forward"/>: samples × that layer's outputs.</summary>
    public Matrix LayerOutputs(int layer, int rows) => View(_outputs[layer], rows, _layers[layer].OutputSize);

    /// <summary>Runs the batch forwards.</summary>
    /// <param name="parameters">The network's parameters.</param>
    /// <param name="rows">Samples in the batch.</param>
    /// <param name="draws">What the samples' random numbers depend on, if the network is learning.</param>
    public void Forward(ReadOnlySpan<float> parameters, int rows, in SampleDraws draws = default)
    {
        for (var i = 0; i < _layers.Length; i++)
        {
            ForwardLayer(i, parameters, rows, draws);
        }
    }

    /// <summary>Runs the batch through one layer, after those before it. Of the parameters that layer's alone need be there.</summary>
    /// <inheritdoc cref="Forward"/>
    public void ForwardLayer(int index, ReadOnlySpan<float> parameters, int rows, in SampleDraws draws = default)
    {
        var layer = _layers[index];
        var sums = Sums(index, rows);
        layer.Forward(Batch(index, parameters, rows, draws), sums);
        layer.Activation.Forward(sums.Values, LayerOutputs(index, rows).Values, layer.OutputSize);
    }

    /// <summary>Starts the way back: the derivative of the cost by the output layer's weighted sums.</summary>
    /// <param name="cost">The cost.</param>
    /// <param name="rows">Samples in the batch.</param>
    /// <param name="sampleWeights">What each sample counts; empty for 1 each.</param>
    public void OutputDelta(Cost cost, int rows, ReadOnlySpan<float> sampleWeights = default)
    {
        var delta = View(_delta, rows, _network.OutputSize);
        cost.OutputDelta(
            _network.OutputActivation,
            Sums(_layers.Length - 1, rows).Values,
            Outputs(rows).Values,
            Targets(rows).Values,
            delta.Values,
            _network.OutputSize);
        for (var row = 0; row < sampleWeights.Length; row++)
        {
            VectorOps.Scale(delta.Row(row), sampleWeights[row], delta.Row(row));
        }
    }

    /// <summary>Runs the batch backwards from <see cref="OutputDelta"/>: backpropagation (Nielsen, chapter 2, eqs. BP2 to BP4).</summary>
    /// <param name="parameters">The network's parameters.</param>
    /// <param name="rows">Samples in the batch.</param>
    /// <param name="draws">What <see cref="Forward"/> was given.</param>
    /// <param name="gradients">Takes each layer's gradient, from the last layer to the first.</param>
    public void Backward<TSink>(ReadOnlySpan<float> parameters, int rows, in SampleDraws draws, TSink gradients)
        where TSink : IGradientSink
    {
        for (var i = _layers.Length - 1; i >= 0; i--)
        {
            BackwardLayer(i, parameters, rows, draws, gradients);
        }
    }

    /// <summary>Runs the batch backwards into one layer, after those behind it, and has its gradient taken.</summary>
    /// <inheritdoc cref="Backward"/>
    public void BackwardLayer<TSink>(int index, ReadOnlySpan<float> parameters, int rows, in SampleDraws draws, TSink gradients)
        where TSink : IGradientSink
    {
        var layer = _layers[index];
        var delta = Delta(index, rows);
        if (index < _layers.Length - 1)
        {
            _layers[index + 1].BackwardInputs(Batch(index + 1, parameters, rows, draws), Delta(index + 1, rows), delta);
            layer.Activation.Backward(Sums(index, rows).Values, LayerOutputs(index, rows).Values, delta.Values, layer.OutputSize);
        }

        var batch = Batch(index, parameters, rows, draws);
        layer.BeginBackward(batch, delta);
        gradients.Write(index, layer, batch, delta);
    }

    /// <summary>The derivative by a layer's weighted sums: two buffers in turn, the last layer's being that of <see cref="OutputDelta"/>.</summary>
    private Matrix Delta(int layer, int rows) =>
        View(((_layers.Length - 1 - layer) & 1) == 0 ? _delta : _inputGradient, rows, _layers[layer].OutputSize);

    private LayerBatch Batch(int layer, ReadOnlySpan<float> parameters, int rows, in SampleDraws draws) =>
        new(_network.Layout.OfLayer(parameters, layer), LayerInputs(layer, rows), Scratch, _kept[layer], layer, draws);

    private Matrix LayerInputs(int layer, int rows) => layer == 0 ? Inputs(rows) : LayerOutputs(layer - 1, rows);

    private Matrix Sums(int layer, int rows) => View(_sums[layer] ?? _outputs[layer], rows, _layers[layer].OutputSize);

    private static Matrix View(AlignedBuffer buffer, int rows, int columns) => new(buffer.Span[..(rows * columns)], rows, columns);
}

/// <summary>Takes the gradients of a network's layers as the way back reaches them.</summary>
internal interface IGradientSink
{
    /// <summary>Takes one layer's turn.</summary>
    /// <param name="index">The layer's number, from 0.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="batch">The batch in this layer.</param>
    /// <param name="delta">The derivative of the cost by its weighted sums, samples × outputs.</param>
    void Write(int index, Layer layer, in LayerBatch batch, ReadOnlyMatrix delta);
}
