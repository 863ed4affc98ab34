namespace ActorNet.Core.Training.Leases;

/// <summary>
/// How fast a node's workers are, as far as that is known: a mean in which the last few reports count most. A node without slices cannot show that it is fast
/// again: it is taken to recover slowly, until it gets a slice to be measured by.
/// </summary>
internal sealed class NodeSpeed
{
    /// <summary>Reports before a speed is known: the first steps pay for compilation and cold caches.</summary>
    private const int Enough = 3;

    private const double Newest = 0.5;

    /// <summary>What a second without slices makes of a speed: twice as much in 35 seconds.</summary>
    private const double Recovery = 1.02;

    private double _mean;
    private int _reports;

    /// <summary>The speed in samples a second of computing, of one worker; null while it is not known.</summary>
    public double? Known => _reports < Enough ? null : _mean;

    /// <summary>A report, one a second.</summary>
    /// <param name="speed">The speed since the last ones; null where nothing was computed.</param>
    /// <param name="typical">Of all nodes: nobody recovers beyond it.</param>
    public void Note(double? speed, double typical)
    {
        if (speed is not { } measured)
        {
            _mean = _mean < typical ? Math.Min(typical, _mean * Recovery) : _mean;
            return;
        }

        _mean = _reports == 0 ? measured : _mean + (Newest * (measured - _mean));
        _reports++;
    }

    /// <summary>The node owes what others have done long since: it is not measured, but slower than it was.</summary>
    public void Halve() => _mean /= 2;
}
