using ActorNet.Core.Data;
using ActorNet.Core.Data.Shards;

namespace ActorNet.Core.Tests.Data.Shards;

/// <summary>Small sets of every kind, and shards of them.</summary>
internal static class ShardSets
{
    /// <summary>Images of 4 x 3, every byte value among them.</summary>
    public static ImageDataSet Images(int count, string name = "images") =>
        new(name, 4, 3, 5, [.. Enumerable.Range(0, 12 * count).Select(i => (byte)(i * 7))], [.. Enumerable.Range(0, count).Select(i => (byte)(i % 5))]);

    public static IEnumerable<DataSet> EveryKind(int count) =>
    [
        Images(count),
        ArrayDataSet.Classification(Rows(count, 3), [.. Enumerable.Range(0, count).Select(i => i % 7)], classes: 7),
        ArrayDataSet.Classification(Rows(count, 2), [.. Enumerable.Range(0, count).Select(i => i * 97 % 1000)], classes: 1000),
        ArrayDataSet.MultiLabel(Rows(count, 3), [.. Enumerable.Range(0, count).Select(i => new float[] { i % 2, i / 2 % 2 })]),
        ArrayDataSet.Regression(Rows(count, 1), Rows(count, 4)),
    ];

    /// <summary>Writes a set as a part of its own.</summary>
    public static ShardedDataSet Write(DataSet set, TemporaryFolder folder, int shards, ulong? seed = null, string name = "part")
    {
        Directory.CreateDirectory(folder[name]);
        ShardWriter.Write(set, folder[name], shards, seed);
        return ShardedDataSet.Open(folder[name]);
    }

    private static float[][] Rows(int count, int size) =>
        [.. Enumerable.Range(0, count).Select(i => Enumerable.Range(0, size).Select(j => (i * 31 + j * 17) % 101 / 8f - 3f).ToArray())];
}
