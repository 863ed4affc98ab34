using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Servers;
using Akka.Actor;

namespace ActorNet.Cluster.Workers;

/// <summary>The worker node of the same process: it reads the weights where they are.</summary>
internal sealed class LocalReader(IActorRef workers) : IWeightsReader
{
    /// <inheritdoc/>
    public void Ready(int partition, long version, double? rate) => workers.Tell(new WeightsReady(partition, version, rate), ActorRefs.NoSender);

    /// <inheritdoc/>
    public void Detach(int partition, long version)
    {
        // A worker of this process that still reads them computes for a step that is over: nobody takes that.
    }
}
