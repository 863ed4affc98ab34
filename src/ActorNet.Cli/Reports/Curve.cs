namespace ActorNet.Cli.Reports;

/// <summary>
/// A series of any length in few points: when it is full, neighbours are merged, so that each stands for twice as many as before, with their mean and
/// their extremes.
/// </summary>
/// <param name="most">The most points; an even number.</param>
internal sealed class Curve(int most = 1000)
{
    private readonly List<CurvePoint> _points = [];
    private int _perPoint = 1;

    /// <summary>The points, in the order in which they came.</summary>
    public IReadOnlyList<CurvePoint> Points => _points;

    /// <summary>Adds a point; one that is not a number is left out.</summary>
    public void Add(double x, double? y)
    {
        if (y is not { } value || !double.IsFinite(value))
        {
            return;
        }

        var point = new CurvePoint(x, value, value, value, 1);
        if (_points.Count > 0 && _points[^1].Count < _perPoint)
        {
            _points[^1] = _points[^1].With(point);
            return;
        }

        if (_points.Count == most)
        {
            Halve();
        }

        _points.Add(point);
    }

    private void Halve()
    {
        for (var i = 0; i < most / 2; i++)
        {
            _points[i] = _points[2 * i].With(_points[(2 * i) + 1]);
        }

        _points.RemoveRange(most / 2, most - (most / 2));
        _perPoint *= 2;
    }
}

/// <summary>One or more neighbouring points of a series.</summary>
/// <param name="X">Their mean place.</param>
/// <param name="Y">Their mean.</param>
/// <param name="Least">The least of them.</param>
/// <param name="Most">The greatest of them.</param>
/// <param name="Count">How many they are.</param>
internal readonly record struct CurvePoint(double X, double Y, double Least, double Most, int Count)
{
    /// <summary>Both as one.</summary>
    public CurvePoint With(CurvePoint other)
    {
        var count = Count + other.Count;
        return new CurvePoint(
            ((X * Count) + (other.X * other.Count)) / count,
            ((Y * Count) + (other.Y * other.Count)) / count,
            Math.Min(Least, other.Least),
            Math.Max(Most, other.Most),
            count);
    }
}
