using ActorNet.Core.Numerics;

namespace ActorNet.Core.Data.Pictures;

/// <summary>A rotation of a picture about its centre, and then a shift.</summary>
/// <param name="Right">The shift to the right in pixels; to the left where negative.</param>
/// <param name="Down">The shift down in pixels; up where negative.</param>
/// <param name="Degrees">The rotation, clockwise.</param>
/// <remarks>
/// Every pixel is fetched from where it comes from, between the four pixels around that place (bilinear interpolation): that place in double, then three
/// interpolations in float, each <c>fma(t, b − a, a)</c>. Outside the picture all is 0.
/// </remarks>
internal readonly record struct PictureMotion(double Right, double Down, double Degrees)
{
    /// <summary>Writes the moved picture.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="moved">Takes the moved one; as long, and apart from it.</param>
    /// <param name="shape">Its shape.</param>
    public void Move(ReadOnlySpan<float> picture, Span<float> moved, PictureShape shape)
    {
        var angle = Degrees * (Math.PI / 180);
        var (cos, sin) = (DeterministicMath.Cos(angle), DeterministicMath.Sin(angle));
        var (centreX, centreY) = ((shape.Width - 1) / 2.0, (shape.Height - 1) / 2.0);
        for (var y = 0; y < shape.Height; y++)
        {
            var v = y - centreY - Down;
            var row = moved.Slice(y * shape.RowLength, shape.RowLength);
            for (var x = 0; x < shape.Width; x++)
            {
                var u = x - centreX - Right;
                var sourceX = (cos * u) + (sin * v) + centreX;
                var sourceY = (cos * v) - (sin * u) + centreY;
                Fetch(picture, shape, sourceX, sourceY, row.Slice(x * shape.Channels, shape.Channels));
            }
        }
    }

    private static void Fetch(ReadOnlySpan<float> picture, PictureShape shape, double x, double y, Span<float> pixel)
    {
        if (!(x > -1 && x < shape.Width && y > -1 && y < shape.Height))
        {
            pixel.Clear();
            return;
        }

        var (left, top) = ((int)Math.Floor(x), (int)Math.Floor(y));
        var (across, down) = ((float)(x - left), (float)(y - top));
        var (hasLeft, hasRight, hasTop, hasBottom) = (left >= 0, left + 1 < shape.Width, top >= 0, top + 1 < shape.Height);
        var first = (top * shape.RowLength) + (left * shape.Channels);
        for (var channel = 0; channel < pixel.Length; channel++, first++)
        {
            var topLeft = hasTop && hasLeft ? picture[first] : 0;
            var topRight = hasTop && hasRight ? picture[first + shape.Channels] : 0;
            var bottomLeft = hasBottom && hasLeft ? picture[first + shape.RowLength] : 0;
            var bottomRight = hasBottom && hasRight ? picture[first + shape.RowLength + shape.Channels] : 0;
            pixel[channel] = Between(Between(topLeft, topRight, across), Between(bottomLeft, bottomRight, across), down);
        }
    }

    private static float Between(float a, float b, float t) => MathF.FusedMultiplyAdd(t, b - a, a);
}
