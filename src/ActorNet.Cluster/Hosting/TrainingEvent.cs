using System.Globalization;
using ActorNet.Cluster.Monitoring;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Hosting;

/// <summary>Something that a person watching a run wants to know. Raised on a thread of the run, one at a time.</summary>
public abstract record TrainingEvent
{
    private TrainingEvent()
    {
    }

    /// <summary>Its name in records: small letters and hyphens.</summary>
    public abstract string Name { get; }

    /// <summary>How much it matters.</summary>
    public virtual Severity Severity => Severity.Info;

    /// <summary>What it says to people, one line, not ended by a full stop; null for what is a row of a table or a curve rather than news.</summary>
    public virtual string? Message => null;

    /// <summary>Other nodes can join.</summary>
    /// <param name="At">Where, for <c>--join</c>.</param>
    public sealed record Listening(string At) : TrainingEvent
    {
        /// <inheritdoc/>
        public override string Name => "listening";

        /// <inheritdoc/>
        public override string Message => $"listens on {At}; more workers: actornet worker --join {At}";
    }

    /// <summary>The first step is about to begin.</summary>
    /// <param name="Version">Updates applied before: 0, or those of the checkpoint resumed.</param>
    /// <param name="TotalSteps">Steps of the whole job.</param>
    /// <param name="StepsPerEpoch">Steps of an epoch.</param>
    /// <param name="Parameters">Length of the parameter vector.</param>
    /// <param name="Workers">Worker actors.</param>
    /// <param name="Servers">Parameter servers really started.</param>
    public sealed record Started(long Version, long TotalSteps, int StepsPerEpoch, int Parameters, int Workers, int Servers) : TrainingEvent
    {
        /// <inheritdoc/>
        public override string Name => "started";

        /// <inheritdoc/>
        public override string Message => $"{Count(Parameters)} parameters, {Many(Workers, "worker")}, {Many(Servers, "server")}";
    }

    /// <summary>Training goes on; raised a few times a second.</summary>
    /// <param name="Version">Updates applied.</param>
    /// <param name="SamplesPerSecond">Since the last one.</param>
    /// <param name="RunningCost">Mean cost of the running epoch's samples so far.</param>
    public sealed record Progressed(long Version, double SamplesPerSecond, double RunningCost) : TrainingEvent
    {
        /// <inheritdoc/>
        public override string Name => "progress";
    }

    /// <summary>How the run and its nodes are, for who looks at the record later: often at first, seldom in a long run.</summary>
    /// <param name="Status">The run.</param>
    public sealed record StatusTaken(RunStatus Status) : TrainingEvent
    {
        /// <inheritdoc/>
        public override string Name => "status";
    }

    /// <summary>What a node did in a step that was looked at closely: as seldom as <see cref="StatusTaken"/>.</summary>
    /// <param name="Spans">The stretches of time.</param>
    public sealed record StepTraced(IReadOnlyList<StepSpan> Spans) : TrainingEvent
    {
        /// <inheritdoc/>
        public override string Name => "spans";
    }

    /// <summary>An epoch is done and judged.</summary>
    /// <param name="Result">What it came to.</param>
    public sealed record EpochDone(EpochResult Result) : TrainingEvent
    {
        /// <inheritdoc/>
        public override string Name => "epoch";
    }

    /// <summary>A checkpoint is complete on disk.</summary>
    /// <param name="Path">Its folder.</param>
    /// <param name="Version">Updates applied.</param>
    public sealed record CheckpointWritten(string Path, long Version) : TrainingEvent
    {
        /// <inheritdoc/>
        public override string Name => "checkpoint";
    }

    /// <summary>A checkpoint could not be written: training goes on, and earlier ones are intact.</summary>
    /// <param name="Version">Updates applied.</param>
    /// <param name="Reason">Why, and what to do.</param>
    public sealed record CheckpointFailed(long Version, string Reason) : TrainingEvent
    {
        /// <inheritdoc/>
        public override string Name => "checkpoint-failed";

        /// <inheritdoc/>
        public override Severity Severity => Severity.Warning;

        /// <inheritdoc/>
        public override string Message => $"After step {Version}: {Reason}";
    }

