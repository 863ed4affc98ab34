using ActorNet.Cluster.Monitoring;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Hosting;

/// <summary>Why a run ended.</summary>
public enum EndReason
{
    /// <summary>All epochs are done.</summary>
    Finished,

    /// <summary>The target accuracy is reached; the weights are those of that epoch.</summary>
    TargetReached,

    /// <summary>It was asked to stop; it can be resumed.</summary>
    Stopped,

    /// <summary>No epoch was better on held-out samples for as long as the job's patience lasts; the weights are those of the last epoch.</summary>
    NoImprovement,
}

/// <summary>What a run came to.</summary>
public sealed record TrainingOutcome
{
    /// <summary>Why it ended.</summary>
    public required EndReason Reason { get; init; }

    /// <summary>The trained model.</summary>
    public required Model Model { get; init; }

    /// <summary>The model's parameter vector.</summary>
    public ReadOnlyMemory<float> Weights => Model.Weights;

    /// <summary>How far the job has come, its history and the weights' SHA-256.</summary>
    public required TrainingProgress Progress { get; init; }

    /// <summary>Seconds of training in this run, from the first step to the last.</summary>
    public required double Seconds { get; init; }

    /// <summary>Steps made in this run.</summary>
    public required long Steps { get; init; }

    /// <summary>Samples that entered the weights in this run.</summary>
    public required long Samples { get; init; }

    /// <summary>Samples by worker: who contributed what.</summary>
    public required IReadOnlyList<WorkerContribution> Contributions { get; init; }

    /// <summary>How stale gradients were since the last start, in the modes <c>ssp:τ</c> and <c>async</c>; null in others.</summary>
    public IReadOnlyList<StalenessShare>? Staleness { get; init; }

    /// <summary>Parameter servers really started.</summary>
    public required int Servers { get; init; }

    /// <summary>The last checkpoint written; null for none.</summary>
    public required string? Checkpoint { get; init; }
}

/// <summary>What one worker computed.</summary>
/// <param name="Worker">Its number on its node, from 0.</param>
/// <param name="Node">The node's address.</param>
/// <param name="Samples">Samples whose gradients it computed.</param>
public sealed record WorkerContribution(int Worker, string Node, long Samples);
