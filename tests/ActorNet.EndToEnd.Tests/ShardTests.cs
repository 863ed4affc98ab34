using ActorNet.Core.Data;
using ActorNet.Core.Data.Shards;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests;

public sealed class ShardTests : IDisposable
{
    private readonly Workspace _work = new();

    public ShardTests() => TinyDigits.Write(_work);

    public void Dispose() => _work.Dispose();

    [Fact]
    public void A_sharded_set_is_trained_and_judged_like_any_other()
    {
        var sharded = _work.Run("data", "shard", "--data", "tiny", "--out", "set").Ending(0).Output;
        Assert.Contains("400 samples in 64 shards", sharded, StringComparison.Ordinal);
        Assert.Contains("train with --data set", sharded, StringComparison.Ordinal);
        Assert.Contains("400 8 x 8 images, 10 classes, in 64 shards", _work.Run("data", "info", "--data", "set").Ending(0).Output, StringComparison.Ordinal);
        Assert.Equal(40, (int)_work.Run("data", "info", "--data", "set", "--json").Ending(0).Json["training"]!["perClass"]![3]!);
        _work.Run("data", "preview", "--data", "set", "--out", "sheet.png", "--rows", "1", "--columns", "5").Ending(0);

        var trained = Train("run", "--workers", "2", "--servers", "3");
        Assert.InRange((double)trained["testAccuracy"]!, 0.9, 1);
        Assert.True((bool)trained["ledger"]!["exact"]!);
        var moved = _work.At("moved");
        Directory.Move(_work.At("set"), moved);
        var elsewhere = _work.Run("train", "--data", "moved", "--epochs", "4", "--json", "--out", "run2").Ending(0).Json;
        Assert.Equal((string)trained["weightsSha256"]!, (string)elsewhere["weightsSha256"]!);
        Assert.Equal((string)trained["jobHash"]!, (string)elsewhere["jobHash"]!);

        // The test part keeps its order, so its numbers are the source's.
        Assert.Contains("answer: 3 (right)", _work.Run("predict", "run2", "3").Ending(0).Output, StringComparison.Ordinal);
        foreach (var data in (string[])["tiny", "moved", "moved/test"])
        {
            var judged = _work.Run("evaluate", "run2", "--data", data, "--json").Ending(0).Json;
            Assert.Equal((double)trained["testAccuracy"]!, (double)judged["accuracy"]!);
        }
    }

    [Fact]
    public void An_interrupted_run_goes_on_to_the_same_bits()
    {
        _work.Run("data", "shard", "--data", "tiny", "--out", "set", "--shards", "16").Ending(0);
        var whole = Train("whole");
        var cut = _work.Run("train", "--data", "set", "--epochs", "4", "--out", "cut", "--checkpoint-every", "7", "--json").Ending(0).Json;
        Assert.Equal((string)whole["weightsSha256"]!, (string)cut["weightsSha256"]!);
        // As if it had been killed at step 154 of 160, in the middle of the last epoch.
        foreach (var later in Directory.GetDirectories(_work.At("cut", "checkpoints")).Where(path => !path.EndsWith("154", StringComparison.Ordinal)))
        {
            Directory.Delete(later, recursive: true);
        }

        Assert.Single(Directory.GetDirectories(_work.At("cut", "checkpoints")));
        var resumed = _work.Run("train", "--resume", "cut", "--workers", "2", "--json").Ending(0).Json;
        Assert.Equal(6, (int)resumed["steps"]!);
        Assert.Equal((string)whole["weightsSha256"]!, (string)resumed["weightsSha256"]!);
    }

    [Fact]
    public void A_set_without_a_test_part_is_trained_and_validated()
    {
        _work.Run("data", "shard", "--data", "tiny", "--out", "set").Ending(0);
        var trained = _work.Run("train", "--data", "set/training", "--validation", "50", "--epochs", "4", "--json", "--out", "run").Ending(0).Json;
        Assert.Null(trained["testAccuracy"]);
        Assert.InRange((double)trained["validationAccuracy"]!, 0.8, 1);
        Assert.Equal(350, (int)trained["ledger"]!["samplesPerEpoch"]!);
        _work.Run("evaluate", "run").Ending(0);
        Assert.Contains("400 8 x 8 images", _work.Run("data", "info", "--data", "set/training").Ending(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_say_what_to_do()
    {
        _work.Run("data", "shard", "--data", "tiny").Refusing(2, "--out FOLDER");
        _work.Run("data", "shard", "--data", "tiny", "--out", "set", "--shards", "48").Refusing(2, "48 shards", "power of two", "64 would do");
        _work.Run("data", "shard", "--data", "tiny", "--out", "set", "--shards", "1024").Refusing(2, "1024 shards", "400 samples");
        _work.Run("data", "shard", "--data", "tiny", "--out", "set", "--seed", "3", "--no-shuffle").Refusing(2, "--seed", "--no-shuffle");
        _work.Run("data", "shard", "--data", "tiny", "--out", "tiny").Refusing(1, "'tiny' exists already");
        Assert.Equal(["tiny"], Directory.EnumerateFileSystemEntries(_work.Folder).Select(Path.GetFileName));

        _work.Run("data", "shard", "--data", "tiny", "--out", "set", "--shards", "4").Ending(0);
        _work.Run("train", "--data", "set").Refusing(1, "4 shards", "8 slices");
        _work.Run("train", "--data", "set", "--slices", "4", "--epochs", "1", "--out", "run").Ending(0);
        var shard = _work.At("set", "training", "inputs-00002.npy");
        File.WriteAllBytes(shard, File.ReadAllBytes(shard)[..^1]);
        var failed = _work.Run("train", "--data", "set", "--slices", "4").Ending(1);
        Assert.Contains(shard, failed.Error, StringComparison.Ordinal);
        Assert.Contains("is damaged", failed.Error, StringComparison.Ordinal);
    }

    /// <summary>A set thirty times as large takes no more memory.</summary>
    [Fact]
    public void Training_takes_the_same_memory_however_large_the_set_is()
    {
        Write("small", 8_000, shards: 64);
        Write("large", 250_000, shards: 512);
        var small = Peak("small", epochs: 8);
        var large = Peak("large", epochs: 1);
        Assert.True(large - small < 40_000_000, $"8,000 samples of 784 bytes took {small / 1_000_000} MB at most, 250,000 (196 MB) took {large / 1_000_000} MB");
    }

    private System.Text.Json.Nodes.JsonObject Train(string run, params string[] flags) =>
        _work.Run(["train", "--data", "set", "--epochs", "4", "--json", "--out", run, .. flags]).Ending(0).Json;

    private void Write(string name, int samples, int shards)
    {
        Directory.CreateDirectory(_work.At(name));
        ShardWriter.Write(new Grey(samples), _work.At(name), shards, shuffleSeed: null);
    }

    private long Peak(string data, int epochs) => (long)_work.Run(
        "train", "--data", data, "--epochs", $"{epochs}", "--batch-size", "64", "--json", "--out", $"run-{data}").Ending(0).Json["peakMemoryBytes"]!;

    private sealed class Grey(int count) : DataSet
    {
        public override string Name => "grey";

        public override TaskKind Task => TaskKind.Classification;

        public override int Count => count;

        public override int InputSize => 784;

        public override int TargetSize => 10;

        public override string Hash => HashOf($"grey {count}");

        internal override bool HasBytes => true;

        public override void Read(int index, Span<float> inputs, Span<float> targets)
        {
            inputs.Fill(index % 10 * 20 * (1f / 255f));
            targets.Clear();
            targets[index % 10] = 1;
        }
    }
}
