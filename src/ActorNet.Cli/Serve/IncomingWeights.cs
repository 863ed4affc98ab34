using ActorNet.Core.Models;
using ActorNet.Core.Training;

namespace ActorNet.Cli.Serve;

/// <summary>The weights with which one neuron looks at the layer before it.</summary>
/// <param name="Maps">As pictures: one for each map of the layer before, or for each gate of a recurrent neuron.</param>
/// <param name="Biases">What is added: one number, or one for each gate.</param>
internal sealed record IncomingWeights(IReadOnlyList<WeightMap> Maps, IReadOnlyList<float> Biases)
{
    /// <summary>How many contributions to a neuron's sum are named.</summary>
    private const int MostEdges = 40;

    private static readonly Dictionary<string, string[]> _gates = new()
    {
        ["elman"] = [""],
        ["lstm"] = ["input gate", "forget gate", "candidate", "output gate"],
        ["gru"] = ["reset gate", "update gate", "candidate"],
    };

    /// <summary>Where in each map of the layer before these weights begin to look: the corner of a convolution's window.</summary>
    public (int Row, int Column) Corner { get; private init; }

    /// <summary>Whether the neuron's sum is that of weights times what comes in, and not one of many steps.</summary>
    private bool IsOneSum { get; init; }

    /// <summary>The weights of a neuron.</summary>
    /// <param name="model">The network and its weights.</param>
    /// <param name="layer">The layer's place in the network, from 0.</param>
    /// <param name="index">The neuron's place in the layer, from 0.</param>
    /// <param name="before">How the layer before lies.</param>
    /// <returns>Null for a neuron without weights: one of pooling, of a kind that is not built in, or the mask that a recurrent layer hands on.</returns>
    public static IncomingWeights? Of(Model model, int layer, int index, Grid before)
    {
        var spec = model.Spec.Layers[layer];
        var parameters = model.Network.Layout.OfLayer(model.Weights.Span, layer);
        return spec.Kind switch
        {
            "dense" => OfDense(parameters, spec.Size, index, before),
            "conv" => OfConvolution(parameters, spec, index, before),
            _ when _gates.TryGetValue(spec.Kind, out var gates) => OfRecurrent(parameters, model.Network.Layers[layer], spec, gates, index),
            _ => null,
        };
    }

    /// <summary>The neuron's weighted sum, and what contributes most to it; null where it has none of its own.</summary>
    /// <param name="inputs">What the layer before gives.</param>
    /// <param name="before">How that lies.</param>
    /// <param name="index">The neuron's place in its layer.</param>
    public (double Sum, IReadOnlyList<Edge> Edges)? Weigh(ReadOnlySpan<float> inputs, Grid before, int index)
    {
        if (!IsOneSum)
        {
            return null;
        }

        double sum = Biases[0];
        var strongest = new StrongestEdges(MostEdges);
        for (var map = 0; map < Maps.Count; map++)
        {
            var (height, width, values) = (Maps[map].Height, Maps[map].Width, Maps[map].Values);
            for (var i = 0; i < height * width; i++)
            {
                var from = before.At(map, Corner.Row + (i / width), Corner.Column + (i % width));
                sum += (double)values[i] * inputs[from];
                strongest.Offer(from, index, values[i], values[i] * inputs[from]);
            }
        }

        return (sum, strongest.ToList());
    }

    private static IncomingWeights OfDense(ReadOnlySpan<float> parameters, int neurons, int index, Grid before)
    {
        var maps = new WeightMap[before.Maps];
        for (var map = 0; map < maps.Length; map++)
        {
            var values = new float[before.Height * before.Width];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = parameters[(((i * before.Maps) + map) * neurons) + index];
            }

            maps[map] = new WeightMap(MapName(map, maps.Length), before.Height, before.Width, values);
        }

        return new IncomingWeights(maps, [parameters[(before.Maps * before.Height * before.Width * neurons) + index]]) { IsOneSum = true };
    }

    private static IncomingWeights OfConvolution(ReadOnlySpan<float> parameters, LayerSpec spec, int index, Grid before)
    {
        var (place, neuron) = Math.DivRem(index, spec.Size);
        var (row, column) = Math.DivRem(place, before.Width - spec.Window + 1);
        var window = new Grid(before.Maps, spec.Window, spec.Window);
        return OfDense(parameters, spec.Size, neuron, window) with { Corner = (row, column) };
    }

    private static IncomingWeights? OfRecurrent(ReadOnlySpan<float> parameters, Layer layer, LayerSpec spec, string[] gates, int index)
    {
        // A sequence's steps lie one after the other, perhaps with the mask at each one's end.
        var stride = spec.Sequence ? layer.OutputShape.Dimensions[1] : spec.Size;
        var neuron = index % stride;
        if (neuron >= spec.Size)
        {
            return null;
        }

        var (weights, biases) = (layer.Parameters[0], layer.Parameters.TakeWhile(shape => shape.Name != "biases").Sum(shape => shape.Length));
        var maps = new WeightMap[gates.Length];
        var added = new float[gates.Length];
        for (var gate = 0; gate < gates.Length; gate++)
        {
            var at = (gate * spec.Size) + neuron;
            var values = new float[weights.Rows];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = parameters[(i * weights.Columns) + at];
            }

            maps[gate] = new WeightMap(gates[gate], 1, values.Length, values);
            added[gate] = parameters[biases + at];
        }

        return new IncomingWeights(maps, added);
    }

    private static string MapName(int map, int maps) => maps == 1 ? "" : $"map {map + 1}";
}

/// <summary>Weights as a picture.</summary>
/// <param name="Name">Which of several; empty for the only one.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Values">Row by row.</param>
internal sealed record WeightMap(string Name, int Height, int Width, float[] Values);
