using System.Diagnostics;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;
using ActorNet.Cluster.Protocol;
using ActorNet.Core;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Coordinator;

/// <summary>
/// How far a run has come: the history of its epochs, what goes into a checkpoint, and whether the run ends with a snapshot. It is told when things happened,
/// as timestamps, and has no clock of its own.
/// </summary>
internal sealed class RunState(TrainingSetup setup, JobStart start)
{
    private readonly List<EpochResult> _history = [.. start.History];
    private long? _started = start.Before?.Started;
    private IReadOnlyList<Contribution> _kept = start.Before?.Contributions ?? [];
    private (long Version, IReadOnlyList<Contribution> Contributions)? _underway;
    private long _epochStarted;

    /// <summary>What the run has done, as far as it is in a checkpoint.</summary>
    public RunBefore Before => new(FirstVersion, _started, _kept) { Underway = _underway };

    /// <summary>Whether the run is to end with the epoch that is under way.</summary>
    public bool StopsAfterEpoch { get; set; }

    /// <summary>When the first step of the run began, as a timestamp; null before.</summary>
    public long? Started => _started;

    private long FirstVersion => start.Before?.Version ?? start.Version;

    /// <summary>The first step begins.</summary>
    public void Begin(long now)
    {
        _started ??= now;
        _epochStarted = now;
    }

    /// <summary>A snapshot is being written to a checkpoint: it may be there though nobody hears of it any more.</summary>
    public void NoteUnderway(SnapshotWork work) => _underway = (work.Pending.Version, Contributions(work));

    /// <summary>A snapshot is in a checkpoint.</summary>
    public void NoteKept(SnapshotWork work) => _kept = Contributions(work);

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
        var result = EpochResults.Create(setup.Data.Task, EpochsBefore(work), work.Pending.Progress.EpochScore, work.Test, work.Validation, seconds);
        _history.Add(result);
        return result;
    }

    /// <summary>Why the run ends with a snapshot; null when it goes on.</summary>
    /// <param name="work">The snapshot.</param>
    /// <param name="epoch">What its epoch came to; null within an epoch.</param>
    public EndReason? Ending(SnapshotWork work, EpochResult? epoch)
    {
        if (epoch is not null && EpochResults.ReachesTarget(setup.Job, epoch))
        {
            return EndReason.TargetReached;
        }

        if (work.Pending.Version >= setup.TotalSteps)
        {
            return EndReason.Finished;
        }

        if (epoch is not null && EpochResults.HasStalled(setup.Job, _history))
        {
            return EndReason.NoImprovement;
        }

        return epoch is not null && StopsAfterEpoch ? EndReason.Stopped : null;
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
            start.Incarnation,
            work.End is EndReason.Finished or EndReason.TargetReached or EndReason.NoImprovement,
            [.. _history],
            midEpoch ? progress.Ledger : null,
            midEpoch ? progress.EpochScore.Cost : 0,
            midEpoch ? progress.EpochScore.Correct : 0,
            work.Pending.Room!.WeightsSha256);
    }

    /// <summary>What the run came to, which ends with a snapshot.</summary>
    /// <param name="work">The snapshot.</param>
    /// <param name="reason">Why it ends.</param>
    /// <param name="servers">Parameter servers started.</param>
    /// <param name="checkpoint">The last checkpoint; null for none.</param>
    public TrainingOutcome Outcome(SnapshotWork work, EndReason reason, int servers, string? checkpoint)
    {
        return new TrainingOutcome
        {
            Reason = reason,
            Model = new Model(setup.Job.Model, setup.Job, setup.Data.Task, work.Pending.Room!.Weights),
            Progress = work.Progress!,
            Seconds = Stopwatch.GetElapsedTime(_started!.Value, work.TakenAt).TotalSeconds,
            Steps = work.Pending.Version - FirstVersion,
            Samples = SamplesBefore(work.Pending.Version) - SamplesBefore(FirstVersion),
            Contributions = [.. Contributions(work).Select(made => new WorkerContribution(made.Worker, made.Node, made.Samples))],
            Staleness = StalenessShare.Of(work.Pending.Progress.Staleness),
            Servers = servers,
            Checkpoint = checkpoint,
        };
    }

    private IReadOnlyList<Contribution> Contributions(SnapshotWork work) =>
        (start.Before ?? new RunBefore(start.Version, null, [])).With(work.Pending.Progress.Contributions);

    private long SamplesBefore(long version) =>
        version / setup.Plan.StepsPerEpoch * setup.Plan.Samples
        + Math.Min(version % setup.Plan.StepsPerEpoch * setup.Plan.BatchSize, setup.Plan.Samples);

    private int EpochsBefore(SnapshotWork work) => (int)(work.Pending.Version / setup.Plan.StepsPerEpoch);
}
