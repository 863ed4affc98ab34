using ActorNet.Cluster.Transfer;

namespace ActorNet.Cluster.Servers;

/// <summary>A node that wants every version's weights, or to know of every version.</summary>
internal interface IWeightsReader
{
    /// <summary>Whether it has the weights from here; else from the partition's other host.</summary>
    bool HasWeights { get; }

    /// <summary>The way to it; null in the same process.</summary>
    RemoteNode? Way { get; }

    /// <summary>Whether it compares the weights' hash.</summary>
    bool Compares { get; }

    /// <summary>A partition has reached a version.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="version">The version.</param>
    /// <param name="rate">What goes with its weights: see <see cref="Protocol.WeightsReady.Rate"/>.</param>
    /// <param name="hash">The hash of its weights; 0 where no reader compares it.</param>
    void Ready(int partition, long version, double? rate, ulong hash);

    /// <summary>A partition's weights of a version are about to be written over: whoever still reads them needs a copy.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="version">The version.</param>
    void Detach(int partition, long version);
}
