using ActorNet.Core.Numerics;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Hosting;

/// <summary>
/// What the actors of one process share of a job, by reference: the setup, and the two weight buffers between which versions alternate. A partition
/// writes version v + 1 into one while v stays readable in the other, until every worker's gradient of v + 1 is there and nobody needs v any more.
/// </summary>
internal sealed class JobRuntime
{
    private readonly AlignedBuffer[] _weights;

    /// <summary>The shared state of a job, its weights not yet written.</summary>
    public JobRuntime(TrainingSetup setup)
    {
        Setup = setup;
        _weights = [new AlignedBuffer(setup.Network.Layout.Length), new AlignedBuffer(setup.Network.Layout.Length)];
    }

    /// <summary>The job, its network, data and plan.</summary>
    public TrainingSetup Setup { get; }

    /// <summary>The parameter vector of a version: the partitions write it, each its own range; workers read it once all have.</summary>
    public AlignedBuffer Weights(long version) => _weights[version & 1];
}
