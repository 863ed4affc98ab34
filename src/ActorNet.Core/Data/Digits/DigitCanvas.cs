namespace ActorNet.Core.Data.Digits;

/// <summary>
/// Paper for one digit, normalised as MNIST was: the ink is fitted into 20 x 20 pixels with its proportions kept, then moved by whole pixels
/// so that its centre of mass lies in the middle of 28 x 28.
/// </summary>
internal sealed class DigitCanvas
{
    /// <summary>Pixels per side of the finished image.</summary>
    public const int Side = 28;

    private const int Box = 20;
    private const int Margin = 8;           // the finished image may reach beyond the box on any side
    private const int Size = Box + (2 * Margin);

    private readonly float[] _ink = new float[Size * Size];

    /// <summary>Draws on white paper.</summary>
    /// <param name="path">The way of the pen, in any unit; is fitted into the box.</param>
    /// <param name="radius">Half the pen's mean width in pixels.</param>
    /// <param name="softness">Over how many pixels the edge of a stroke fades.</param>
    public void Draw(PenPath path, float radius, float softness)
    {
        Array.Clear(_ink);
        path.Fit(Box, ink: radius + (0.5f * softness), centre: Size * 0.5f);
        var points = path.Points;
        for (var i = 1; i < points.Length; i++)
        {
            if (!points[i].Lifted)
            {
                DrawSegment(points[i - 1], points[i], softness);
            }
        }
    }

    /// <summary>Frays the edges and stains the ink a little, as paper and scanner do.</summary>
    public void Roughen(float deviation, ref DigitDraws draws)
    {
        const float everywhere = 0.15f, atEdges = 4f;
        foreach (ref var ink in _ink.AsSpan())
        {
            if (ink > 0f)
            {
                ink = Math.Clamp(ink + (draws.Bell(deviation) * (everywhere + (atEdges * ink * (1f - ink)))), 0f, 1f);
            }
        }
    }

    /// <summary>Copies the 28 x 28 pixels around the centre of mass, row by row: 0 is paper, 255 is ink.</summary>
    public void CopyTo(Span<byte> pixels)
    {
        var (top, left) = Corner();
        for (var row = 0; row < Side; row++)
        {
            for (var column = 0; column < Side; column++)
            {
                int y = row + top, x = column + left;
                var inside = y is >= 0 and < Size && x is >= 0 and < Size;
                pixels[(row * Side) + column] = inside ? (byte)((_ink[(y * Size) + x] * 255f) + 0.5f) : (byte)0;
            }
        }
    }

    private (int Top, int Left) Corner()
    {
        float mass = 0f, massX = 0f, massY = 0f;
        for (var i = 0; i < _ink.Length; i++)
        {
            mass += _ink[i];
            massX += _ink[i] * (i % Size);
            massY += _ink[i] * (i / Size);
        }
        const float middle = (Side - 1) * 0.5f;
        return ((int)MathF.Floor((massY / mass) - middle + 0.5f), (int)MathF.Floor((massX / mass) - middle + 0.5f));
    }

    /// <summary>Inks the pixels near the segment by their centres' distance from it; where strokes meet, the darker one counts.</summary>
    private void DrawSegment(PenPoint from, PenPoint to, float softness)
    {
        float dx = to.X - from.X, dy = to.Y - from.Y;
        var inverseSquare = 1f / Math.Max((dx * dx) + (dy * dy), 1e-6f);
        var reach = Math.Max(from.Radius, to.Radius) + (0.5f * softness);
        var (firstColumn, lastColumn) = PixelsWithin(Math.Min(from.X, to.X) - reach, Math.Max(from.X, to.X) + reach);
        var (firstRow, lastRow) = PixelsWithin(Math.Min(from.Y, to.Y) - reach, Math.Max(from.Y, to.Y) + reach);
        for (var row = firstRow; row <= lastRow; row++)
        {
            for (var column = firstColumn; column <= lastColumn; column++)
            {
                float px = column + 0.5f - from.X, py = row + 0.5f - from.Y;
                var along = Math.Clamp(((px * dx) + (py * dy)) * inverseSquare, 0f, 1f);
                float ex = px - (along * dx), ey = py - (along * dy);
                var radius = from.Radius + (along * (to.Radius - from.Radius));
                var inside = radius + (0.5f * softness) - MathF.Sqrt((ex * ex) + (ey * ey));
                if (inside > 0f)
                {
                    ref var ink = ref _ink[(row * Size) + column];
                    ink = Math.Max(ink, Math.Min(inside / softness, 1f));
                }
            }
        }
    }

    private static (int First, int Last) PixelsWithin(float low, float high) =>
        (Math.Clamp((int)(low - 0.5f), 0, Size - 1), Math.Clamp((int)(high + 0.5f), 0, Size - 1));
}
