namespace ActorNet.Benchmarks;

/// <summary>What a process of two needs of a workload: its samples, and a loop that trains on half the batch.</summary>
internal sealed class HalfBatch
{
    /// <summary>Passes over the samples in an epoch, so that its end is rare.</summary>
    private const int Passes = 20;

    private Workload? _workload;
    private RandomPictures? _data;
    private LoopRate? _loop;

    /// <summary>The samples; made anew for another workload.</summary>
    public RandomPictures Data(Workload workload)
    {
        if (_workload != workload)
        {
            _loop = null;
            (_workload, _data) = (workload, new RandomPictures(workload, Passes));
        }
        return _data!;
    }

    /// <summary>Milliseconds of a step of the loop.</summary>
    public double StepMilliseconds(Workload workload, TimeSpan duration) =>
        1000.0 * (workload.Batch / 2) / LoopRate.Together([Loop(workload)], duration);

    /// <summary>Does something while the loop trains on another thread.</summary>
    public double Beside(Workload workload, Func<double> run)
    {
        var loop = Loop(workload);
        using var stop = new CancellationTokenSource();
        var thread = new Thread(() => loop.StepUntil(stop.Token));
        thread.Start();
        var result = run();
        stop.Cancel();
        thread.Join();
        return result;
    }

    private LoopRate Loop(Workload workload)
    {
        var data = Data(workload);
        return _loop ??= new LoopRate(workload, data, workload.Batch / 2);
    }
}
