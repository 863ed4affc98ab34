using ActorNet.Core.Training;

namespace ActorNet.Cluster.Hosting;

/// <summary>Something that a person watching a run wants to know. Raised on a thread of the run, one at a time.</summary>
public abstract record TrainingEvent
{
    private TrainingEvent()
    {
    }

    /// <summary>Other nodes can join.</summary>
    /// <param name="At">Where, for <c>--join</c>.</param>
    public sealed record Listening(string At) : TrainingEvent;

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
    /// <param name="Node">Its node.</param>
    /// <param name="Worker">Its number on its node, from 0.</param>
    /// <param name="Step">The step it was at.</param>
    /// <param name="Slices">The slices it had.</param>
    /// <param name="Cause">Why.</param>
    public sealed record WorkerReplaced(string Node, int Worker, long Step, string Slices, string Cause) : TrainingEvent;

    /// <summary>A node takes part from now on.</summary>
    /// <param name="Node">The node.</param>
    /// <param name="Workers">Its worker actors.</param>
    /// <param name="Generation">The number of the assignment of slices in which it has its own.</param>
    public sealed record NodeJoined(string Node, int Workers, int Generation) : TrainingEvent;

    /// <summary>A node without the job's data has got more of it, or has lost some.</summary>
    /// <param name="Node">The node.</param>
    /// <param name="Slices">The slices whose data it has now.</param>
    public sealed record DataHeld(string Node, IReadOnlyList<int> Slices) : TrainingEvent;

    /// <summary>A node takes no part any more.</summary>
    /// <param name="Node">The node.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="Generation">The number of the assignment of slices without it.</param>
    public sealed record NodeLeft(string Node, string Reason, int Generation) : TrainingEvent;

    /// <summary>A node is late, or cannot be reached: its slices are leased to others until it shows life.</summary>
    /// <param name="Node">The node.</param>
    /// <param name="Reason">Why it is suspected.</param>
    /// <param name="Generation">The number of the assignment of slices without it.</param>
    public sealed record NodeSuspected(string Node, string Reason, int Generation) : TrainingEvent;

    /// <summary>A node that was suspected has shown life, and has slices again.</summary>
    /// <param name="Node">The node.</param>
    /// <param name="Generation">The number of the assignment of slices with it.</param>
    public sealed record NodeTrusted(string Node, int Generation) : TrainingEvent;

    /// <summary>A step is completed that was open when a node was suspected or left. Noticed within a tenth of a second.</summary>
    /// <param name="Version">Updates applied.</param>
    /// <param name="Generation">The number of the assignment of slices.</param>
    public sealed record StepsGoOn(long Version, int Generation) : TrainingEvent;

    /// <summary>A part of the job's state was lost, or moves: the run goes on from its last checkpoint, on the nodes that are there.</summary>
    /// <param name="Version">Updates applied in that checkpoint; 0 for the job's beginning.</param>
    /// <param name="Reason">Why.</param>
    public sealed record WentBack(long Version, string Reason) : TrainingEvent;

    /// <summary>Something is wrong that training survives.</summary>
    /// <param name="Message">One line: what, where, what to do.</param>
    public sealed record Warned(string Message) : TrainingEvent;
}
