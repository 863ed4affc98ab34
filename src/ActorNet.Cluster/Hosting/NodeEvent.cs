using System.Globalization;
using ActorNet.Cluster.Monitoring;

namespace ActorNet.Cluster.Hosting;

/// <summary>Something that a person who runs a node wants to know.</summary>
public abstract record NodeEvent
{
    private NodeEvent()
    {
    }

    /// <summary>What it says to people, one line, not ended by a full stop.</summary>
    public abstract string Message { get; }

    /// <summary>How much it matters.</summary>
    public virtual Severity Severity => Severity.Info;

    /// <summary>It listens, and looks for the coordinator.</summary>
    /// <param name="Node">Its name in the cluster.</param>
    /// <param name="Coordinators">Where it looks.</param>
    public sealed record Waiting(string Node, IReadOnlyList<HostPort> Coordinators) : NodeEvent
    {
        /// <inheritdoc/>
        public override string Message => $"{Node} waits for a coordinator at {string.Join(" or ", Coordinators)}";
    }

    /// <summary>It has found the coordinator and makes the job ready.</summary>
    /// <param name="JobHash">The job.</param>
    public sealed record Joined(string JobHash) : NodeEvent
    {
        /// <inheritdoc/>
        public override string Message => $"joined job {JobHash[..Math.Min(8, JobHash.Length)]}";
    }

    /// <summary>It gets shards of the job's data from the coordinator's node; raised for each slice, and in between every few seconds.</summary>
    /// <param name="Slices">The slices of which it has all shards.</param>
    /// <param name="Shards">Shards that came.</param>
    /// <param name="Bytes">Their bytes.</param>
    public sealed record Fetched(IReadOnlyList<int> Slices, int Shards, long Bytes) : NodeEvent
    {
        /// <inheritdoc/>
        public override string Message => string.Create(
            CultureInfo.InvariantCulture,
            $"has the data of {(Slices.Count == 0 ? "no slice yet" : "slices " + string.Join(", ", Slices))}: {(Shards == 0 ? "all from the cache" : $"{Shards} shard{(Shards == 1 ? "" : "s")} fetched, {Bytes / 1e6:0} MB")}");
    }

    /// <summary>Something is wrong that it survives.</summary>
    /// <param name="Message">One line: what, where, what to do.</param>
    public sealed record Warned(string Message) : NodeEvent
    {
        /// <inheritdoc/>
        public override string Message { get; } = Message;

        /// <inheritdoc/>
        public override Severity Severity => Severity.Warning;
    }

    /// <summary>It was asked to hand over what it has, and to end.</summary>
    /// <param name="By">Who asked.</param>
    public sealed record AskedToLeave(string By) : NodeEvent
    {
        /// <inheritdoc/>
        public override string Message => $"{By} asked it to leave: it hands over what it has, and ends";
    }

    /// <summary>It has lost the cluster, and starts anew.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record Lost(string Reason) : NodeEvent
    {
        /// <inheritdoc/>
        public override string Message => $"{Reason}; starting anew";

        /// <inheritdoc/>
        public override Severity Severity => Severity.Warning;
    }

    /// <summary>The run has ended.</summary>
    /// <param name="Error">Why it failed; null when it did not.</param>
    public sealed record JobEnded(string? Error) : NodeEvent
    {
        /// <inheritdoc/>
        public override string Message => Error is null ? "the run is over" : $"the run has failed: {Error}";

        /// <inheritdoc/>
        public override Severity Severity => Error is null ? Severity.Info : Severity.Warning;
    }
}
