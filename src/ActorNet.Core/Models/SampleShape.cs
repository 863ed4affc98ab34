using System.Globalization;

namespace ActorNet.Core.Models;

/// <summary>How the floats of one sample lie, outermost first: height × width × channels of a picture, steps × features of a sequence, or plain.</summary>
public sealed class SampleShape
{
    private readonly int[] _dimensions;

    /// <summary>A shape.</summary>
    /// <param name="dimensions">One or more sizes, each 1 or more.</param>
    /// <exception cref="ActorNetException">There are none, one is not positive, or together they are too many.</exception>
    public SampleShape(params ReadOnlySpan<int> dimensions)
    {
        _dimensions = dimensions.ToArray();
        var size = 1L;
        foreach (var dimension in dimensions)
        {
            size = dimension < 1 || size > int.MaxValue ? -1 : size * dimension;
        }

        if (dimensions.IsEmpty || size is < 1 or > int.MaxValue)
        {
            throw new ActorNetException($"{this} is no shape of a sample: give sizes of 1 or more, as in 28x28.");
        }

        Size = (int)size;
    }

    /// <summary>The sizes, outermost first.</summary>
    public IReadOnlyList<int> Dimensions => _dimensions;

    /// <summary>Floats in all.</summary>
    public int Size { get; }

    /// <summary>The sizes joined: 28x28.</summary>
    public override string ToString() => string.Join('x', _dimensions.Select(dimension => dimension.ToString(CultureInfo.InvariantCulture)));
}
