using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Servers;
using ActorNet.Core.Training.Modes;

namespace ActorNet.Cluster.Transfer;

/// <summary>A node of another process: it gets a copy of the weights.</summary>
internal sealed class RemoteStaleReader(RemoteNode node, JobRuntime runtime) : IStaleReader
{
    private BodyPool? _copies;

    /// <inheritdoc/>
    public RemoteNode? Way => node;

    /// <inheritdoc/>
    public void Tell(int partition, long number, ReadOnlySpan<float> weights, StaleNews news)
    {
        _copies ??= new BodyPool(weights.Length);
        node.SendNews(runtime, partition, number, news, _copies.Copy(weights), _copies);
    }
}
