namespace ActorNet.Core.Training;

/// <summary>
/// Which versions of which partitions are in a node's two weight buffers. A step can be computed to its end only when every partition's range of its buffer is of
/// that very version, and be begun when those of the first layer are.
/// </summary>
internal sealed class HeldVersions
{
    private readonly long[] _even;
    private readonly long[] _odd;
    private readonly long[] _bounds;

    /// <summary>Nothing is there yet.</summary>
    public HeldVersions(int partitions)
    {
        _even = new long[partitions];
        _odd = new long[partitions];
        _bounds = new long[partitions];
        Array.Fill(_bounds, long.MaxValue);
        Array.Fill(_even, -1);
        Array.Fill(_odd, -1);
    }

    /// <summary>The newest version of the partition that is furthest behind; -1 while one has none.</summary>
    public long Slowest
    {
        get
        {
            var slowest = long.MaxValue;
            for (var partition = 0; partition < _even.Length; partition++)
            {
                slowest = Math.Min(slowest, Newest(partition));
            }

            return slowest;
        }
    }

    /// <summary>The version that can be computed with to the end; -1 for none.</summary>
    public long Step
    {
        get
        {
            var step = Slowest;
            return step >= 0 && Array.TrueForAll(Buffer(step), version => version == step) ? step : -1;
        }
    }

    /// <summary>The partitions that are ahead and whose range of <see cref="Slowest"/> is not here.</summary>
    public IEnumerable<int> Lacking
    {
        get
        {
            var step = Slowest;
            return step < 0 ? [] : Enumerable.Range(0, _even.Length).Where(partition => Buffer(step)[partition] < step);
        }
    }

    /// <summary>The newest version of the first partition, whose weights a step begins with; -1 for none.</summary>
    public long NewestOfFirst => Newest(0);

    /// <summary>How many partitions, from the first on, have a version's range here.</summary>
    public int Leading(long version)
    {
        var partition = 0;
        while (partition < _even.Length && Has(partition, version) && _bounds[partition] >= version)
        {
            partition++;
        }

        return partition;
    }

    /// <summary>A partition's range of a version is there.</summary>
    public void Note(int partition, long version) => Buffer(version)[partition] = Math.Max(version, Buffer(version)[partition]);

    /// <summary>No later version of a partition counts yet, though it may be there: another host of the partition has not made it.</summary>
    public void Bound(int partition, long version) => _bounds[partition] = version;

    /// <summary>Whether a partition's range of a version is there.</summary>
    public bool Has(int partition, long version) => Buffer(version)[partition] == version;

    /// <summary>Whether a version of a partition is of use: newer than what is in its buffer.</summary>
    public bool Wants(int partition, long version) => version > Buffer(version)[partition];

    private long Newest(int partition) => Math.Min(Math.Max(_even[partition], _odd[partition]), _bounds[partition]);

    private long[] Buffer(long version) => (version & 1) == 0 ? _even : _odd;
}
