using System.Numerics;
using System.Numerics.Tensors;

namespace ActorNet.Benchmarks;

/// <summary>
/// A network of sigmoid layers with quadratic cost, trained by plain gradient descent as one would write it in C# over OpenBLAS:
/// products by <c>cblas_sgemm</c>, everything else vectorised, the whole gradient in a buffer of its own before the update.
/// </summary>
internal sealed class OpenBlasNetwork
{
    private readonly int[] _sizes;
    private readonly int _batch;
    private readonly float _learningRate;
    private readonly float[][] _activations;
    private readonly float[][] _deltas;

    /// <param name="sizes">Neurons of each layer, inputs first.</param>
    /// <param name="batch">Samples per step.</param>
    /// <param name="learningRate">The step's factor on the mean gradient.</param>
    public OpenBlasNetwork(int[] sizes, int batch, float learningRate)
    {
        (_sizes, _batch, _learningRate) = (sizes, batch, learningRate);
        Parameters = new float[Enumerable.Range(0, LayerCount).Sum(ParameterCount)];
        Gradient = new float[Parameters.Length];
        _activations = [.. sizes.Skip(1).Select(size => new float[batch * size])];
        _deltas = [.. sizes.Skip(1).Select(size => new float[batch * size])];
        Initialise(new Random(1));
    }

    /// <summary>For each layer its weights, [outputs, inputs] row-major (on W1 OpenBLAS is a third faster so), then its biases.</summary>
    public float[] Parameters { get; }

    /// <summary>The mean gradient of the last step, laid out as <see cref="Parameters"/>.</summary>
    public float[] Gradient { get; }

    private int LayerCount => _sizes.Length - 1;

    /// <summary>One step of gradient descent on a minibatch: [batch, inputs] and [batch, outputs], row-major.</summary>
    public void Step(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets)
    {
        Forward(inputs);
        Backward(inputs, targets);
        TensorPrimitives.MultiplyAdd(Gradient, -_learningRate, Parameters, Parameters);
    }

    private void Forward(ReadOnlySpan<float> inputs)
    {
        for (var layer = 0; layer < LayerCount; layer++)
        {
            var (ins, outs) = (_sizes[layer], _sizes[layer + 1]);
            var activation = _activations[layer].AsSpan();
            OpenBlas.Multiply(_batch, outs, ins, Before(layer, inputs), false, Weights(Parameters, layer), true, activation);
            AddToRows(Biases(Parameters, layer), activation);
            TensorPrimitives.Sigmoid(activation, activation);
        }
    }

    private void Backward(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets)
    {
        var delta = _deltas[^1].AsSpan();
        TensorPrimitives.Subtract(_activations[^1], targets, delta);
        TensorPrimitives.Multiply(delta, 1f / _batch, delta);
        for (var layer = LayerCount - 1; layer >= 0; layer--)
        {
            var (ins, outs) = (_sizes[layer], _sizes[layer + 1]);
            delta = _deltas[layer];
            if (layer < LayerCount - 1)
            {
                var after = _sizes[layer + 2];
                OpenBlas.Multiply(_batch, outs, after, _deltas[layer + 1], false, Weights(Parameters, layer + 1), false, delta);
            }
            MultiplyBySlope(_activations[layer], delta);
            OpenBlas.Multiply(outs, ins, _batch, delta, true, Before(layer, inputs), false, Weights(Gradient, layer));
            SumRows(delta, Biases(Gradient, layer));
        }
    }

    private ReadOnlySpan<float> Before(int layer, ReadOnlySpan<float> inputs) => layer == 0 ? inputs : _activations[layer - 1];

    /// <summary>delta *= a (1 - a), the sigmoid's slope where its value is a.</summary>
    private static void MultiplyBySlope(ReadOnlySpan<float> activation, Span<float> delta)
    {
        var i = 0;
        for (; i <= delta.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var a = new Vector<float>(activation[i..]);
            (new Vector<float>(delta[i..]) * a * (Vector<float>.One - a)).CopyTo(delta[i..]);
        }
        for (; i < delta.Length; i++)
        {
            delta[i] *= activation[i] * (1 - activation[i]);
        }
    }

    private static void AddToRows(ReadOnlySpan<float> addend, Span<float> rows)
    {
        for (var start = 0; start < rows.Length; start += addend.Length)
        {
            var row = rows.Slice(start, addend.Length);
            TensorPrimitives.Add(row, addend, row);
        }
    }

    private static void SumRows(ReadOnlySpan<float> rows, Span<float> sum)
    {
        rows[..sum.Length].CopyTo(sum);
        for (var start = sum.Length; start < rows.Length; start += sum.Length)
        {
            TensorPrimitives.Add(sum, rows.Slice(start, sum.Length), sum);
        }
    }

    private Span<float> Weights(float[] flat, int layer) => flat.AsSpan(Start(layer), _sizes[layer] * _sizes[layer + 1]);

    private Span<float> Biases(float[] flat, int layer) =>
        flat.AsSpan(Start(layer) + _sizes[layer] * _sizes[layer + 1], _sizes[layer + 1]);

    private int Start(int layer)
    {
        var start = 0;
        for (var before = 0; before < layer; before++)
        {
            start += ParameterCount(before);
        }
        return start;
    }

    private int ParameterCount(int layer) => (_sizes[layer] + 1) * _sizes[layer + 1];

    private void Initialise(Random random)
    {
        for (var layer = 0; layer < LayerCount; layer++)
        {
            var bound = 1 / MathF.Sqrt(_sizes[layer]);
            foreach (ref var weight in Weights(Parameters, layer))
            {
                weight = (2 * random.NextSingle() - 1) * bound;
            }
        }
    }
}
