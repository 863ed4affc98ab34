namespace ActorNet.Benchmarks;

/// <summary>Trains a workload as fast as it can on one thread: forward, backward into a gradient of its own, update.</summary>
internal abstract class Contender : IDisposable
{
    /// <summary>The name in the tables and in <c>--contenders</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What runs, with versions, in a few words.</summary>
    public abstract string Library { get; }

    /// <summary>Trains for about the given time; the network is kept from round to round of one workload.</summary>
    /// <returns>Samples per second of the CPU time that it took.</returns>
    public abstract double Round(Workload workload, TimeSpan duration);

    public virtual void Dispose() { }

    /// <summary>Runs steps on this thread until it has run for the duration, by its own CPU time.</summary>
    protected static double SamplesPerSecond(int batch, TimeSpan duration, Action step)
    {
        var samples = 0L;
        var start = ThreadClock.Seconds;
        while (true)
        {
            step();
            samples += batch;
            var elapsed = ThreadClock.Seconds - start;
            if (elapsed >= duration.TotalSeconds)
            {
                return samples / elapsed;
            }
        }
    }
}
