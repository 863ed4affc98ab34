using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests;

/// <summary>Processes that have not the job's data get their slices' shards from the coordinator's, and keep them.</summary>
public sealed class ShardsToWorkersTests : IDisposable
{
    private const string AllSlices = "the data of slices 0, 1, 2, 3, 4, 5, 6, 7:";

    /// <summary>Where the coordinator runs, and has the data.</summary>
    private readonly Workspace _work = new();

    /// <summary>Where workers run, and have none.</summary>
    private readonly Workspace _elsewhere = new();

    private readonly int _port = FreePorts.Pair();

    public ShardsToWorkersTests()
    {
        TinyDigits.Write(_work);
        _work.Run("data", "shard", "--data", "tiny", "--out", "set", "--shards", "64").Ending(0);
        foreach (var workspace in (Workspace[])[_work, _elsewhere])
        {
            workspace.Write("secret", "not to be guessed by anybody");
        }
    }

    public void Dispose()
    {
        _work.Dispose();
        _elsewhere.Dispose();
    }

    [Fact]
    public async Task What_was_fetched_is_kept_and_what_is_damaged_is_fetched_again()
    {
        var alone = Alone(epochs: 4);

        var first = await RunWithOneWorker();
        Assert.Equal(alone, Sha(first.Train));
        Assert.Contains($"{AllSlices} 64 shards fetched", first.Worker.Output, StringComparison.Ordinal);
        Assert.Equal(128, CachedShards("cache").Length);

        var second = await RunWithOneWorker();
        Assert.Equal(alone, Sha(second.Train));
        Assert.Contains($"{AllSlices} all from the cache", second.Worker.Output, StringComparison.Ordinal);

        // Three shards of two slices: one bit, one byte at the end, a whole file.
        Flip(CachedShards("cache", "inputs-00003.npy").Single());
        var cut = CachedShards("cache", "targets-00011.npy").Single();
        File.WriteAllBytes(cut, File.ReadAllBytes(cut)[..^1]);
        File.Delete(CachedShards("cache", "inputs-00005.npy").Single());
        var third = await RunWithOneWorker();
        Assert.Equal(alone, Sha(third.Train));
        Assert.Contains($"{AllSlices} 3 shards fetched", third.Worker.Output, StringComparison.Ordinal);
        Assert.All(CachedShards("cache"), path => AssertSame(_work.At("set", "training", Path.GetFileName(path)), path));

        async Task<(Outcome Train, Outcome Worker)> RunWithOneWorker()
        {
            var train = Train(epochs: 4, minWorkers: 1);
            var worker = Worker("cache");
            await worker.SeesAsync("the run is over");
            return (train.End().Ending(0), worker.End().Ending(0));
        }
    }

    [Fact]
    public void A_worker_uses_the_data_that_it_finds_and_no_other()
    {
        var alone = Alone(epochs: 4);
        Copy(_work.At("set"), _elsewhere.At("set"));
        var train = Train(epochs: 4, minWorkers: 2);
        RunningProcess[] workers = [Worker("cache"), Worker("cache")];
        var result = train.End().Ending(0);
        Assert.Equal(alone, Sha(result));
        AssertContributions(result, nodes: 2);
        Assert.All(workers, worker => worker.End().Ending(0));
        Assert.False(Directory.Exists(_elsewhere.At("cache")), "shards were fetched that were there");

        TinyDigits.Write(_elsewhere, "other", training: 500);
        _elsewhere.Run("data", "shard", "--data", "other", "--out", "otherset").Ending(0);
        train = Train(epochs: 4, minWorkers: 1);
        var wrong = Worker("cache", "--data", "otherset").End().Ending(1);
        Assert.Contains("data", wrong.Error, StringComparison.Ordinal);
        Worker("cache").End().Ending(0);
        train.End().Ending(0);
    }

