using ActorNet.Core.Numerics;

namespace ActorNet.Core.Data.Shards;

/// <summary>
/// The order of a set in C shards: sample i is row i div C of shard i mod C. As C is a multiple of S, slice s has the shards s, s + S, s + 2S, …
/// whole. Each epoch it takes them in a new order, and the rows of each in a new order; so it needs one shard at a time and knows the next.
/// </summary>
internal sealed class ShardedOrder : SampleOrder
{
    /// <summary>The order of a sharded set.</summary>
    /// <param name="samples">Samples of the set, or those of its beginning that are used.</param>
    /// <param name="shards">Shards, C.</param>
    /// <param name="slices">Slices, of which C is a multiple.</param>
    /// <param name="seed">The job's seed.</param>
    public ShardedOrder(int samples, int shards, int slices, ulong seed)
        : base(samples, slices, seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shards, slices);
        ArgumentOutOfRangeException.ThrowIfNotEqual(shards % slices, 0, nameof(shards));
        Shards = shards;
    }

    /// <summary>Shards of the set.</summary>
    public int Shards { get; }

    /// <summary>Shards of each slice.</summary>
    public int ShardsPerSlice => Shards / Slices;

    /// <summary>Samples in a shard.</summary>
    public int Rows(int shard) => RowsOf(Samples, Shards, shard);

    /// <summary>The number of a sample by its place.</summary>
    public int SampleOf(int shard, int row) => row * Shards + shard;

    /// <inheritdoc/>
    public override int SampleAt(int place) => place;

    /// <summary>How many of a set's samples are in a shard.</summary>
    public static int RowsOf(int samples, int shards, int shard) => CountAt(samples, shard, shards);

    /// <summary>Writes the shards of a slice in the order of an epoch.</summary>
    /// <param name="epoch">The epoch, from 1.</param>
    /// <param name="slice">The slice.</param>
    /// <param name="shards"><see cref="ShardsPerSlice"/> numbers.</param>
    public void WriteShards(int epoch, int slice, Span<int> shards)
    {
        for (var i = 0; i < shards.Length; i++)
        {
            shards[i] = i * Slices + slice;
        }

        new RandomStream(Seed, RandomPurpose.EpochOrder, (ulong)epoch, (ulong)slice).Shuffle(shards);
    }

    /// <summary>Writes the rows of a shard in the order of an epoch.</summary>
    /// <param name="epoch">The epoch, from 1.</param>
    /// <param name="shard">The shard.</param>
    /// <param name="rows"><see cref="Rows"/> numbers.</param>
    public void WriteRows(int epoch, int shard, Span<int> rows)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = i;
        }

        new RandomStream(Seed, RandomPurpose.ShardOrder, (ulong)epoch, (ulong)shard).Shuffle(rows);
    }

    /// <inheritdoc/>
    public override void Write(int epoch, int slice, Span<int> order)
    {
        var shards = new int[ShardsPerSlice];
        WriteShards(epoch, slice, shards);
        foreach (var shard in shards)
        {
            var rows = order[..Rows(shard)];
            WriteRows(epoch, shard, rows);
            foreach (ref var row in rows)
            {
                row = SampleOf(shard, row);
            }

            order = order[rows.Length..];
        }
    }
}
