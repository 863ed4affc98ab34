using System.Diagnostics;
using ActorNet.Cluster.Hosting;
using ActorNet.Core;
using ActorNet.Core.Checkpoints;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Coordinator;

/// <summary>
/// How far a run has come: the history of its epochs, what goes into a checkpoint, and whether the run ends with a snapshot. It is told when things happened,
/// as timestamps, and has no clock of its own.
/// </summary>
internal sealed class RunState(TrainingSetup setup, long startVersion, Checkpoint? resumed)
{
    private readonly List<EpochResult> _history = [.. resumed?.Progress.History ?? []];
    private readonly int _incarnation = (resumed?.Progress.Incarnation ?? 0) + 1;
    private long _started;
    private long _epochStarted;

    /// <summary>The first step begins.</summary>
    public void Begin(long now) => _started = _epochStarted = now;

    /// <summary>Whether a version is the last of an epoch, which is judged.</summary>
    public bool EndsEpoch(long version) => version % setup.Plan.StepsPerEpoch == 0;

    /// <summary>Refuses a complete snapshot that no run may go on from.</summary>
    /// <exception cref="ActorNetException">Its ledger is not exact, or its weights are not finite.</exception>
    public void Require(PendingSnapshot snapshot)
    {
        if (snapshot.LedgerDifference is { } difference)
        {
            throw new ActorNetException($"The ledger is not exact: {difference}.");
        }

        FiniteNumbers.RequireWeights(setup.Network.Layout, snapshot.Room!.Weights.Span, snapshot.Version);
    }

    /// <summary>Adds an epoch to the history, its last version judged.</summary>
    public EpochResult CloseEpoch(SnapshotWork work)
    {
        var seconds = Stopwatch.GetElapsedTime(_epochStarted, work.TakenAt).TotalSeconds;
        _epochStarted = work.TakenAt;
        var result = EpochResults.Create(EpochsBefore(work), work.Pending.Progress.EpochScore, work.Test, work.Validation, seconds);
        _history.Add(result);
        return result;
    }

    /// <summary>Why the run ends with a snapshot; null when it goes on.</summary>
    /// <param name="work">The snapshot.</param>
    /// <param name="epoch">What its epoch came to; null within an epoch.</param>
    /// <param name="stopVersion">The version at which the run was asked to stop, if it was.</param>
    public EndReason? Ending(SnapshotWork work, EpochResult? epoch, long? stopVersion)
    {
        if (epoch is not null && EpochResults.ReachesTarget(setup.Job, epoch))
        {
            return EndReason.TargetReached;
        }

        if (work.Pending.Version >= setup.TotalSteps)
        {
            return EndReason.Finished;
        }

        return work.Pending.Version == stopVersion ? EndReason.Stopped : null;
    }

    /// <summary>What a checkpoint of a snapshot says of the run.</summary>
    public TrainingProgress Progress(SnapshotWork work)
    {
        var version = work.Pending.Version;
        var progress = work.Pending.Progress;
        var midEpoch = !EndsEpoch(version);
        return new TrainingProgress(
            version,
            EpochsBefore(work),
            _incarnation,
            work.End is EndReason.Finished or EndReason.TargetReached,
            [.. _history],
            midEpoch ? progress.Ledger : null,
            midEpoch ? progress.EpochScore.Cost : 0,
            midEpoch ? progress.EpochScore.Correct : 0,
            work.Pending.Room!.WeightsSha256);
    }

    /// <summary>What the run came to, which ends with a snapshot.</summary>
    /// <param name="work">The snapshot.</param>
    /// <param name="reason">Why it ends.</param>
    /// <param name="node">The address of the workers' node.</param>
    /// <param name="servers">Parameter servers started.</param>
    /// <param name="checkpoint">The last checkpoint; null for none.</param>
    public TrainingOutcome Outcome(SnapshotWork work, EndReason reason, string node, int servers, string? checkpoint)
    {
        var samples = work.Pending.Progress.WorkerSamples;
        return new TrainingOutcome
        {
            Reason = reason,
            Model = new Model(setup.Job.Model, setup.Job, setup.Data.Task, work.Pending.Room!.Weights),
            Progress = work.Progress!,
            Seconds = Stopwatch.GetElapsedTime(_started, work.TakenAt).TotalSeconds,
            Steps = work.Pending.Version - startVersion,
            Samples = samples.Sum(),
            Contributions = [.. samples.Select((count, worker) => new WorkerContribution(worker, node, count))],
            Servers = servers,
            Checkpoint = checkpoint,
        };
    }

    private int EpochsBefore(SnapshotWork work) => (int)(work.Pending.Version / setup.Plan.StepsPerEpoch);
}
