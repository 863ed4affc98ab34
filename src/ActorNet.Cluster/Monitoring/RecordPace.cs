namespace ActorNet.Cluster.Monitoring;

/// <summary>How often the record of a run is told what comes all the time: each second at first, seldom in a run of days, so that its length stays bearable.</summary>
internal sealed class RecordPace
{
    private static readonly TimeSpan _most = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _least = TimeSpan.FromMinutes(1);

    /// <summary>A run so long has so many lines, and one twice as long has at most twice as many.</summary>
    private const double Lines = 600;

    private TimeSpan _last = TimeSpan.MinValue;

    /// <summary>The time between two lines when a run has lasted so long.</summary>
    public static TimeSpan IntervalAt(TimeSpan elapsed) => TimeSpan.FromTicks(Math.Clamp((long)(elapsed.Ticks / Lines), _most.Ticks, _least.Ticks));

    /// <summary>Whether a line is due; the next is then an interval later.</summary>
    /// <param name="elapsed">Since the run began.</param>
    public bool IsDue(TimeSpan elapsed)
    {
        if (_last != TimeSpan.MinValue && elapsed - _last < IntervalAt(elapsed))
        {
            return false;
        }

        _last = elapsed;
        return true;
    }
}
