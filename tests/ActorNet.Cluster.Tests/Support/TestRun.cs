using System.Collections.Concurrent;
using ActorNet.Cluster.Hosting;
using Akka.Actor;

namespace ActorNet.Cluster.Tests.Support;

/// <summary>One training under test: its events, ways to wait for them, and a deadline on everything.</summary>
internal sealed class TestRun : IDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<TrainingEvent> _events = new();
    private readonly TaskCompletionSource<ActorSystem> _system = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly Action<TrainingEvent>? _observer;

    private TestRun(Action<TrainingEvent>? observer) => _observer = observer;

    public IReadOnlyCollection<TrainingEvent> Events => _events;

    /// <summary>How the training ends.</summary>
    public Task<TrainingOutcome> Outcome { get; private set; } = null!;

    /// <summary>Starts a training.</summary>
    /// <param name="request">The job.</param>
    /// <param name="observer">Sees each event on the run's own thread; what it throws ends the run.</param>
    /// <param name="settings">Deadlines of the run itself.</param>
    /// <param name="stopped">Whether the request to stop comes before the start.</param>
    public static TestRun Start(
        TrainingRequest request, Action<TrainingEvent>? observer = null, RunSettings? settings = null, bool stopped = false)
    {
        var run = new TestRun(observer);
        if (stopped)
        {
            run.Stop();
        }

        settings = (settings ?? new RunSettings()) with { Started = run._system.SetResult };
        run.Outcome = Task.Run(() => ClusterTrainer.TrainAsync(request, settings, run.Note, run._stop.Token));
        return run;
    }

    /// <summary>Trains to the end.</summary>
    public static async Task<TrainingOutcome> Train(TrainingRequest request, Action<TrainingEvent>? observer = null)
    {
        using var run = Start(request, observer);
        return await run.Ended("the training's end");
    }

    /// <summary>The run's actor system, once its actors are there.</summary>
    public Task<ActorSystem> System() => Within(_system.Task, "the start of the actors");

    /// <summary>Waits for the end.</summary>
    public Task<TrainingOutcome> Ended(string phase) => Within(Outcome, phase);

    public void Stop() => _stop.Cancel();

    public void Dispose() => _stop.Dispose();

    public IEnumerable<T> Seen<T>()
        where T : TrainingEvent => _events.OfType<T>();

    private void Note(TrainingEvent happened)
    {
        _events.Enqueue(happened);
        _observer?.Invoke(happened);
    }

    private async Task<T> Within<T>(Task<T> task, string phase)
    {
        try
        {
            return await task.WaitAsync(Deadline);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{phase} did not come within {Deadline.TotalSeconds:F0} s. Seen: {string.Join("; ", _events.Where(happened => happened is not TrainingEvent.Progressed))}");
        }
    }
}
