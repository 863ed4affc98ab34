using System.Runtime.InteropServices;
using ActorNet.Core.Numerics;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Hosting;

/// <summary>
/// The weights of a process where parts are applied as they arrive: they may change at any moment, so whoever computes with them takes a copy first. Each partition's range
/// of the copy is of one moment; different partitions' may be of different ones, as they are on different nodes.
/// </summary>
internal sealed class SharedWeights
{
    private readonly AlignedBuffer _weights;
    private readonly IReadOnlyList<PartitionRange> _ranges;
    private readonly Lock[] _locks;

    /// <param name="weights">The whole parameter vector.</param>
    /// <param name="ranges">The partitions.</param>
    public SharedWeights(AlignedBuffer weights, IReadOnlyList<PartitionRange> ranges)
    {
        _weights = weights;
        _ranges = ranges;
        _locks = [.. ranges.Select(_ => new Lock())];
    }

    /// <summary>Copies them.</summary>
    /// <param name="copy">Takes the whole parameter vector.</param>
    public void CopyTo(Span<float> copy)
    {
        foreach (var range in _ranges)
        {
            lock (_locks[range.Index])
            {
                Range(range).CopyTo(copy.Slice(range.Start, range.Length));
            }
        }
    }

    /// <summary>Takes a partition's weights from another node.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="body">Its weights.</param>
    public void Take(int partition, ReadOnlySpan<byte> body)
    {
        lock (_locks[partition])
        {
            MemoryMarshal.Cast<byte, float>(body).CopyTo(Range(_ranges[partition]));
        }
    }

    /// <summary>Held by whoever changes a partition's weights in their place.</summary>
    public Lock LockOf(int partition) => _locks[partition];

    private Span<float> Range(PartitionRange range) => _weights.Span.Slice(range.Start, range.Length);
}
