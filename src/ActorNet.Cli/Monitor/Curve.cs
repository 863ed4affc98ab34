namespace ActorNet.Cli.Monitor;

/// <summary>A curve of a <see cref="Chart"/>.</summary>
/// <param name="Name">What the legend calls it.</param>
/// <param name="Points">Its points, in order of x.</param>
/// <param name="Ink">How it is drawn.</param>
/// <param name="IsDotted">Whether as dots alone: so two curves differ without colours too.</param>
internal sealed record Curve(string Name, IReadOnlyList<(double X, double Y)> Points, Ink Ink, bool IsDotted = false)
{
    /// <summary>
    /// The curve, smoothed: an exponential moving average with the start's bias taken out (D. P. Kingma and J. Ba, Adam, 2014, section 3), as TensorBoard does it.
    /// </summary>
    /// <param name="weight">How much of what was before remains at each point, from 0 for none up to but less than 1.</param>
    public Curve Smooth(double weight)
    {
        if (weight == 0)
        {
            return this;
        }

        var (mean, bias) = (0.0, 1.0);
        var points = new List<(double X, double Y)>(Points.Count);
        foreach (var (x, y) in Points)
        {
            mean = (weight * mean) + ((1 - weight) * y);
            bias *= weight;
            points.Add((x, mean / (1 - bias)));
        }

        return this with { Points = points };
    }
}
