using ActorNet.Core.Checkpoints;
using ActorNet.Core.Training;

namespace ActorNet.Cli.Runs;

/// <summary>All that is known before the first step of a run.</summary>
internal sealed record TrainingPlan
{
    /// <summary>The job.</summary>
    public required JobSpec Job { get; init; }

    /// <summary>Its data.</summary>
    public required TrainingData Data { get; init; }

    /// <summary>How it is trained.</summary>
    public required RunSettings Settings { get; init; }

    /// <summary>The folder of a run that exists; null for a new one.</summary>
    public string? Existing { get; init; }

    /// <summary>The folder of a new run; null for the usual place.</summary>
    public string? Out { get; init; }

    /// <summary>The checkpoint to go on from.</summary>
    public Checkpoint? Resume { get; init; }

    /// <summary>The parameter vector to start from.</summary>
    public ReadOnlyMemory<float>? StartWeights { get; init; }

    /// <summary>What a new run that does not begin with drawn weights begins with: its first checkpoint.</summary>
    public Checkpoint? First { get; init; }

    /// <summary>Whether nothing is left to train.</summary>
    public bool IsFinished => Resume is { Progress.Finished: true };

    /// <summary>Takes the run's folder, made if it is new.</summary>
    /// <exception cref="Core.ActorNetException">It cannot be written, or another process has it.</exception>
    public RunFolder TakeFolder() => Existing is null ? RunFolder.Create(Out, this) : RunFolder.Open(Existing);
}
