using ActorNet.Core.Numerics;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Servers;

/// <summary>Weights and optimizer state of one partition at one version, on their way to another node.</summary>
internal sealed class PartitionCopy
{
    private readonly AlignedBuffer[] _vectors;

    /// <summary>Room for a partition.</summary>
    /// <param name="length">Its parameters.</param>
    /// <param name="stateCount">State vectors of the optimizer.</param>
    public PartitionCopy(int length, int stateCount) =>
        _vectors = [.. Enumerable.Range(0, 1 + stateCount).Select(_ => new AlignedBuffer(length))];

    /// <summary>The weights, then the optimizer's state vectors.</summary>
    public IReadOnlyList<Memory<byte>> Vectors => [.. _vectors.Select(vector => vector.Bytes)];

    /// <summary>Copies a partition.</summary>
    public void Take(ParameterPartition partition, ReadOnlySpan<float> weights)
    {
        weights.CopyTo(_vectors[0].Span);
        for (var i = 0; i < partition.State.Count; i++)
        {
            partition.State[i].Span.CopyTo(_vectors[i + 1].Span);
        }
    }
}
