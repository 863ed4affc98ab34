namespace ActorNet.Core.Data.Digits;

/// <summary>The way of the pen as short straight segments, each point with half the pen's width there.</summary>
internal sealed class PenPath
{
    private const int StepsPerPiece = 6;
    private const int Capacity = 256;

    private readonly PenPoint[] _points = new PenPoint[Capacity];
    private int _count;

    /// <summary>The points; a segment goes to each that is not <see cref="PenPoint.Lifted"/> from the one before.</summary>
    public ReadOnlySpan<PenPoint> Points => _points.AsSpan(0, _count);

    /// <summary>Follows a smooth curve (a Catmull-Rom spline) through each stroke's points.</summary>
    /// <param name="points">x, y pairs in any unit.</param>
    /// <param name="kinds">What each point is.</param>
    /// <param name="radii">Half the pen's width at each point, in pixels.</param>
    public void Follow(ReadOnlySpan<float> points, ReadOnlySpan<PointKind> kinds, ReadOnlySpan<float> radii)
    {
        _count = 0;
        for (var i = 0; i < kinds.Length; i++)
        {
            if (kinds[i] == PointKind.Start)
            {
                _points[_count++] = new PenPoint(points[2 * i], points[(2 * i) + 1], radii[i], Lifted: true);
            }
            else
            {
                FollowPiece(i, points, kinds, radii);
            }
        }
    }

    /// <summary>Scales and moves the path, with its proportions kept, so that its ink fits into a square.</summary>
    /// <param name="side">The square's side in pixels.</param>
    /// <param name="ink">How far ink reaches from the path.</param>
    /// <param name="centre">Where the middle of the square lies, in x and in y.</param>
    public void Fit(float side, float ink, float centre)
    {
        float left = float.MaxValue, top = float.MaxValue, right = float.MinValue, bottom = float.MinValue;
        foreach (var point in Points)
        {
            left = Math.Min(left, point.X);
            right = Math.Max(right, point.X);
            top = Math.Min(top, point.Y);
            bottom = Math.Max(bottom, point.Y);
        }
        var scale = (side - (2f * ink)) / Math.Max(right - left, bottom - top);
        var shiftX = centre - ((left + right) * 0.5f * scale);
        var shiftY = centre - ((top + bottom) * 0.5f * scale);
        foreach (ref var point in _points.AsSpan(0, _count))
        {
            point = point with { X = (point.X * scale) + shiftX, Y = (point.Y * scale) + shiftY };
        }
    }

    private void FollowPiece(int to, ReadOnlySpan<float> points, ReadOnlySpan<PointKind> kinds, ReadOnlySpan<float> radii)
    {
        var from = to - 1;
        // A spline's missing neighbour, before an end or beyond a corner, is the end point itself.
        var before = kinds[from] == PointKind.Smooth ? from - 1 : from;
        var after = kinds[to] == PointKind.Smooth ? to + 1 : to;
        for (var step = 1; step <= StepsPerPiece; step++)
        {
            var t = step * (1f / StepsPerPiece);
            _points[_count++] = new PenPoint(
                Spline(points[2 * before], points[2 * from], points[2 * to], points[2 * after], t),
                Spline(points[(2 * before) + 1], points[(2 * from) + 1], points[(2 * to) + 1], points[(2 * after) + 1], t),
                radii[from] + (t * (radii[to] - radii[from])),
                Lifted: false);
        }
    }

    private static float Spline(float before, float from, float to, float after, float t)
    {
        var cubic = (-0.5f * before) + (1.5f * from) - (1.5f * to) + (0.5f * after);
        var quadratic = before - (2.5f * from) + (2f * to) - (0.5f * after);
        var linear = 0.5f * (to - before);
        return (((((cubic * t) + quadratic) * t) + linear) * t) + from;
    }
}
