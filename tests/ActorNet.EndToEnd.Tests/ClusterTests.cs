using System.Diagnostics;
using ActorNet.EndToEnd.Tests.Support;
using Xunit.Abstractions;

namespace ActorNet.EndToEnd.Tests;

/// <summary>Many processes that come, go and die make the bits of one.</summary>
public sealed class ClusterTests(ClusterJob job, ITestOutputHelper output) : IClassFixture<ClusterJob>, IDisposable
{
    private readonly TestCluster _cluster = new(job.Flags);

    /// <summary>A third as long, for what needs no time once the nodes have come.</summary>
    private readonly TestCluster _short = new(job.ShortFlags);

    public void Dispose()
    {
        _cluster.Dispose();
        _short.Dispose();
    }

    [Fact]
    public async Task One_worker_process_that_waited_for_the_coordinator_changes_no_bit()
    {
        var worker = _short.Worker(workers: 2);
        await worker.SeesAsync("waits for a coordinator at");
        var train = _short.Train("--workers", "1", "--min-workers", "3");
        EndsShortWithTheSameBits(train, train, worker);
        Assert.Contains("joined job", worker.End().Ending(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void Three_uneven_processes_and_three_servers_change_no_bit()
    {
        var train = _short.Train("--workers", "2", "--min-workers", "7", "--servers", "3", "--min-servers", "3");
        RunningProcess[] others =
        [
            _short.Worker(workers: 1),
            _short.Node("node", "--roles", "worker,server", "--workers", "1", "--exit-when-done"),
            _short.Node("node", "--roles", "worker,server", "--workers", "3", "--exit-when-done"),
        ];
        EndsShortWithTheSameBits(train, [train, .. others]);
        Assert.Equal(3, (int)Line(_short, "started").Json["servers"]!);
        Assert.All(others, other => other.End().Ending(0));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [Trait("Category", "Slow")]
    public void Six_uneven_processes_change_no_bit(int servers)
    {
        var train = _cluster.Train("--workers", "1", "--min-workers", "8", "--servers", $"{servers}", "--min-servers", $"{servers}");
        RunningProcess[] others = [.. ((int[])[1, 2, 1, 2, 1]).Select((workers, number) => number < servers - 1
            ? _cluster.Node("node", "--roles", "worker,server", "--workers", $"{workers}", "--exit-when-done")
            : _cluster.Worker(workers))];
        EndsWithTheSameBits(train, [train, .. others]);
        Assert.Equal(servers, (int)Line(_cluster, "started").Json["servers"]!);
        Assert.All(others, other => other.End().Ending(0));
    }

    [SkippableFact]
    public async Task A_worker_that_joins_in_mid_run_takes_part()
    {
        Skip.If(OperatingSystem.IsWindows(), "needs kill(2)");
        var train = _cluster.Train("--workers", "0");
        var first = _cluster.Worker();
        await train.SeesAsync("listens on");
        await _cluster.Record.AwaitAsync("an epoch", line => line.Event == "epoch");

        // The run must not end while another process starts: its only worker is frozen meanwhile.
        first.Signal("STOP");
        var joining = _cluster.Worker();
        await _cluster.Record.AwaitAsync("the join", line => line.Event == "node-joined" && line.IsOf(joining));
        first.Signal("CONT");
        EndsWithTheSameBits(train, first, joining);
        joining.End().Ending(0);
        first.End().Ending(0);
    }

    [SkippableFact]
    public async Task A_worker_killed_in_mid_run_is_done_without()
    {
        Skip.If(OperatingSystem.IsWindows(), "needs kill(2)");
        var (train, victim, other) = await StartThree(_cluster);
        victim.Signal("KILL");
        victim.End().Ending(137);
        EndsWithTheSameBits(train, train, victim, other);
        Assert.Contains(_cluster.Record.Lines(), line => line.Event is "node-left" or "node-suspected" && line.IsOf(victim));
        other.End().Ending(0);
    }

    /// <summary>A round that is lost with its worker is made again by another, from the first of its local steps.</summary>
    [SkippableTheory]
    [InlineData("--mode local:4 --outer-momentum 0.5")]
    [InlineData("--mode local:4 --compression int8 --compression-groups 4")]
    public async Task A_worker_killed_in_mid_round_is_done_without(string mode)
    {
        Skip.If(OperatingSystem.IsWindows(), "needs kill(2)");
        string[] flags = [.. job.FlagsOf(epochs: 20), .. mode.Split(' ')];
        using var cluster = new TestCluster(flags);
        var alone = cluster.Work.Run(["train", .. flags, "--json", "--out", "alone"]).Ending(0).Json;
        var train = cluster.Train("--workers", "0", "--min-workers", "2");
        var (victim, other) = (cluster.Worker(), cluster.Worker());
        await train.SeesAsync("listens on");
        await cluster.Record.AwaitAsync("an epoch", line => line.Event == "epoch");
        victim.Signal("KILL");
        victim.End().Ending(137);
        var result = train.End().Ending(0).Json;
        Assert.Equal((string?)alone["weightsSha256"], (string?)result["weightsSha256"]);
        Assert.True((bool)result["ledger"]!["exact"]!, $"{result["ledger"]}");
        Assert.Equal(25 * 20, (long)result["steps"]!);
        Assert.All(cluster.Record.Contributions([victim.Id, other.Id]), one => Assert.True(one.Value > 0, $"process {one.Key} contributed nothing"));
        other.End().Ending(0);
    }

    [SkippableFact]
    public async Task Three_of_four_workers_killed_at_once_are_done_without()
    {
        Skip.If(OperatingSystem.IsWindows(), "needs kill(2)");
        var train = _cluster.Train("--workers", "0", "--min-workers", "4");
        RunningProcess[] workers = [.. Enumerable.Range(0, 4).Select(_ => _cluster.Worker())];
        await train.SeesAsync("listens on");
        await _cluster.Record.AwaitAsync("an epoch", line => line.Event == "epoch");
        Array.ForEach(workers[..3], victim => victim.Signal("KILL"));
        Assert.All(workers[..3], victim => victim.End().Ending(137));
        EndsWithTheSameBits(train, workers);
        workers[3].End().Ending(0);
    }

    [SkippableFact]
    public async Task A_worker_told_to_end_drains_within_five_seconds_while_training_goes_on()
    {
        Skip.If(OperatingSystem.IsWindows(), "needs kill(2)");
        var (train, leaver, other) = await StartThree(_cluster);
        var watch = Stopwatch.StartNew();
        leaver.Signal("TERM");
        leaver.End().Ending(0);
        var gone = DateTime.UtcNow;
        output.WriteLine($"drained and gone in {watch.Elapsed.TotalMilliseconds:0} ms");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"the end took {watch.Elapsed.TotalSeconds:0.0} s");
        EndsWithTheSameBits(train, train, leaver, other);
        Assert.Contains(_cluster.Record.Lines(), line => line.Event == "epoch" && line.Time > gone);
        Assert.DoesNotContain(_cluster.Record.Lines(), line => line.Event == "node-suspected" && line.IsOf(leaver));
        other.End().Ending(0);
    }

    [Fact]
    public async Task A_worker_with_other_data_is_refused_by_name_and_the_run_goes_on()
    {
        var train = _short.Train("--workers", "0");
        await train.SeesAsync("listens on");
        var refused = _short.Worker(1, "--data", job.OtherData).End().Ending(1);
        Assert.Contains("actornet: ", refused.Error, StringComparison.Ordinal);
        Assert.Contains("other", refused.Error, StringComparison.Ordinal);
        Assert.Contains("data", refused.Error, StringComparison.Ordinal);
        var worker = _short.Worker();
        EndsShortWithTheSameBits(train, worker);
        worker.End().Ending(0);
    }

    [SkippableFact]
    public async Task Ctrl_C_ends_a_coordinator_that_waits_for_workers()
    {
        Skip.If(OperatingSystem.IsWindows(), "needs kill(2)");
        var train = _cluster.Train("--workers", "0");
        await train.SeesAsync("listens on");
        var watch = Stopwatch.StartNew();
        train.Signal("INT");
        train.End().Ending(130);
        output.WriteLine($"ended in {watch.Elapsed.TotalMilliseconds:0} ms");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"the end took {watch.Elapsed.TotalSeconds:0.0} s");
    }

    [SkippableFact]
    public async Task Workers_find_a_killed_coordinator_that_is_resumed()
    {
        Skip.If(OperatingSystem.IsWindows(), "needs kill(2)");
        var (train, first, second) = await StartThree(_short, "--checkpoint-every", "50");
        train.Signal("KILL");
        train.End().Ending(137);
        var watch = Stopwatch.StartNew();
        var resumed = _short.Resume("--workers", "1", "--min-workers", "3");
        await _short.Record.AwaitAsync("the second start", line => line.Event == "started" && (long)line.Json["version"]! > 0);
        output.WriteLine($"trains again {watch.Elapsed.TotalSeconds:0.0} s after its start");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(15), $"the way back took {watch.Elapsed.TotalSeconds:0.0} s");
        EndsShortWithTheSameBits(resumed, first, second);
        first.End().Ending(0);
        second.End().Ending(0);
    }

    [SkippableFact]
    public async Task A_standby_takes_over_and_the_killed_coordinator_does_no_harm_when_it_returns()
    {
        Skip.If(OperatingSystem.IsWindows(), "needs kill(2)");
        var standbyPort = FreePorts.Pair();
        var train = _cluster.Train("--workers", "1", "--min-workers", "3", "--checkpoint-every", "50");
        await train.SeesAsync("listens on");
        _cluster.Worker();
        var standby = _cluster.Start(
            [], "node", "--roles", "coordinator,worker", "--run", "run", "--workers", "1", "--join", $"127.0.0.1:{_cluster.Port}", "--listen", $"127.0.0.1:{standbyPort}");
        await _cluster.Record.AwaitAsync("an epoch", line => line.Event == "epoch");
        var killed = DateTime.UtcNow;
        train.Signal("KILL");
        train.End().Ending(137);
        var again = await _cluster.Record.AwaitAsync("the standby's start", line => line.Event == "started" && line.Time > killed);
        output.WriteLine($"trains again {(again.Time - killed).TotalSeconds:0.0} s after the kill");
        Assert.True(again.Time - killed < TimeSpan.FromSeconds(15), $"the takeover took {(again.Time - killed).TotalSeconds:0.0} s");

        // It may find the run in use, or finished.
        var returned = _cluster.Resume("--workers", "1").End();
        Assert.True(
            returned.ExitCode == 0 || returned.Error.Contains("another process trains it", StringComparison.Ordinal),
            $"the returned coordinator ended with {returned.ExitCode}: {returned.Error}");
        var finished = await _cluster.Record.AwaitAsync("the end", line => line.Event == "finished");
        Assert.Equal(job.Sha, (string?)finished.Json["weightsSha256"]);
        standby.End().Ending(0);
        Assert.True(_cluster.Record.Contributions(standby.Id)[standby.Id] > 0, "the standby contributed nothing");
    }

    /// <summary>A coordinator and two workers, one worker actor each, that have trained an epoch.</summary>
    private static async Task<(RunningProcess Train, RunningProcess First, RunningProcess Second)> StartThree(TestCluster cluster, params string[] flags)
    {
        var train = cluster.Train(["--workers", "1", "--min-workers", "3", .. flags]);
        var (first, second) = (cluster.Worker(), cluster.Worker());
        await train.SeesAsync("listens on");
        await cluster.Record.AwaitAsync("an epoch", line => line.Event == "epoch");
        return (train, first, second);
    }

    private void EndsWithTheSameBits(RunningProcess train, params RunningProcess[] contributors) => EndsWith(job.Sha, _cluster, train, contributors);

    private void EndsShortWithTheSameBits(RunningProcess train, params RunningProcess[] contributors) => EndsWith(job.ShortSha, _short, train, contributors);

    private static void EndsWith(string sha, TestCluster cluster, RunningProcess train, params RunningProcess[] contributors)
    {
        var result = train.End().Ending(0).Json;
        Assert.Equal(sha, (string?)result["weightsSha256"]);
        Assert.True((bool)result["ledger"]!["exact"]!, $"{result["ledger"]}");
        var contributions = cluster.Record.Contributions(contributors.Select(process => process.Id));
        Assert.All(contributions, one => Assert.True(one.Value > 0, $"process {one.Key} contributed nothing"));
    }

    private static RecordLine Line(TestCluster cluster, string name) => cluster.Record.Lines().First(line => line.Event == name);
}
