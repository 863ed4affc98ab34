namespace ActorNet.Cluster.Hosting;

/// <summary>What a node's process wants to hear of its agent. Called on the agent's thread; must return at once.</summary>
internal interface INodeObserver
{
    /// <summary>The coordinator has answered: it is there.</summary>
    void Heard();

    /// <summary>A job is offered.</summary>
    void Offered(string jobHash);

    /// <summary>The coordinator does not take this node, or it cannot take the job.</summary>
    void Refused(string reason);

    /// <summary>Shards came from the coordinator's node, or were found in the cache.</summary>
    /// <param name="slices">The slices of which all shards are here.</param>
    /// <param name="shards">Shards that came.</param>
    /// <param name="bytes">Their bytes.</param>
    /// <param name="trouble">Why no more will come; null while they do.</param>
    void Fetched(IReadOnlyList<int> slices, int shards, long bytes, string? trouble);

    /// <summary>Something is wrong that the node survives.</summary>
    void Warned(string message);

    /// <summary>A person wants this node to leave.</summary>
    void AskedToLeave(string by);

    /// <summary>This node owes nothing any more.</summary>
    void Drained();

    /// <summary>The run has ended; with an error when it failed.</summary>
    void Ended(string? error);
}
