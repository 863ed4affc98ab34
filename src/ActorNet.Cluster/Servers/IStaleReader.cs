using ActorNet.Cluster.Transfer;
using ActorNet.Core.Training.Modes;

namespace ActorNet.Cluster.Servers;

/// <summary>A node that is told of a partition's weights where parts are applied as they arrive.</summary>
internal interface IStaleReader
{
    /// <summary>The way to it; null in the same process.</summary>
    RemoteNode? Way { get; }

    /// <summary>Tells it.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="number">Rises with each time that the partition tells anybody.</param>
    /// <param name="weights">The partition's weights, which change after this call.</param>
    /// <param name="news">What goes with them.</param>
    void Tell(int partition, long number, ReadOnlySpan<float> weights, StaleNews news);
}
