using ActorNet.Core.Models;

namespace ActorNet.Cli.Serve;

/// <summary>How the floats of a sample are shown: as maps of rows and columns. The float of a map's pixel stands at (row · width + column) · maps + map.</summary>
/// <param name="Maps">Maps: 1 for a plain layer.</param>
/// <param name="Height">Rows of a map: 1 for a plain layer.</param>
/// <param name="Width">Columns of a map: a plain layer's neurons.</param>
internal readonly record struct Grid(int Maps, int Height, int Width)
{
    /// <summary>The grid of a shape.</summary>
    public static Grid Of(SampleShape shape) => shape.Dimensions switch
    {
        [var height, var width] => new Grid(1, height, width),
        [var height, var width, var maps] => new Grid(maps, height, width),
        _ => new Grid(1, 1, shape.Size),
    };

    /// <summary>Where a pixel's float stands.</summary>
    public int At(int map, int row, int column) => (((row * Width) + column) * Maps) + map;
}
