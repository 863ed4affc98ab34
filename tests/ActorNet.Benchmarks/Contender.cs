using System.Diagnostics;

namespace ActorNet.Benchmarks;

/// <summary>Trains a workload as fast as it can on one thread: forward, backward into a gradient of its own, update.</summary>
internal abstract class Contender : IDisposable
{
    /// <summary>The name in the tables and in <c>--contenders</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What runs, with versions, in a few words.</summary>
    public abstract string Library { get; }

    /// <summary>Trains for about the given time; the network is kept from round to round of one workload.</summary>
    /// <returns>Samples per second.</returns>
    public abstract double Round(Workload workload, TimeSpan duration);

    public virtual void Dispose() { }

    /// <summary>Runs steps on this thread until the time is over.</summary>
    internal static double SamplesPerSecond(int batch, TimeSpan duration, Action step)
    {
        var samples = 0L;
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            step();
            samples += batch;
            var elapsed = Stopwatch.GetElapsedTime(start);
            if (elapsed >= duration)
            {
                return samples / elapsed.TotalSeconds;
            }
        }
    }
}
