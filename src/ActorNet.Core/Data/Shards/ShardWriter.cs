using ActorNet.Core.Checkpoints;
using ActorNet.Core.Numerics;

namespace ActorNet.Core.Data.Shards;

/// <summary>Writes a data set as shards: sample i of the set, shuffled first unless it is to keep its order, goes to shard i mod C.</summary>
internal static class ShardWriter
{
    /// <summary>
    /// What a shard should not exceed where nobody says how many there are: a slice that trains has two in memory, so eight slices then have some 128 MB.
    /// </summary>
    private const long ComfortableBytes = 8_000_000;

    /// <summary>Files beyond which larger shards are the smaller evil.</summary>
    private const int ComfortableShards = 1024;

    private const int FewestShards = 64;

    /// <summary>
    /// How many shards to write for training: a power of two, so that each of 1, 2, 4, … slices gets as many; 64 or more where there are samples enough,
    /// more until a shard has at most 8 MB, and beyond 1,024 until it has at most 64 MB.
    /// </summary>
    public static int DefaultShards(DataSet data)
    {
        var sample = RowBytes(data);
        var shards = 1;
        while (shards < FewestShards && 2L * shards <= data.Count)
        {
            shards *= 2;
        }

        while (LargestShard(data.Count, shards, sample) is var bytes
            && (bytes > ShardManifest.MaxFileBytes || (bytes > ComfortableBytes && shards < ComfortableShards)) && 2L * shards <= data.Count)
        {
            shards *= 2;
        }

        return shards;
    }

    /// <summary>The fewest shards that a set fits into, a power of two: for a set that is only read in its order.</summary>
    public static int FewestFor(DataSet data)
    {
        var shards = 1;
        while (LargestShard(data.Count, shards, RowBytes(data)) > ShardManifest.MaxFileBytes)
        {
            shards *= 2;
        }

        return shards;
    }

    /// <summary>Checks that a set can be written so.</summary>
    /// <exception cref="ActorNetException">There would be too few or too many shards, or no power of two; says how many to ask for.</exception>
    public static void Check(DataSet data, int shards)
    {
        var bytes = LargestShard(data.Count, Math.Max(shards, 1), RowBytes(data));
        var trouble = shards switch
        {
            _ when !int.IsPow2(shards) => "the number must be a power of two, so that 1, 2, 4, … slices can share them",
            _ when shards > data.Count => $"'{data.Name}' has {data.Count} samples alone",
            _ when bytes > ShardManifest.MaxFileBytes => $"each would have {bytes / 1_000_000} MB, {ShardManifest.MaxFileBytes / 1_000_000} are possible",
            _ => null,
        };
        if (trouble is not null)
        {
            throw new ActorNetException($"{shards} shards cannot be: {trouble}. {DefaultShards(data)} would do.");
        }
    }

    /// <summary>Writes all shards and then the manifest into a folder that is there, and waits until they are on the disk.</summary>
    /// <param name="data">The set.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="shards">How many shards, as <see cref="Check"/> has them.</param>
    /// <param name="shuffleSeed">The seed to shuffle by; null to keep the order.</param>
    /// <param name="progress">Is told how many samples are written, from time to time.</param>
    /// <param name="cancellation">Ends the work.</param>
    public static ShardManifest Write(
        DataSet data, string folder, int shards, ulong? shuffleSeed, Action<int>? progress = null, CancellationToken cancellation = default)
    {
        Check(data, shards);
        var order = Order(data.Count, shuffleSeed);
        var manifest = Describe(data, shuffleSeed);
        var work = new Work(data, new ShardFormat(manifest), folder, order, shards);
        var written = new Shard[shards];
        var done = 0;
        for (var i = 0; i < shards; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            written[i] = work.Write(i);
            progress?.Invoke(done += written[i].Count);
        }

        manifest = manifest with { Shards = written, PerClass = data.Task == TaskKind.Classification ? work.PerClass : null };
        FlushAll(folder);
        AtomicFile.Write(Path.Combine(folder, ShardManifest.FileName), stream => stream.Write(manifest.ToJson()));
        DirectorySync.Flush(folder);
        return manifest;
    }

    /// <summary>Waits until every file is on the disk: all at the end, which costs the file system a fraction of one by one.</summary>
    private static void FlushAll(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder))
        {
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
            RandomAccess.FlushToDisk(handle);
        }
    }

    private static long RowBytes(DataSet data)
    {
        var format = new ShardFormat(Describe(data, null));
        return Math.Max(format.InputBytes, format.TargetBytes);
    }

    private static long LargestShard(int samples, int shards, long sample) =>
        ShardedOrder.RowsOf(samples, shards, 0) * sample + NpyFile.Header(NpyType.UInt8, int.MaxValue, int.MaxValue, int.MaxValue).Length;

    private static int[]? Order(int count, ulong? seed)
    {
        if (seed is not { } given)
        {
            return null;
        }

        int[] order = [.. Enumerable.Range(0, count)];
        new RandomStream(given, RandomPurpose.SetPermutation).Shuffle(order);
        return order;
    }

    private static ShardManifest Describe(DataSet data, ulong? shuffleSeed) => new()
    {
        Name = data.Name,
        Task = data.Task,
        Count = data.Count,
        Shape = data.InputShape ?? [data.InputSize],
        Dtype = (data.HasBytes ? NpyType.UInt8 : NpyType.Float32).Name,
        Scaling = data.HasBytes ? ShardManifest.ByteScaling : ShardManifest.NoScaling,
        TargetSize = data.TargetSize,
        TargetDtype = TargetType(data).Name,
        Format = data.Format?.ToString(),
        ShuffleSeed = shuffleSeed,
        Shards = [],
    };

    private static NpyType TargetType(DataSet data) =>
        data.Task != TaskKind.Classification ? NpyType.Float32 : data.TargetSize <= byte.MaxValue + 1 ? NpyType.UInt8 : NpyType.Int32;

    /// <summary>What is needed to write one shard after the other.</summary>
    private sealed class Work(DataSet data, ShardFormat format, string folder, int[]? order, int shards)
    {
        private readonly float[] _inputs = new float[data.InputSize];
        private readonly float[] _targets = new float[data.TargetSize];
        private readonly int[] _perClass = new int[data.TargetSize];

        public IReadOnlyList<int> PerClass => _perClass;

        public Shard Write(int shard)
        {
            var rows = ShardedOrder.RowsOf(data.Count, shards, shard);
            using var inputs = new ShardFileWriter(folder, $"inputs-{shard:D5}.npy", NpyFile.Header(format.InputType, format.InputShape(rows)));
            using var targets = new ShardFileWriter(folder, $"targets-{shard:D5}.npy", NpyFile.Header(format.TargetType, format.TargetShape(rows)));
            for (var row = 0; row < rows; row++)
            {
                var sample = row * shards + shard;
                data.Read(order?[sample] ?? sample, _inputs, _targets);
                format.EncodeInputs(_inputs, inputs.Next(format.InputBytes));
                format.EncodeTargets(_targets, targets.Next(format.TargetBytes));
                if (format.HasLabels)
                {
                    _perClass[_targets.AsSpan().IndexOf(1f)]++;
                }
            }

            return new Shard(rows, inputs.Complete(), targets.Complete());
        }
    }
}
