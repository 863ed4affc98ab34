using System.Diagnostics;

namespace ActorNet.Cluster.Transfer;

/// <summary>
/// Compute threads that have nothing to do read what comes over this process's connections. A step of a small network takes less time than the system needs to wake a connection's own thread, which it puts on
/// the sender's core at that, since all others look for work. See ADR 0034.
/// </summary>
internal static class IdleReading
{
    /// <summary>A connection's own thread lets idle threads read only if one has looked so lately: it is waiting for just that.</summary>
    private static readonly TimeSpan _now = TimeSpan.FromMicroseconds(100);

    /// <summary>It reads itself again when none has for so long: they compute, or sleep.</summary>
    private static readonly TimeSpan _lately = TimeSpan.FromMilliseconds(1);

    private static Inbound[] _connections = [];
    private static long _lastLook;

    /// <summary>Whether an idle thread looks for what comes at this moment.</summary>
    public static bool IsOn => Stopwatch.GetElapsedTime(Volatile.Read(ref _lastLook)) < _now;

    /// <summary>Whether one has done so lately.</summary>
    public static bool WasOn => Stopwatch.GetElapsedTime(Volatile.Read(ref _lastLook)) < _lately;

    /// <summary>A connection may be read.</summary>
    public static void Add(Inbound inbound) => Change(all => [.. all, inbound]);

    /// <summary>It may be read no more.</summary>
    public static void Remove(Inbound inbound) => Change(all => [.. all.Where(other => other != inbound)]);

    /// <summary>Reads what there is, on a thread that has nothing else to do. It never waits for bytes.</summary>
    public static void Look()
    {
        var connections = Volatile.Read(ref _connections);
        if (connections.Length == 0)
        {
            return;
        }

        Volatile.Write(ref _lastLook, Stopwatch.GetTimestamp());
        foreach (var inbound in connections)
        {
            inbound.ReadWhatIsThere();
        }
    }

    private static void Change(Func<Inbound[], Inbound[]> change)
    {
        for (var before = Volatile.Read(ref _connections); ;)
        {
            var seen = Interlocked.CompareExchange(ref _connections, change(before), before);
            if (seen == before)
            {
                return;
            }

            before = seen;
        }
    }
}
