namespace ActorNet.Core.Simulation;

/// <summary>How long workers compute a slice: times that were measured, drawn with replacement.</summary>
internal sealed class ComputeTimes
{
    private readonly double[] _seconds;

    /// <summary>Times in seconds, one or more.</summary>
    /// <exception cref="ActorNetException">There are none, or one is not a time.</exception>
    public ComputeTimes(IEnumerable<double> seconds)
    {
        _seconds = [.. seconds];
        if (_seconds.Length == 0 || _seconds.Any(time => !(time > 0 && double.IsFinite(time))))
        {
            throw new ActorNetException("times to compute a slice must be one or more numbers of seconds, each more than 0.");
        }

        Mean = _seconds.Average();
    }

    /// <summary>Their mean.</summary>
    public double Mean { get; }

    /// <summary>Times of a mean, normally spread with a standard deviation that is a part of it; never less than half of the mean.</summary>
    public static ComputeTimes Around(double mean, double spread)
    {
        const int Points = 101;
        return new ComputeTimes(Enumerable.Range(0, Points).Select(i => Math.Max(mean / 2, mean * (1 + (spread * Numerics.NormalQuantile.OfCentred(((i + 0.5) / Points) - 0.5))))));
    }

    /// <summary>The time at a uniform draw of [0, 1).</summary>
    public double At(double uniform) => _seconds[(int)(uniform * _seconds.Length)];
}
