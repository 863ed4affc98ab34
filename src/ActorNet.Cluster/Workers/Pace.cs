using System.Diagnostics;

namespace ActorNet.Cluster.Workers;

/// <summary>
/// Makes a worker as slow as one of a slower machine, so that a cluster of many can be tried on one machine: what it computes is the same, and then it waits.
/// Only time in which the process runs counts: one that is stopped half of the time takes twice as long.
/// </summary>
internal static class Pace
{
    /// <summary>Waits are no longer than that, so that a stop of the process is seen.</summary>
    private static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(5);

    /// <summary>What a wait takes longer than asked for because the machine is busy. More than that was a stop of the process, and does not count.</summary>
    private static readonly TimeSpan _slack = TimeSpan.FromMilliseconds(3);

    /// <summary>Waits until so much time has passed.</summary>
    /// <param name="time">How long the work should take.</param>
    /// <param name="began">When it began, as a timestamp.</param>
    public static void Keep(TimeSpan time, long began)
    {
        var last = Stopwatch.GetTimestamp();
        var left = time - Stopwatch.GetElapsedTime(began, last);
        while (left > TimeSpan.Zero)
        {
            var wait = left < _tick ? left : _tick;
            Thread.Sleep(wait);
            var now = Stopwatch.GetTimestamp();
            var waited = Stopwatch.GetElapsedTime(last, now);
            (left, last) = (left - (waited < wait + _slack ? waited : wait + _slack), now);
        }
    }
}