    [Fact]
    public async Task A_killed_workers_slices_go_on_where_their_shards_were_fetched_ahead()
    {
        var alone = Alone(epochs: 100);
        var train = Train(epochs: 100, minWorkers: 2);
        RunningProcess[] workers = [Worker("cache0"), Worker("cache1")];
        foreach (var worker in workers)
        {
            await worker.SeesAsync(AllSlices);
        }

        // An epoch is judged, so both have computed.
        await train.SeesAsync(" %");
        workers[0].Signal("KILL");
        var result = train.End().Ending(0);
        workers[0].End().Ending(137);
        workers[1].End().Ending(0);
        Assert.Equal(alone, Sha(result));
        AssertContributions(result, nodes: 2);
        Assert.DoesNotContain("No node has the data", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task When_the_only_holder_is_killed_steps_wait_for_another_that_fetches()
    {
        var alone = Alone(epochs: 100);
        var train = Train(epochs: 100, minWorkers: 1);
        var first = Worker("cache0");
        await first.SeesAsync(AllSlices);
        await new RecordReader(_work.At("run0", "record.jsonl")).AwaitAsync("a step", line => line.Event == "progress");
        first.Signal("KILL");
        first.End().Ending(137);
        await train.SeesAsync("left:");
        var second = Worker("cache1");
        await train.SeesAsync("No node has the data of slices 0, 1, 2, 3, 4, 5, 6, 7 any more: steps wait until");
        var result = train.End().Ending(0);
        second.End().Ending(0);
        Assert.Equal(alone, Sha(result));
    }

    [Fact]
    public async Task Damage_that_is_found_while_training_is_mended_from_the_coordinators_node()
    {
        var alone = Alone(epochs: 100);
        var train = Train(epochs: 100, minWorkers: 2);
        RunningProcess[] workers = [Worker("cache0"), Worker("cache1")];
        foreach (var worker in workers)
        {
            await worker.SeesAsync(AllSlices);
        }

        var shard = CachedShards("cache1", "inputs-00006.npy").Single();
        Flip(shard);
        Flip(CachedShards("cache0", "inputs-00006.npy").Single());
        var result = train.End().Ending(0);
        Outcome[] ended = [.. workers.Select(worker => worker.End().Ending(0))];
        Assert.Contains(ended, worker => worker.Error.Contains("inputs-00006.npy' is damaged", StringComparison.Ordinal));
        Assert.Equal(alone, Sha(result));
    }

    private string Alone(int epochs) => Sha(_work.Run([.. Job(epochs), "--out", "alone"]).Ending(0));

    private RunningProcess Train(int epochs, int minWorkers)
    {
        var run = $"run{Directory.GetDirectories(_work.Folder, "run*").Length}";
        return _work.Start(
            [.. Job(epochs), "--out", run, "--workers", "0", "--min-workers", $"{minWorkers}", "--listen", $"127.0.0.1:{_port}", "--link-port", "0", "--secret-file", "secret"]);
    }

    private RunningProcess Worker(string cache, params string[] more) => _elsewhere.Start(
        ["worker", "--join", $"127.0.0.1:{_port}", "--listen", "127.0.0.1:0", "--workers", "1", "--exit-when-done", "--secret-file", "secret",
            "--shard-cache", cache, .. more]);

    private static string[] Job(int epochs) => ["train", "--data", "set", "--epochs", $"{epochs}", "--checkpoint-every", "0", "--json"];

    private static string Sha(Outcome train) => (string)train.Json["weightsSha256"]!;

    /// <summary>Every node has contributed, and the ledger is exact.</summary>
    private void AssertContributions(Outcome train, int nodes)
    {
        Assert.True((bool)train.Json["ledger"]!["exact"]!);
        var record = File.ReadAllLines(_work.At((string)train.Json["record"]!));
        var contributions = JsonNode.Parse(record[^1])!["contributions"]!.AsArray();
        Assert.Equal(nodes, contributions.Count(contribution => (long)contribution!["samples"]! > 0));
    }

    private string[] CachedShards(string cache, string pattern = "*.npy") =>
        Directory.GetFiles(_elsewhere.At(cache), pattern, SearchOption.AllDirectories);

    private static void Flip(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var last = new byte[1];
        var position = RandomAccess.GetLength(file) - 1;
        RandomAccess.Read(file, last, position);
        RandomAccess.Write(file, [(byte)(last[0] ^ 1)], position);
    }

    private static void AssertSame(string expected, string actual) =>
        Assert.True(SHA256.HashData(File.ReadAllBytes(expected)).SequenceEqual(SHA256.HashData(File.ReadAllBytes(actual))), $"{actual} is not {expected}");

    private static void Copy(string from, string to)
    {
        foreach (var path in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }
    }
}