    /// <summary>A worker failed and another took its place.</summary>
    /// <param name="Node">Its node.</param>
    /// <param name="Worker">Its number on its node, from 0.</param>
    /// <param name="Step">The step it was at.</param>
    /// <param name="Slices">The slices it had.</param>
    /// <param name="Cause">Why.</param>
    public sealed record WorkerReplaced(string Node, int Worker, long Step, string Slices, string Cause) : TrainingEvent
    {
        /// <inheritdoc/>
        public override string Name => "worker-replaced";

        /// <inheritdoc/>
        public override Severity Severity => Severity.Warning;

        /// <inheritdoc/>
        public override string Message => $"worker {Worker} of {Node} failed at step {Step} (slices {Slices}) and is replaced: {Cause}";
    }

    /// <summary>A node takes part from now on.</summary>
    /// <param name="Node">The node.</param>
    /// <param name="Workers">Its worker actors.</param>
    /// <param name="Generation">The number of the assignment of slices in which it has its own.</param>
    public sealed record NodeJoined(string Node, int Workers, int Generation) : TrainingEvent
    {
        /// <inheritdoc/>
        public override string Name => "node-joined";

        /// <inheritdoc/>
        public override string Message => $"{Node} joined with {Many(Workers, "worker")}";
    }

    /// <summary>A node without the job's data has got more of it, or has lost some.</summary>
    /// <param name="Node">The node.</param>
    /// <param name="Slices">The slices whose data it has now.</param>
    public sealed record DataHeld(string Node, IReadOnlyList<int> Slices) : TrainingEvent
    {
        /// <inheritdoc/>
        public override string Name => "data-held";

        /// <inheritdoc/>
        public override string Message => $"{Node} has the data of {(Slices.Count == 0 ? "no slice" : "slices " + string.Join(", ", Slices))}";
    }

    /// <summary>A node takes no part any more.</summary>
    /// <param name="Node">The node.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="Generation">The number of the assignment of slices without it.</param>
    /// <param name="IsAsked">Whether it had asked to leave, or was asked to.</param>
    public sealed record NodeLeft(string Node, string Reason, int Generation, bool IsAsked) : TrainingEvent
    {
        /// <summary>The reason of a node that was asked to leave, or asked to.</summary>
        internal const string HandedOver = "it has handed over what it had";

        /// <inheritdoc/>
        public override string Name => "node-left";

        /// <inheritdoc/>
        public override Severity Severity => IsAsked ? Severity.Info : Severity.Warning;

        /// <inheritdoc/>
        public override string Message => $"{Node} left: {Reason}";
    }

    /// <summary>A node is late, or cannot be reached: its slices are leased to others until it shows life.</summary>
    /// <param name="Node">The node.</param>
    /// <param name="Reason">Why it is suspected.</param>
    /// <param name="Generation">The number of the assignment of slices without it.</param>
    public sealed record NodeSuspected(string Node, string Reason, int Generation) : TrainingEvent
    {
        /// <inheritdoc/>
        public override string Name => "node-suspected";

        /// <inheritdoc/>
        public override Severity Severity => Severity.Warning;

        /// <inheritdoc/>
        public override string Message => $"{Node} is suspected, its slices are leased to others: {Reason}";
    }

    /// <summary>A node that was suspected has shown life, and has slices again.</summary>
    /// <param name="Node">The node.</param>
    /// <param name="Generation">The number of the assignment of slices with it.</param>
    public sealed record NodeTrusted(string Node, int Generation) : TrainingEvent
    {
        /// <inheritdoc/>
        public override string Name => "node-trusted";

        /// <inheritdoc/>
        public override string Message => $"{Node} is back";
    }

    /// <summary>Some nodes are much slower than others: slices were shared out anew by how fast the nodes are, so that steps are shorter.</summary>
    /// <param name="Generation">The number of the new assignment.</param>
    /// <param name="Slices">How many slices each node has now.</param>
    public sealed record SlicesMoved(int Generation, IReadOnlyList<SliceCount> Slices) : TrainingEvent
    {
        /// <inheritdoc/>
        public override string Name => "slices-moved";

        /// <inheritdoc/>
        public override string Message => $"slices are shared out by speed: {string.Join(", ", Slices.Select(one => $"{one.Node} {one.Count}"))}";
    }

