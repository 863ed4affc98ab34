namespace ActorNet.Core.Training;

/// <summary>A contiguous range of the flat parameter vector.</summary>
/// <param name="Index">The partition's number, from 0.</param>
/// <param name="Start">Its first parameter.</param>
/// <param name="Length">Its parameters.</param>
internal readonly record struct PartitionRange(int Index, int Start, int Length)
{
    /// <summary>The parameter behind its last.</summary>
    public int End => Start + Length;
}

/// <summary>How the parameter vector is cut into partitions. The cut is no part of the job: it cannot change a bit.</summary>
internal static class PartitionPlan
{
    /// <summary>Partition boundaries are multiples of this, so that sums over blocks of it are the same for any cut.</summary>
    public const int Block = 1024;

    /// <summary>A partition of fewer parameters takes more time for its messages than it saves.</summary>
    private const int WorthSending = 64 * Block;

    /// <summary>With more there is little left to save.</summary>
    private const int Most = 8;

    /// <summary>
    /// How many partitions pay where gradients and weights cross a network: with several, one's weights come back while another's gradient still goes out, and the last
    /// layers' travel while the first's gradient is computed. Where that is measured: docs/performance.md, «Overlap».
    /// </summary>
    /// <param name="parameters">Length of the parameter vector.</param>
    public static int WorthHaving(int parameters) => Math.Clamp(parameters / WorthSending, 1, Most);

    /// <summary>Cuts <paramref name="parameters"/> into <paramref name="count"/> near-equal ranges, or fewer where the vector has too few blocks.</summary>
    /// <param name="parameters">Length of the parameter vector; one or more.</param>
    /// <param name="count">Partitions wanted; one or more.</param>
    public static IReadOnlyList<PartitionRange> Cut(int parameters, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parameters, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var blocks = (parameters - 1) / Block + 1;
        count = Math.Min(count, blocks);
        var ranges = new PartitionRange[count];
        for (var i = 0; i < count; i++)
        {
            var start = (int)((long)blocks * i / count) * Block;
            var end = Math.Min((int)((long)blocks * (i + 1) / count) * Block, parameters);
            ranges[i] = new PartitionRange(i, start, end - start);
        }

        return ranges;
    }
}
