using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Servers;
using ActorNet.Cluster.Transfer;
using ActorNet.Core.Training.Modes;
using Akka.Actor;

namespace ActorNet.Cluster.Workers;

/// <summary>The worker node of the same process: it reads the weights where they are, <see cref="Hosting.SharedWeights"/>.</summary>
/// <param name="workers">The worker node.</param>
internal sealed class LocalStaleReader(IActorRef workers) : IStaleReader
{
    /// <inheritdoc/>
    public RemoteNode? Way => null;

    /// <inheritdoc/>
    public void Tell(int partition, long number, ReadOnlySpan<float> weights, StaleNews news) =>
        workers.Tell(new WeightsReady(partition, number, News: news), ActorRefs.NoSender);
}
