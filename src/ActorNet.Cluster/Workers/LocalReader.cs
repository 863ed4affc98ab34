using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Servers;
using ActorNet.Cluster.Transfer;
using Akka.Actor;

namespace ActorNet.Cluster.Workers;

/// <summary>The worker node of the same process: it reads the weights where they are.</summary>
/// <param name="workers">The worker node.</param>
/// <param name="node">The process's name.</param>
/// <param name="compares">Whether the partition's other host makes the same weights.</param>
internal sealed class LocalReader(IActorRef workers, string node, bool compares) : IWeightsReader
{
    /// <inheritdoc/>
    public RemoteNode? Way => null;

    /// <inheritdoc/>
    public bool HasWeights => true;

    /// <inheritdoc/>
    public bool Compares => compares;

    /// <inheritdoc/>
    public void Ready(int partition, long version, double? rate, ulong hash) =>
        workers.Tell(new WeightsReady(partition, version, rate, node, hash), ActorRefs.NoSender);

    /// <inheritdoc/>
    public void Detach(int partition, long version)
    {
        // A worker of this process that still reads them computes for a step that is over: nobody takes that.
    }
}
