using System.Diagnostics;

namespace ActorNet.Cli.Simulate;

/// <summary>Threads that compute, round after round, until they are disposed of.</summary>
internal sealed class BusyCores : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<Thread> _threads;
    private volatile bool _isOver;
    private long _rounds;
    private double _seconds;

    /// <summary>Begins.</summary>
    /// <param name="count">Threads, 0 or more.</param>
    /// <param name="makeRound">Makes what a thread does in a round, for each thread anew.</param>
    public BusyCores(int count, Func<Action> makeRound)
    {
        _threads = [.. Enumerable.Range(0, count).Select(_ => new Thread(() => Loop(makeRound())) { IsBackground = true })];
        _threads.ForEach(thread => thread.Start());
    }

    /// <summary>Threads.</summary>
    public int Count => _threads.Count;

    /// <summary>The mean time of a round, of those that end while something happens.</summary>
    /// <param name="during">What happens; it lasts for some rounds.</param>
    public double RoundSeconds(Action during)
    {
        var (rounds, seconds) = Totals();
        during();
        var (roundsAfter, secondsAfter) = Totals();
        return (secondsAfter - seconds) / Math.Max(1, roundsAfter - rounds);
    }

    /// <summary>Ends them after their rounds.</summary>
    public void Dispose()
    {
        _isOver = true;
        _threads.ForEach(thread => thread.Join());
    }

    private (long Rounds, double Seconds) Totals()
    {
        lock (_lock)
        {
            return (_rounds, _seconds);
        }
    }

    private void Loop(Action round)
    {
        while (!_isOver)
        {
            var began = Stopwatch.GetTimestamp();
            round();
            var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            lock (_lock)
            {
                (_rounds, _seconds) = (_rounds + 1, _seconds + seconds);
            }
        }
    }
}
