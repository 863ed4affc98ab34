namespace ActorNet.Core.Models;

/// <summary>Named views of one flat parameter vector: every tensor of the network, one after the other, in the order of the layers.</summary>
internal sealed class ParameterLayout
{
    private readonly int[] _layerOffsets;

    internal ParameterLayout(IReadOnlyList<Layer> layers)
    {
        var views = new List<ParameterView>();
        _layerOffsets = new int[layers.Count + 1];
        var offset = 0;
        for (var i = 0; i < layers.Count; i++)
        {
            _layerOffsets[i] = offset;
            foreach (var shape in layers[i].Parameters)
            {
                views.Add(new ParameterView($"layer{i + 1}.{shape.Name}", offset, shape));
                offset = checked(offset + shape.Length);
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
