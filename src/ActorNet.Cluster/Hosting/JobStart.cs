using ActorNet.Core;
using ActorNet.Core.Checkpoints;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Hosting;

/// <summary>Where a run goes on from: the job's first weights, given ones, or a checkpoint.</summary>
/// <param name="Version">Updates applied.</param>
/// <param name="Ledger">The running epoch's ledger; null at an epoch's start.</param>
/// <param name="Running">The running epoch's score.</param>
/// <param name="State">Weights and optimizer state; null for the weights that the seed gives and a state of zeros.</param>
internal sealed record JobStart(long Version, EpochLedger? Ledger, Score Running, Snapshot? State)
{
    /// <summary>The number of this reign over the job.</summary>
    public int Incarnation { get; init; } = 1;

    /// <summary>The epochs before.</summary>
    public IReadOnlyList<EpochResult> History { get; init; } = [];

    /// <summary>What the run did in this process under earlier reigns; null for the first.</summary>
    public RunBefore? Before { get; init; }

    /// <summary>The nodes that the reign before had: the run goes on as soon as they are ready again.</summary>
    public IReadOnlyList<string> Awaited { get; init; } = [];

    /// <summary>The nodes that may leave now: they are taken no more.</summary>
    public IReadOnlyList<string> Leaving { get; init; } = [];

    /// <summary>Whether the run was paused in the reign before: it holds again after its first step.</summary>
    public bool IsPaused { get; init; }

    /// <summary>The beginning of a job.</summary>
    public static readonly JobStart FromSeed = new(0, null, default, null);

    /// <summary>What a request says.</summary>
    /// <exception cref="ActorNetException">It does not fit the job.</exception>
    public static JobStart Of(TrainingRequest request, TrainingSetup setup)
    {
        if (request.Resume is { } checkpoint)
        {
            return FromCheckpoint(checkpoint, setup);
        }

        if (request.StartWeights is not { } given)
        {
            return FromSeed;
        }

        var snapshot = NewSnapshot(setup);
        if (given.Length != snapshot.Weights.Length)
        {
            throw new ActorNetException($"The weights to start from are {given.Length} floats, the network has {snapshot.Weights.Length}.");
        }

        given.Span.CopyTo(snapshot.Weights.Span);
        return FromSeed with { State = snapshot };
    }

    /// <summary>Room for all weights and optimizer state of a job.</summary>
    public static Snapshot NewSnapshot(TrainingSetup setup) => new(setup.Network.Layout.Length, setup.Job.CreateServerOptimizer().StateCount);

    /// <summary>What a checkpoint says.</summary>
    /// <exception cref="ActorNetException">It is of another job, or of one that is finished.</exception>
    public static JobStart FromCheckpoint(Checkpoint checkpoint, TrainingSetup setup)
    {
        if (checkpoint.JobHash != setup.Job.Hash)
        {
            throw new ActorNetException($"The checkpoint belongs to job {checkpoint.JobHash}, not to {setup.Job.Hash}.");
        }

        var progress = checkpoint.Progress;
        if (progress.Finished)
        {
            throw new ActorNetException("This job is finished: ask for more epochs than it had to train on.");
        }

        var snapshot = NewSnapshot(setup);
        snapshot.Load(setup.Network.Layout, checkpoint);
        var samples = (int)(progress.Ledger?.Slices.Sum(slice => slice.Count) ?? 0);
        return new JobStart(
            progress.Version, progress.Ledger, new Score(samples, progress.PartialCost, (int)progress.PartialCorrect), snapshot)
        {
            History = progress.History,
        };
    }
}
