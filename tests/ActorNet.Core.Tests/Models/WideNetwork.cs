using ActorNet.Core.Models;

namespace ActorNet.Core.Tests.Models;

/// <summary>The layers of a network in double and plain loops, by their definitions: what the real ones are checked against.</summary>
internal static class WideNetwork
{
    /// <summary>The outputs of a network that is not learning.</summary>
    /// <param name="spec">The network.</param>
    /// <param name="parameters">Its parameters, as its layout has them.</param>
    /// <param name="inputs">One sample.</param>
    /// <param name="nearKink">Sees how far each value is from a place where its layer has no derivative.</param>
    /// <param name="kept">What the activations of a dropout layer count; those of a network that is not learning unless given.</param>
    public static double[] Outputs(ModelSpec spec, double[] parameters, double[] inputs, Action<double>? nearKink = null, Func<int, double[]>? kept = null)
    {
        int[] shape = spec.InputShape is { } known ? [.. known] : [spec.Inputs];
        var (values, offset) = (inputs, 0);
        foreach (var (index, layer) in spec.Layers.Index())
        {
            var own = parameters.AsSpan(offset);
            double[] sums;
            (sums, shape, var used) = layer.Kind switch
            {
                "dense" => Dense(layer, own, values),
                "conv" => Convolution(layer, own, values, shape),
                "pool" => Pool(layer, values, shape, nearKink),
                "dropout" => (kept is null ? values : [.. values.Zip(kept(index), (x, factor) => x * factor)], shape, 0),
                "elman" or "lstm" or "gru" => Recurrent(layer, own, values, shape),
                _ => throw new ArgumentOutOfRangeException(nameof(spec), layer.Kind, "no reference"),
            };
            offset += used;
            if (layer.Kind is "elman" or "lstm" or "gru")
            {
                values = sums;
                continue;
            }

            if (layer.Activation == "relu")
            {
                nearKink?.Invoke(sums.Min(Math.Abs));
            }

            values = DoubleReference.Activate(layer.Activation, sums);
        }

        Assert.Equal(parameters.Length, offset);
        return values;
    }

    private static (double[] Sums, int[] Shape, int Parameters) Dense(LayerSpec layer, ReadOnlySpan<double> w, double[] x)
    {
        var sums = new double[layer.Size];
        for (var j = 0; j < sums.Length; j++)
        {
            sums[j] = w[(x.Length * layer.Size) + j];
            for (var i = 0; i < x.Length; i++)
            {
                sums[j] += x[i] * w[(i * layer.Size) + j];
            }
        }

        return (sums, [layer.Size], (x.Length + 1) * layer.Size);
    }

    private static (double[] Sums, int[] Shape, int Parameters) Convolution(LayerSpec layer, ReadOnlySpan<double> w, double[] x, int[] shape)
    {
        var (height, width, channels) = (shape[0], shape[1], shape.Length > 2 ? shape[2] : 1);
        var (rows, columns, side) = (height - layer.Window + 1, width - layer.Window + 1, layer.Window);
        var biases = w[(side * side * channels * layer.Size)..];
        var sums = new double[rows * columns * layer.Size];
        for (var i = 0; i < sums.Length; i++)
        {
            var (map, column, row) = (i % layer.Size, i / layer.Size % columns, i / layer.Size / columns);
            sums[i] = biases[map];
            for (var k = 0; k < side * side * channels; k++)
            {
                var (channel, right, down) = (k % channels, k / channels % side, k / channels / side);
                sums[i] += w[(k * layer.Size) + map] * x[((((row + down) * width) + column + right) * channels) + channel];
            }
        }

        return (sums, [rows, columns, layer.Size], ((side * side * channels) + 1) * layer.Size);
    }

    private static (double[] Sums, int[] Shape, int Parameters) Pool(LayerSpec layer, double[] x, int[] shape, Action<double>? nearKink)
    {
        var (width, channels, side) = (shape[1], shape.Length > 2 ? shape[2] : 1, layer.Window);
        var (rows, columns) = (shape[0] / side, width / side);
        var sums = new double[rows * columns * channels];
        for (var i = 0; i < sums.Length; i++)
        {
            var (channel, column, row) = (i % channels, i / channels % columns, i / channels / columns);
            var window = Enumerable.Range(0, side * side)
                .Select(k => x[((((row * side) + (k / side)) * width) + (column * side) + (k % side)) * channels + channel])
                .OrderDescending()
                .ToArray();
            sums[i] = window[0];
            nearKink?.Invoke(window.Length > 1 ? window[0] - window[1] : 1);
        }

        return (sums, [rows, columns, channels], 0);
    }

    /// <summary>All kinds in one: each gate of each neuron is a sum over the step's features and the state before.</summary>
    private static (double[] Outputs, int[] Shape, int Parameters) Recurrent(LayerSpec layer, ReadOnlySpan<double> w, double[] x, int[] shape)
    {
        var (steps, stride, n) = (shape[0], x.Length / shape[0], layer.Size);
        var (features, gates) = (layer.Masked ? stride - 1 : stride, layer.Kind switch { "lstm" => 4, "gru" => 3, _ => 1 } * n);
        var recurrentGates = layer.Kind == "gru" ? 2 * n : gates;
        var recurrent = w.Slice(features * gates, n * recurrentGates);
        var biases = w.Slice((features * gates) + recurrent.Length, gates);
        var own = w[((features * gates) + recurrent.Length + gates)..];
        var (h, c) = (new double[n], new double[n]);
        var outputs = new List<double>();
        for (var step = 0; step < steps; step++)
        {
            var at = x.AsSpan(step * stride, stride);
            if (layer.Masked && at[^1] == 0)
            {
                outputs.AddRange(new double[n + 1]);
                continue;
            }

            var z = biases.ToArray();
            for (var j = 0; j < gates; j++)
            {
                for (var i = 0; i < features; i++)
                {
                    z[j] += at[i] * w[(i * gates) + j];
                }

                for (var i = 0; i < n && j < recurrentGates; i++)
                {
                    z[j] += h[i] * recurrent[(i * recurrentGates) + j];
                }
            }

            var next = new double[n];
            for (var j = 0; j < n; j++)
            {
                switch (layer.Kind)
                {
                    case "elman":
                        next[j] = DoubleReference.Activate(layer.Activation, [z[j]])[0];
                        break;
                    case "lstm":
                        c[j] = (Sigmoid(z[n + j]) * c[j]) + (Sigmoid(z[j]) * Math.Tanh(z[(2 * n) + j]));
                        next[j] = Sigmoid(z[(3 * n) + j]) * Math.Tanh(c[j]);
                        break;
                    default:
                        var fromState = own[(n * n) + j];
                        for (var i = 0; i < n; i++)
                        {
                            fromState += h[i] * own[(i * n) + j];
                        }

                        var candidate = Math.Tanh(z[(2 * n) + j] + (Sigmoid(z[j]) * fromState));
                        next[j] = ((1 - Sigmoid(z[n + j])) * candidate) + (Sigmoid(z[n + j]) * h[j]);
                        break;
                }
            }

            h = next;
            outputs.AddRange(h);
            outputs.AddRange(layer.Masked ? [1] : []);
        }

        var parameters = (features * gates) + recurrent.Length + gates + (layer.Kind == "gru" ? (n + 1) * n : 0);
        return layer.Sequence ? ([.. outputs], [steps, outputs.Count / steps], parameters) : (h, [n], parameters);
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
