using ActorNet.Cluster.Monitoring;
using ActorNet.Cluster.Protocol;
using ActorNet.Core;
using ActorNet.Core.Checkpoints;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Hosting;

/// <summary>A job between the program that wants it trained and the coordinator that trains it, through all of that one's reigns.</summary>
internal sealed class CoordinatedJob
{
    private readonly Action<TrainingEvent>? _observer;
    private readonly Lock _raising = new();
    private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<TrainingOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CoordinatedJob(
        TrainingRequest request, TrainingSetup setup, JobStart start, RunSettings settings, Action<TrainingEvent>? observer)
    {
        _observer = observer;
        Request = request;
        Setup = setup;
        Start = start;
        Settings = settings;
        RateChanges = request.CheckpointFolder is { } folder ? CommandLog.Read(folder) : [];
        Monitor = new RunMonitor(request.Control, Raise);
    }

    public TrainingRequest Request { get; }

    public TrainingSetup Setup { get; }

    public JobStart Start { get; }

    /// <summary>Partitions that the parameters are cut into, or fewer where they are too few.</summary>
    public int Partitions => Request.Servers
        ?? (Request.Node is null || Setup.IsStale ? 1 : PartitionPlan.WorthHaving(Setup.Network.Layout.Length));

    /// <summary>Every change of the learning rate so far, in the order in which they were asked for.</summary>
    public IReadOnlyList<RateChange> RateChanges { get; set; }

    public RunMonitor Monitor { get; }

    /// <summary>Where nodes get the data's shards; null when it is not sharded, or no other node can join.</summary>
    public ShardSource? Shards { get; init; }

    public RunSettings Settings { get; }

    public Task<TrainingOutcome> Outcome => _outcome.Task;

    /// <summary>Fails the job if no coordinator takes it within the start deadline: from then on the coordinator owns every wait.</summary>
    public async Task RequireCoordinator()
    {
        try
        {
            await _taken.Task.WaitAsync(Settings.StartDeadline);
        }
        catch (TimeoutException)
        {
            Fail($"Training did not start within {Settings.StartDeadline.TotalSeconds:0.###} s: no coordinator is there, for the node has not formed its cluster. Go on with --resume.");
        }
    }

    /// <summary>The coordinator is there.</summary>
    public void TakeOver() => _taken.TrySetResult();

    /// <summary>Tells the observer; its own failure ends the job rather than the coordinator.</summary>
    public void Raise(TrainingEvent happened)
    {
        try
        {
            lock (_raising)
            {
                _observer?.Invoke(happened);
            }
        }
        catch (Exception error)
        {
            _outcome.TrySetException(error);
        }

        Monitor.See(happened);
    }

    public void Complete(TrainingOutcome outcome)
    {
        Monitor.End(error: null);
        _outcome.TrySetResult(outcome);
    }

    /// <summary>It was asked to stop before it began.</summary>
    public void Cancel()
    {
        Monitor.End(error: null);
        _outcome.TrySetCanceled();
    }

    public void Fail(string message) => Fail(new ActorNetException(Monitor.Explain(message)));

    /// <summary>It was asked to end at once.</summary>
    public void Abandon(string message) => Fail(new RunAbandonedException(message));

    private void Fail(ActorNetException error)
    {
        if (_outcome.TrySetException(error))
        {
            Monitor.End(error.Message);
        }
    }
}
