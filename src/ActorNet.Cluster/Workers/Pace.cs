using System.Diagnostics;

namespace ActorNet.Cluster.Workers;

/// <summary>
/// Makes a worker as slow as one of a slower machine, so that a cluster of many can be tried on one machine: what it computes is the same, and then it waits.
/// Only time in which the process runs counts: one that is stopped half of the time takes twice as long.
/// </summary>
internal static class Pace
{
    /// <summary>What a wait of a millisecond counts at most. One that took longer was a stop of the process, or of the machine.</summary>
    private static readonly TimeSpan _longest = TimeSpan.FromMilliseconds(2);

    /// <summary>Waits until so much time has passed.</summary>
    /// <param name="time">How long the work should take.</param>
    /// <param name="began">When it began, as a timestamp.</param>
    public static void Keep(TimeSpan time, long began)
    {
        var last = Stopwatch.GetTimestamp();
        var left = time - Stopwatch.GetElapsedTime(began, last);
        while (left > TimeSpan.Zero)
        {
            Thread.Sleep(1);
            var now = Stopwatch.GetTimestamp();
            var waited = Stopwatch.GetElapsedTime(last, now);
            (left, last) = (left - (waited < _longest ? waited : _longest), now);
        }
    }
}
