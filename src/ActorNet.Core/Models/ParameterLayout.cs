using System.Globalization;

namespace ActorNet.Core.Models;

/// <summary>Named views of one flat parameter vector: every tensor of the network, one after the other, in the order of the layers.</summary>
internal sealed class ParameterLayout
{
    /// <summary>The most floats of a network: their bytes must fit one span, which hashes and files need.</summary>
    private const int MostParameters = int.MaxValue / sizeof(float);

    private readonly int[] _layerOffsets;

    /// <summary>The layout of some layers.</summary>
    /// <exception cref="ActorNetException">They have too many parameters.</exception>
    internal ParameterLayout(IReadOnlyList<Layer> layers)
    {
        var parameters = layers.SelectMany(layer => layer.Parameters).Sum(shape => (double)shape.Rows * shape.Columns);
        if (parameters > MostParameters)
        {
            throw new ActorNetException(string.Create(
                CultureInfo.InvariantCulture,
                $"The network has {parameters:N0} parameters, more than the {MostParameters:N0} that there can be: give fewer or smaller layers."));
        }

        var views = new List<ParameterView>();
        _layerOffsets = new int[layers.Count + 1];
        var offset = 0;
        for (var i = 0; i < layers.Count; i++)
        {
            _layerOffsets[i] = offset;
            foreach (var shape in layers[i].Parameters)
            {
                views.Add(new ParameterView($"layer{i + 1}.{shape.Name}", offset, shape));
                offset += shape.Length;
            }
        }

        _layerOffsets[^1] = offset;
        Views = views;
        Length = offset;
    }

    /// <summary>Every tensor, ascending in offset, without gaps.</summary>
    public IReadOnlyList<ParameterView> Views { get; }

    /// <summary>Floats in the parameter vector.</summary>
    public int Length { get; }

    /// <summary>The first parameter of a layer.</summary>
    internal int LayerOffset(int layer) => _layerOffsets[layer];

    /// <summary>The parameters of one layer, within the whole vector.</summary>
    internal Span<float> OfLayer(Span<float> parameters, int layer) =>
        parameters[_layerOffsets[layer].._layerOffsets[layer + 1]];

    /// <summary>The parameters of one layer, within the whole vector.</summary>
    internal ReadOnlySpan<float> OfLayer(ReadOnlySpan<float> parameters, int layer) =>
        parameters[_layerOffsets[layer].._layerOffsets[layer + 1]];
}
