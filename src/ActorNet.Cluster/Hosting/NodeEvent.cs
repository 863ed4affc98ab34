namespace ActorNet.Cluster.Hosting;

/// <summary>Something that a person who runs a node wants to know.</summary>
public abstract record NodeEvent
{
    private NodeEvent()
    {
    }

    /// <summary>It listens, and looks for the coordinator.</summary>
    /// <param name="Node">Its name in the cluster.</param>
    /// <param name="Coordinators">Where it looks.</param>
    public sealed record Waiting(string Node, IReadOnlyList<HostPort> Coordinators) : NodeEvent;

    /// <summary>It has found the coordinator and makes the job ready.</summary>
    /// <param name="JobHash">The job.</param>
    public sealed record Joined(string JobHash) : NodeEvent;

    /// <summary>It gets shards of the job's data from the coordinator's node; raised for each slice, and in between every few seconds.</summary>
    /// <param name="Slices">The slices of which it has all shards.</param>
    /// <param name="Shards">Shards that came.</param>
    /// <param name="Bytes">Their bytes.</param>
    public sealed record Fetched(IReadOnlyList<int> Slices, int Shards, long Bytes) : NodeEvent;

    /// <summary>Something is wrong that it survives.</summary>
    /// <param name="Message">One line: what, where, what to do.</param>
    public sealed record Warned(string Message) : NodeEvent;

    /// <summary>It was asked to hand over what it has, and to end.</summary>
    /// <param name="By">Who asked.</param>
    public sealed record AskedToLeave(string By) : NodeEvent;

    /// <summary>It has lost the cluster, and starts anew.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record Lost(string Reason) : NodeEvent;

    /// <summary>The run has ended.</summary>
    /// <param name="Error">Why it failed; null when it did not.</param>
    public sealed record JobEnded(string? Error) : NodeEvent;
}
