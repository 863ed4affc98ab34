using ActorNet.Core.Checkpoints;

namespace ActorNet.Core.Data.Shards;

/// <summary>A folder of a sharded data set: the parts <c>training</c> and <c>test</c>, or one part alone.</summary>
internal static class ShardedFolder
{
    private const string Training = "training", Test = "test";

    /// <summary>Whether a folder is one, or a part of one.</summary>
    public static bool IsOne(string folder) => ShardedDataSet.IsIn(folder) || ShardedDataSet.IsIn(Path.Combine(folder, Training));

    /// <summary>Opens both parts; where there is no test part, that has no samples.</summary>
    /// <exception cref="ActorNetException">A manifest is damaged.</exception>
    public static DataSetPair Open(string folder)
    {
        var training = ShardedDataSet.Open(ShardedDataSet.IsIn(folder) ? folder : Path.Combine(folder, Training));
        var test = Path.Combine(folder, Test);
        return new DataSetPair(training, ShardedDataSet.IsIn(test) ? ShardedDataSet.Open(test) : training.Slice(0, 0));
    }

    /// <summary>Refuses a folder that is there.</summary>
    /// <exception cref="ActorNetException">It is.</exception>
    public static void RequireNew(string folder)
    {
        if (Path.Exists(folder))
        {
            throw new ActorNetException($"'{folder}' exists already: give another folder, or remove it first.");
        }
    }

    /// <summary>
    /// Writes both parts of a set, the test part in its own order and in as few shards as it fits into. The folder appears under its name only when
    /// it is complete and on the disk.
    /// </summary>
    /// <param name="pair">The set.</param>
    /// <param name="folder">The folder, which must not exist.</param>
    /// <param name="shards">Shards of the training part; null for <see cref="ShardWriter.DefaultShards"/>.</param>
    /// <param name="shuffleSeed">The seed to shuffle the training part by; null to keep its order.</param>
    /// <param name="progress">Is told the part and how many of its samples are written.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>The manifests of the parts that have samples, training first.</returns>
    /// <exception cref="ActorNetException">The folder exists or cannot be written, or the shards cannot be so many.</exception>
    public static IReadOnlyList<ShardManifest> Create(
        DataSetPair pair, string folder, int? shards, ulong? shuffleSeed, Action<DataSet, int>? progress = null, CancellationToken cancellation = default)
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        RequireNew(folder);
        var count = shards ?? ShardWriter.DefaultShards(pair.Training);
        ShardWriter.Check(pair.Training, count);
        var temporary = AtomicFile.TemporaryName(path);
        try
        {
            var training = WritePart(pair.Training, Training, count, shuffleSeed);
            IReadOnlyList<ShardManifest> written =
                pair.Test.Count == 0 ? [training] : [training, WritePart(pair.Test, Test, ShardWriter.FewestFor(pair.Test), null)];
            DirectorySync.Flush(temporary);
            Directory.Move(temporary, path);
            DirectorySync.Flush(Path.GetDirectoryName(path)!);
            return written;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ActorNetException(
                $"'{folder}' cannot be written, and nothing of it was kept: {error.Message.TrimEnd('.')}. Make room there, or give another folder.", error);
        }
        finally
        {
            DeleteQuietly(temporary);
        }

        ShardManifest WritePart(DataSet data, string part, int shardCount, ulong? seed)
        {
            var place = Directory.CreateDirectory(Path.Combine(temporary, part)).FullName;
            return ShardWriter.Write(data, place, shardCount, seed, done => progress?.Invoke(data, done), cancellation);
        }
    }

    private static void DeleteQuietly(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It was renamed, or what brought us here is the error worth reporting.
        }
    }
}
