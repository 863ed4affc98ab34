using ActorNet.EndToEnd.Tests.Support;
using Xunit.Abstractions;

namespace ActorNet.EndToEnd.Tests;

/// <summary>
/// One of four workers becomes five times slower: its process is stopped four fifths of the time. The workers wait instead of computing, so that four of them are
/// as fast on two cores as on four machines.
/// </summary>
[Trait("Category", "Slow")]
[Collection("Paced workers")]
public sealed class StragglerTests(ITestOutputHelper output)
{
    private const double Limit = 1.5;

    private static readonly TimeSpan _window = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _stopped = TimeSpan.FromMilliseconds(80);
    private static readonly TimeSpan _running = TimeSpan.FromMilliseconds(20);

    /// <summary>Steps of 40 ms, of which none is ever late enough for a suspicion, and of 200 ms, of which the first slow ones are.</summary>
    [SkippableTheory]
    [InlineData(10)]
    [InlineData(50)]
    public async Task A_slow_worker_makes_steps_half_as_long_again_at_most(int pace)
    {
        Skip.If(OperatingSystem.IsWindows(), "needs kill(2)");
        using var cluster = new TestCluster("--data", "tiny", "--epochs", "100000", "--hidden", "10", "--batch-size", "16", "--slices", "16");
        TinyDigits.Write(cluster.Work, training: 4000);
        var train = cluster.Train("--workers", "0", "--min-workers", "4", "--speculate");
        await train.SeesAsync("listens on");
        RunningProcess[] workers = [.. Enumerable.Range(0, 4).Select(_ => cluster.Worker(1, "--pace", $"{pace}"))];
        var started = await cluster.Record.AwaitAsync("the start", line => line.Event == "started");
        var healthy = await StepTimeAsync(cluster.Record, started.Time + TimeSpan.FromSeconds(5));

        using var end = new CancellationTokenSource();
        var slowing = SlowAsync(workers[3], end.Token);
        var struck = DateTime.UtcNow;
        // A suspicion moves slices too.
        var moved = await cluster.Record.AwaitAsync("new leases", line => line.Event is "slices-moved" or "node-suspected" && line.Time > struck);
        var slow = await StepTimeAsync(cluster.Record, struck + TimeSpan.FromSeconds(10));
        await end.CancelAsync();
        await slowing;

        output.WriteLine(
            $"steps of {healthy:0.0} ms became {slow:0.0} ms, {slow / healthy:0.00} times as long; slices moved after {(moved.Time - struck).TotalSeconds:0.0} s ({moved.Event})");
        Assert.True(slow <= Limit * healthy, $"{slow / healthy:0.00} times as long");
    }

    /// <summary>Who computes what a slow worker owes, and whose part comes first, changes no bit.</summary>
    [SkippableTheory]
    [InlineData("none")]
    [InlineData("int8")]
    public async Task What_others_compute_for_a_slow_worker_has_the_same_bits(string compression)
    {
        Skip.If(OperatingSystem.IsWindows(), "needs kill(2)");
        string[] job = ["--data", "tiny", "--epochs", "32", "--hidden", "10", "--batch-size", "16", "--slices", "16", "--seed", "5", "--compression", compression];
        using var cluster = new TestCluster(job);
        TinyDigits.Write(cluster.Work);
        var alone = cluster.Work.Run(["train", .. job, "--json", "--out", "alone"]).Ending(0).Json;
        var train = cluster.Train("--workers", "0", "--min-workers", "4", "--speculate");
        await train.SeesAsync("listens on");
        RunningProcess[] workers = [.. Enumerable.Range(0, 4).Select(_ => cluster.Worker(1, "--pace", "10"))];
        await cluster.Record.AwaitAsync("the start", line => line.Event == "started");
        using var end = new CancellationTokenSource();
        var slowing = SlowAsync(workers[3], end.Token);
        await cluster.Record.AwaitAsync("new leases", line => line.Event is "slices-moved" or "node-suspected");
        var result = train.End().Ending(0).Json;
        await end.CancelAsync();
        await slowing;
        var backups = cluster.Record.Lines().Where(line => line.Event == "status").Max(line => line.Json["status"]!["nodes"]!.AsArray().Sum(node => (long)node!["backups"]!));
        output.WriteLine($"{backups} backups");
        Assert.True(backups > 0, "nobody has computed what the slow worker owed");
        Assert.Equal((string?)alone["weightsSha256"], (string?)result["weightsSha256"]);
        Assert.True((bool)result["ledger"]!["exact"]!, $"{result["ledger"]}");
    }

    /// <summary>The mean time of a step, in milliseconds, of the window that begins then.</summary>
    private static async Task<double> StepTimeAsync(RecordReader record, DateTime from)
    {
        var first = await record.AwaitAsync("progress", line => line.Event == "progress" && line.Time > from);
        var last = await record.AwaitAsync("progress", line => line.Event == "progress" && line.Time > first.Time + _window);
        return (last.Time - first.Time).TotalMilliseconds / ((long)last.Json["version"]! - (long)first.Json["version"]!);
    }

    private static async Task SlowAsync(RunningProcess process, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            process.Signal("STOP");
            await Task.Delay(_stopped, CancellationToken.None);
            process.Signal("CONT");
            await Task.Delay(_running, CancellationToken.None);
        }
    }
}
