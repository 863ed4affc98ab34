using System.Collections.Concurrent;
using ActorNet.Cluster.Coordinator;
using ActorNet.Cluster.Hosting;
using Akka.Actor;

namespace ActorNet.Cluster.Tests.Support;

/// <summary>One training under test: its events, ways to wait for them, and a deadline on everything.</summary>
internal sealed class TestRun : IDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly ConcurrentQueue<TrainingEvent> _events = new();
    private readonly TaskCompletionSource<ActorSystem> _system = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly Action<TrainingEvent>? _observer;

    private readonly TrainingRequest _request;
    private readonly RunSettings _settings;

    private TestRun(TrainingRequest request, Action<TrainingEvent>? observer, RunSettings? settings)
    {
        _request = request;
        _observer = observer;
        settings ??= new RunSettings();
        _settings = settings with { Starting = _system.SetResult + settings.Starting };
    }

    public IReadOnlyCollection<TrainingEvent> Events => _events;

    /// <summary>How the training ends.</summary>
    public Task<TrainingOutcome> Outcome { get; private set; } = null!;

    /// <summary>A training that has not started.</summary>
    /// <param name="request">The job.</param>
    /// <param name="observer">Sees each event on the run's own thread; what it throws ends the run.</param>
    /// <param name="settings">Deadlines of the run itself.</param>
    public static TestRun Prepare(TrainingRequest request, Action<TrainingEvent>? observer = null, RunSettings? settings = null) =>
        new(request, observer, settings);

    /// <summary>Trains to the end.</summary>
    public static async Task<TrainingOutcome> Train(TrainingRequest request, Action<TrainingEvent>? observer = null)
    {
        using var run = Prepare(request, observer).Start();
        return await run.Ended("the training's end");
    }

    public TestRun Start()
    {
        Outcome = Task.Run(() => ClusterTrainer.TrainAsync(_request, _settings, Note, _stop.Token));
        return this;
    }

    /// <summary>The run's actor system. It is there before any sample is read.</summary>
    public ActorSystem System => _system.Task.IsCompletedSuccessfully
        ? _system.Task.Result
        : throw new InvalidOperationException("The run has not started its actor system yet.");

    /// <summary>Sends a message to actors of the run.</summary>
    /// <param name="path">Their path below <c>/user/</c>; may have wildcards.</param>
    /// <param name="message">The message.</param>
    public void Tell(string path, object message) => System.ActorSelection("/user/" + path).Tell(message);

    /// <summary>Waits for the end.</summary>
    public Task<TrainingOutcome> Ended(string phase) => Within(Outcome, phase);

    public void Stop() => _stop.Cancel();

    /// <summary>Asks to stop from within the run, and returns when its servers are told: a small run would else be over before it hears of it.</summary>
    public void StopAtOnce()
    {
        Stop();
        Tell("coordinator/coordinator", JobKeeper.StopRequested.Instance);
        Settle();
    }

    /// <summary>Returns when the servers are told what keeper and coordinator were asked before: each answers after what it was sent before.</summary>
    public void Settle()
    {
        foreach (var path in new[] { "coordinator/coordinator", "coordinator/coordinator/reign-*" })
        {
            System.ActorSelection("/user/" + path).Ask<ActorIdentity>(new Identify(path), Deadline).GetAwaiter().GetResult();
        }
    }

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
