using System.Globalization;

namespace ActorNet.Core.Data.Digits;

/// <summary>One way to write a digit: examples that share their points, and which of these points are corners or ends.</summary>
internal sealed class DigitShape
{
    private DigitShape(int percent, float[][] examples, PointKind[] kinds)
    {
        Percent = percent;
        Examples = examples;
        Kinds = kinds;
    }

    /// <summary>How many of a hundred writers write it so.</summary>
    public int Percent { get; }

    /// <summary>Each example's points as x, y pairs from -1 to 1.</summary>
    public float[][] Examples { get; }

    /// <summary>What each point is.</summary>
    public PointKind[] Kinds { get; }

    /// <summary>Reads a line of <see cref="DigitSkeletons"/>.</summary>
    public static DigitShape Parse(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        var examples = line[(colon + 1)..].Split('|');
        return new DigitShape(
            int.Parse(line.AsSpan(0, colon), CultureInfo.InvariantCulture),
            [.. examples.Select(Coordinates)],
            [.. examples[0].Split('/').SelectMany(KindsOf)]);
    }

    private static string[] PointsOf(string text) => text.Split([' ', '/'], StringSplitOptions.RemoveEmptyEntries);

    private static float[] Coordinates(string example) =>
        [.. PointsOf(example).SelectMany(point => point.TrimEnd('!').Split(',')).Select(number => (int.Parse(number, CultureInfo.InvariantCulture) / 50f) - 1f)];

    private static IEnumerable<PointKind> KindsOf(string stroke)
    {
        var points = PointsOf(stroke);
        for (var i = 0; i < points.Length; i++)
        {
            yield return i == 0 ? PointKind.Start : i == points.Length - 1 ? PointKind.End : points[i].EndsWith('!') ? PointKind.Corner : PointKind.Smooth;
        }
    }
}