    /// <summary>A partition's standby serves it from now on, from the step on that is under way: nothing is lost, and no step is made again.</summary>
    /// <param name="Partition">The partition.</param>
    /// <param name="Node">The node that has it now.</param>
    /// <param name="From">The node that had it.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="Version">Updates applied, as far as is known.</param>
    public sealed record TookOver(int Partition, string Node, string From, string Reason, long Version) : TrainingEvent
    {
        /// <inheritdoc/>
        public override string Name => "took-over";

        /// <inheritdoc/>
        public override Severity Severity => Severity.Warning;

        /// <inheritdoc/>
        public override string Message => $"{Node} takes partition {Partition} over from {From}: {Reason}. Nothing is lost";
    }

    /// <summary>A node stands by for a partition from now on: it joined a run that lacked one.</summary>
    /// <param name="Partition">The partition.</param>
    /// <param name="Node">The node.</param>
    /// <param name="Version">The version from which on it makes the same updates.</param>
    public sealed record StandsBy(int Partition, string Node, long Version) : TrainingEvent
    {
        /// <inheritdoc/>
        public override string Name => "stands-by";

        /// <inheritdoc/>
        public override string Message => $"{Node} stands by for partition {Partition}";
    }

    /// <summary>A step is completed that was open when a node was suspected or left. Noticed within a tenth of a second.</summary>
    /// <param name="Version">Updates applied.</param>
    /// <param name="Generation">The number of the assignment of slices.</param>
    public sealed record StepsGoOn(long Version, int Generation) : TrainingEvent
    {
        /// <inheritdoc/>
        public override string Name => "steps-go-on";
    }

    /// <summary>A part of the job's state was lost, or moves: the run goes on from its last checkpoint, on the nodes that are there.</summary>
    /// <param name="Version">Updates applied in that checkpoint; 0 for the job's beginning.</param>
    /// <param name="Reason">Why.</param>
    public sealed record WentBack(long Version, string Reason) : TrainingEvent
    {
        /// <inheritdoc/>
        public override string Name => "went-back";

        /// <inheritdoc/>
        public override Severity Severity => Severity.Warning;

        /// <inheritdoc/>
        public override string Message =>
            $"{Reason}. The run goes on from {(Version == 0 ? "its beginning" : $"the checkpoint of step {Count(Version)}")}";
    }

    /// <summary>A person asked something of the run, and it was done or refused.</summary>
    /// <param name="Answer">What became of it.</param>
    public sealed record Commanded(CommandAnswer Answer) : TrainingEvent
    {
        /// <inheritdoc/>
        public override string Name => "command";

        /// <inheritdoc/>
        public override string Message => $"{Answer.Message} (asked by {Answer.By})";
    }

    /// <summary>Something is wrong, from now on.</summary>
    /// <param name="Alert">What.</param>
    /// <param name="IsEcho">Whether another event has said the same a moment ago: who reads lines as they come need not read it twice.</param>
    public sealed record AlertRaised(Alert Alert, bool IsEcho) : TrainingEvent
    {
        /// <inheritdoc/>
        public override string Name => "alert";

        /// <inheritdoc/>
        public override Severity Severity => Alert.Severity;

        /// <inheritdoc/>
        public override string Message => Alert.Message;
    }

    /// <summary>Something is not wrong any more.</summary>
    /// <param name="Alert">What was wrong.</param>
    /// <param name="IsEcho">Whether another event has said so.</param>
    public sealed record AlertCleared(Alert Alert, bool IsEcho) : TrainingEvent
    {
        /// <inheritdoc/>
        public override string Name => "alert-over";

        /// <inheritdoc/>
        public override string Message => $"over: {Alert.Message}";
    }

    /// <summary>Something is wrong that training survives.</summary>
    /// <param name="Message">One line: what, where, what to do.</param>
    public sealed record Warned(string Message) : TrainingEvent
    {
        /// <inheritdoc/>
        public override string Name => "warning";

        /// <inheritdoc/>
        public override Severity Severity => Severity.Warning;

        /// <inheritdoc/>
        public override string Message { get; } = Message;
    }

    /// <summary>Somebody who wanted in was refused: it costs the run nothing, and is no cause of anything that fails.</summary>
    /// <param name="Message">One line: who, and why.</param>
    public sealed record PeerRefused(string Message) : TrainingEvent
    {
        /// <inheritdoc/>
        public override string Name => "refused";

        /// <inheritdoc/>
        public override Severity Severity => Severity.Warning;

        /// <inheritdoc/>
        public override string Message { get; } = Message;
    }

    private static string Many(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
