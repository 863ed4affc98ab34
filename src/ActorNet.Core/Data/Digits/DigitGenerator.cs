using ActorNet.Core.Numerics;

namespace ActorNet.Core.Data.Digits;

/// <summary>
/// Draws handwritten-looking digits: image i of a seed is the same 784 bytes on every machine, because only exactly rounded operations make it.
/// A writer mixes the examples of one way to write the digit, moves each point a little, bends, slants, stretches and turns the whole, and
/// takes a pen that presses unevenly. How much of each was chosen by how well a network trained on these digits reads MNIST's training images.
/// </summary>
internal sealed class DigitGenerator(ulong seed)
{
    /// <summary>Pixels per side of an image.</summary>
    public const int Side = DigitCanvas.Side;

    private const int MaxPoints = 32;

    /// <summary>Standard deviations of the coefficients of x², xy, y², y³, x²y in x, and of x², xy, y², x³, xy² in y.</summary>
    private static readonly float[] _bends = [0.10f, 0.15f, 0.12f, 0.06f, 0.06f, 0.06f, 0.06f, 0.08f, 0.08f, 0.08f];

    private readonly PenPath _path = new();
    private readonly DigitCanvas _canvas = new();
    private readonly float[] _points = new float[2 * MaxPoints];
    private readonly float[] _radii = new float[MaxPoints];

    /// <summary>Draws image <paramref name="index"/> into <paramref name="pixels"/> (28 x 28, row by row) and returns its label, 0 to 9.</summary>
    public byte Draw(ulong index, Span<byte> pixels)
    {
        var draws = new DigitDraws(new RandomStream(seed, RandomPurpose.Digits, position: index));
        var label = draws.Below(10);
        var shape = Choose(DigitSkeletons.ByDigit[label], ref draws);
        var points = _points.AsSpan(0, 2 * shape.Kinds.Length);
        Mix(shape.Examples, points, ref draws);
        Jitter(points, ref draws);
        Bend(points, ref draws);
        Lean(points, ref draws);
        var radii = _radii.AsSpan(0, shape.Kinds.Length);
        var radius = Press(radii, ref draws);
        _path.Follow(points, shape.Kinds, radii);
        _canvas.Draw(_path, radius, softness: draws.Between(0.7f, 1.1f));
        _canvas.Roughen(0.3f, ref draws);
        _canvas.CopyTo(pixels);
        return (byte)label;
    }

    private static DigitShape Choose(IReadOnlyList<DigitShape> shapes, ref DigitDraws draws)
    {
        var percent = draws.Below(100);
        var i = 0;
        while (percent >= shapes[i].Percent)
        {
            percent -= shapes[i++].Percent;
        }
        return shapes[i];
    }

    /// <summary>
    /// A random mixture in which one or two examples prevail, pushed outwards by a fifth, so that the examples lie inside what is drawn.
    /// </summary>
    private static void Mix(float[][] examples, Span<float> points, ref DigitDraws draws)
    {
        const float push = 0.2f;
        Span<float> shares = stackalloc float[examples.Length];
        var sum = 0f;
        foreach (ref var share in shares)
        {
            share = draws.Between(0f, 1f);
            share *= share;
            share *= share;
            sum += share;
        }
        points.Clear();
        for (var e = 0; e < examples.Length; e++)
        {
            var share = ((1f + push) * (shares[e] / sum)) - (push / examples.Length);
            for (var i = 0; i < points.Length; i++)
            {
                points[i] += share * examples[e][i];
            }
        }
    }

    /// <summary>Moves each point on its own: some writers are neat, some are not.</summary>
    private static void Jitter(Span<float> points, ref DigitDraws draws)
    {
        var deviation = draws.Between(0.03f, 0.10f);
        foreach (ref var coordinate in points)
        {
            coordinate += draws.Bell(deviation);
        }
    }

    /// <summary>A smooth warp of the whole paper.</summary>
    private static void Bend(Span<float> points, ref DigitDraws draws)
    {
        Span<float> c = stackalloc float[_bends.Length];
        for (var i = 0; i < c.Length; i++)
        {
            c[i] = draws.Bell(_bends[i]);
        }
        for (var i = 0; i < points.Length; i += 2)
        {
            float x = points[i], y = points[i + 1], xx = x * x, xy = x * y, yy = y * y;
            points[i] = x + (c[0] * xx) + (c[1] * xy) + (c[2] * yy) + (c[3] * yy * y) + (c[4] * xx * y);
            points[i + 1] = y + (c[5] * xx) + (c[6] * xy) + (c[7] * yy) + (c[8] * xx * x) + (c[9] * yy * x);
        }
    }

    /// <summary>Proportions, slant and rotation.</summary>
    private static void Lean(Span<float> points, ref DigitDraws draws)
    {
        var width = Math.Max(0.25f, 0.87f + draws.Bell(0.16f));
        var slant = 0.12f + draws.Bell(0.21f);
        // The rational form of a rotation, by the tangent of half its angle: no sine that a platform could round in its own way.
        var half = draws.Bell(0.075f);
        var cosine = (1f - (half * half)) / (1f + (half * half));
        var sine = 2f * half / (1f + (half * half));
        for (var i = 0; i < points.Length; i += 2)
        {
            var y = points[i + 1];
            var x = (points[i] * width) - (slant * y);
            points[i] = (cosine * x) - (sine * y);
            points[i + 1] = (sine * x) + (cosine * y);
        }
    }

    /// <summary>Takes a pen and presses it unevenly; returns half its mean width in pixels.</summary>
    private static float Press(Span<float> radii, ref DigitDraws draws)
    {
        var thick = draws.Between(0f, 1f);
        var radius = 0.85f + (0.5f * thick) + (0.45f * thick * thick * thick) + draws.Bell(0.08f);
        var sum = 0f;
        foreach (ref var here in radii)
        {
            here = Math.Max(0.4f, radius * (1f + draws.Bell(0.32f)));
            sum += here;
        }
        return sum / radii.Length;
    }
}
