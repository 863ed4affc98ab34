namespace ActorNet.Cluster.Servers;

/// <summary>A node that wants every version's weights.</summary>
internal interface IWeightsReader
{
    /// <summary>A partition has reached a version.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="version">The version.</param>
    /// <param name="rate">What goes with its weights: see <see cref="Protocol.WeightsReady.Rate"/>.</param>
    void Ready(int partition, long version, double? rate);

    /// <summary>A partition's weights of a version are about to be written over: whoever still reads them needs a copy.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="version">The version.</param>
    void Detach(int partition, long version);
}
