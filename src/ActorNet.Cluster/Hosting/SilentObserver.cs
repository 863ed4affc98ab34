namespace ActorNet.Cluster.Hosting;

/// <summary>For the coordinator's own node: what happens to it, the coordinator knows.</summary>
internal sealed class SilentObserver : INodeObserver
{
    /// <inheritdoc/>
    public void Heard()
    {
    }

    /// <inheritdoc/>
    public void Offered(string jobHash)
    {
    }

    /// <inheritdoc/>
    public void Refused(string reason)
    {
    }

    /// <inheritdoc/>
    public void Fetched(IReadOnlyList<int> slices, int shards, long bytes, string? trouble)
    {
    }

    /// <inheritdoc/>
    public void Warned(string message)
    {
    }

    /// <inheritdoc/>
    public void AskedToLeave(string by)
    {
    }

    /// <inheritdoc/>
    public void Drained()
    {
    }

    /// <inheritdoc/>
    public void Ended(string? error)
    {
    }
}
