using System.Diagnostics;
using ActorNet.Core.Data;
using ActorNet.Core.Data.Shards;

namespace ActorNet.Benchmarks;

/// <summary>Writes a generated sharded set of a given size, to train on what memory does not hold.</summary>
internal static class MakeSetCommand
{
    private const int TestSamples = 10_000;

    public static void Run(ReadOnlySpan<string> options)
    {
        var arguments = new Arguments(options, "--gb", "--out", "--seed", "--shards");
        var folder = arguments.Text("--out") ?? throw new UsageException("--out FOLDER says where to write");
        var samples = (int)Math.Min(int.MaxValue, arguments.Number("--gb", 1, most: 1000) * 1e9 / (GeneratedSet.Side * GeneratedSet.Side));
        var seed = (ulong)arguments.Count("--seed", 1);
        int? shards = arguments.Text("--shards") is null ? null : arguments.Count("--shards", 64, most: 1 << 20);
        var pair = new DataSetPair(
            new GeneratedSet("generated/training", 0, samples, seed), new GeneratedSet("generated/test", samples, TestSamples, seed));
        var start = Stopwatch.GetTimestamp();
        // The samples are drawn at random: shuffling them would only cost time.
        var written = ShardedFolder.Create(pair, folder, shards, shuffleSeed: null);
        Console.WriteLine($"{folder}: {samples:N0} samples in {written[0].Shards.Count} shards, {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s");
    }
}
