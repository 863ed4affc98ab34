using System.Diagnostics;
using ActorNet.Core.Data;
using ActorNet.Core.Training;

namespace ActorNet.Benchmarks;

/// <summary>Rates of <see cref="LocalTrainer"/>, on its own thread and beside others.</summary>
internal sealed class LoopRate
{
    private readonly int _batch;
    private readonly LocalTrainer _trainer;

    /// <param name="workload">What to train.</param>
    /// <param name="data">Its samples.</param>
    /// <param name="batch">Samples per step.</param>
    public LoopRate(Workload workload, DataSet data, int batch)
    {
        _batch = batch;
        _trainer = new LocalTrainer(new TrainingSetup(WorkloadJob.Create(workload, batch), data));
    }

    /// <summary>The samples per second of all together, each on a thread of its own at the same time.</summary>
    public static double Together(IReadOnlyList<LoopRate> loops, TimeSpan duration)
    {
        var rates = new double[loops.Count];
        using var start = new Barrier(loops.Count);
        Thread[] threads = [.. loops.Select((loop, i) => new Thread(() =>
        {
            start.SignalAndWait();
            rates[i] = loop.SamplesPerSecond(duration);
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        return rates.Sum();
    }

    /// <summary>Steps on the calling thread until it is told to stop: something that keeps a core busy.</summary>
    public void StepUntil(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            _trainer.Step();
        }
    }

    /// <summary>Managed bytes that a step allocates on the calling thread, once warm.</summary>
    public double BytesPerStep(int steps)
    {
        Run(steps);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(steps);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)steps;
    }

    /// <summary>By the clock on the wall, as a cluster's rate is measured.</summary>
    private double SamplesPerSecond(TimeSpan duration)
    {
        var samples = 0L;
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            _trainer.Step();
            samples += _batch;
            var elapsed = Stopwatch.GetElapsedTime(start);
            if (elapsed >= duration)
            {
                return samples / elapsed.TotalSeconds;
            }
        }
    }

    private void Run(int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            _trainer.Step();
        }
    }
}
