using ActorNet.Cluster.Protocol;
using ActorNet.Core;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Hosting;

/// <summary>A job between the program that wants it trained and the coordinator that trains it.</summary>
internal sealed class CoordinatedJob(
    TrainingRequest request, TrainingSetup setup, JobStart start, RunSettings settings, Action<TrainingEvent>? observer)
{
    private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<TrainingOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TrainingRequest Request { get; } = request;

    public TrainingSetup Setup { get; } = setup;

    public JobStart Start { get; } = start;

    /// <summary>Where nodes get the data's shards; null when it is not sharded, or no other node can join.</summary>
    public ShardSource? Shards { get; init; }

    public RunSettings Settings { get; } = settings;

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
            observer?.Invoke(happened);
        }
        catch (Exception error)
        {
            _outcome.TrySetException(error);
        }
    }

    public void Complete(TrainingOutcome outcome) => _outcome.TrySetResult(outcome);

    /// <summary>It was asked to stop before it began.</summary>
    public void Cancel() => _outcome.TrySetCanceled();

    public void Fail(string message) => _outcome.TrySetException(new ActorNetException(message));
}
