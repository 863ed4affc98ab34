using ActorNet.Core.Training;

namespace ActorNet.Cluster.Hosting;

/// <summary>Something that a person watching a run wants to know. Raised on a thread of the run, one at a time.</summary>
public abstract record TrainingEvent
{
    private TrainingEvent()
    {
    }

    /// <summary>The first step is about to begin.</summary>
    /// <param name="Version">Updates applied before: 0, or those of the checkpoint resumed.</param>
    /// <param name="TotalSteps">Steps of the whole job.</param>
    /// <param name="StepsPerEpoch">Steps of an epoch.</param>
    /// <param name="Parameters">Length of the parameter vector.</param>
    /// <param name="Workers">Worker actors.</param>
    /// <param name="Servers">Parameter servers really started.</param>
    public sealed record Started(long Version, long TotalSteps, int StepsPerEpoch, int Parameters, int Workers, int Servers) : TrainingEvent;

    /// <summary>Training goes on; raised a few times a second.</summary>
    /// <param name="Version">Updates applied.</param>
    /// <param name="SamplesPerSecond">Since the last one.</param>
    /// <param name="RunningCost">Mean cost of the running epoch's samples so far.</param>
    public sealed record Progressed(long Version, double SamplesPerSecond, double RunningCost) : TrainingEvent;

    /// <summary>An epoch is done and judged.</summary>
    /// <param name="Result">What it came to.</param>
    public sealed record EpochDone(EpochResult Result) : TrainingEvent;

    /// <summary>A checkpoint is complete on disk.</summary>
    /// <param name="Path">Its folder.</param>
    /// <param name="Version">Updates applied.</param>
    public sealed record CheckpointWritten(string Path, long Version) : TrainingEvent;

    /// <summary>A worker failed and another took its place.</summary>
    /// <param name="Worker">Its number on its node, from 0.</param>
    /// <param name="Step">The step it was at.</param>
    /// <param name="Slices">The slices it had.</param>
    /// <param name="Cause">Why.</param>
    public sealed record WorkerReplaced(int Worker, long Step, string Slices, string Cause) : TrainingEvent;

    /// <summary>Something is wrong that training survives.</summary>
    /// <param name="Message">One line: what, where, what to do.</param>
    public sealed record Warned(string Message) : TrainingEvent;
}
