using ActorNet.EndToEnd.Tests.Support;
using Xunit.Abstractions;

namespace ActorNet.EndToEnd.Tests;

/// <summary>
/// The node that serves a partition, and computes too, is killed, twenty times; each time a new one takes its place. The time is from just before the signal to the first
/// record's line «steps-go-on» after «took-over», which comes up to a tenth of a second after the step. The parameter server of OSDI 2014 (Li et al., section 5.1) recovered in 0.8 s.
/// </summary>
[Trait("Category", "Slow")]
public sealed class TakeoverLatencyTests(ITestOutputHelper output)
{
    private const int Kills = 20;
    private const int Seed = 21;

    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(0.8);

    [SkippableFact]
    public async Task The_next_step_is_complete_within_eight_tenths_of_a_second()
    {
        Skip.If(OperatingSystem.IsWindows(), "needs kill(2)");
        using var cluster = new TestCluster("--data", "tiny", "--epochs", "100000", "--hidden", "100", "--batch-size", "40", "--slices", "8");
        TinyDigits.Write(cluster.Work, training: 40_000);
        var train = cluster.Train("--workers", "1", "--servers", "2", "--replicas", "1", "--min-servers", "4");
        await train.SeesAsync("listens on");
        var nodes = Enumerable.Range(0, 3).Select(_ => Start()).ToList();
        var started = await cluster.Record.AwaitAsync("the start", line => line.Event == "started");
        var status = await cluster.Record.AwaitAsync(
            "the end of the warm-up", line => line.Event == "status" && line.Time - started.Time > _warmUp && HostOf(line) is not null);
        var host = HostOf(status)!;

        var random = new Random(Seed);
        var times = new List<double>();
        for (var number = 1; number <= Kills; number++)
        {
            var victim = nodes.Single(node => host.Contains($"-{node.Id}-", StringComparison.Ordinal));
            await Task.Delay(random.Next(50, 500));
            var struck = DateTime.UtcNow;
            victim.Signal("KILL");
            var took = await cluster.Record.AwaitAsync($"takeover {number}", line => line.Event == "took-over" && line.Time > struck);
            var on = await cluster.Record.AwaitAsync($"steps after takeover {number}", line => line.Event == "steps-go-on" && line.Time > took.Time);
            times.Add((on.Time - struck).TotalMilliseconds);
            output.WriteLine($"kill {number}: taken over after {(took.Time - struck).TotalMilliseconds:0} ms, a step after {times[^1]:0} ms");

            victim.End().Ending(137);
            nodes[nodes.IndexOf(victim)] = Start();
            host = (string)took.Json["node"]!;
            await cluster.Record.AwaitAsync($"the standby after takeover {number}", line => line.Event == "stands-by" && (int)line.Json["partition"]! == 1 && line.Time > took.Time);
            var joined = await cluster.Record.AwaitAsync($"the node after takeover {number}", line => line.Event == "node-joined" && line.Time > took.Time);
            await cluster.Record.AwaitAsync("progress", line => line.Event == "progress" && line.Time > joined.Time);
        }

        var inOrder = times.Order().ToList();
        var median = (inOrder[(Kills / 2) - 1] + inOrder[Kills / 2]) / 2;
        output.WriteLine($"seed {Seed}: median {median:0} ms, 95th percentile {inOrder[(int)Math.Ceiling(0.95 * Kills) - 1]:0} ms, most {inOrder[^1]:0} ms");
        Assert.DoesNotContain(cluster.Record.Lines(), line => line.Event == "went-back");
        Assert.True(median < _limit.TotalMilliseconds, $"the median is {median:0} ms");

        RunningProcess Start() => cluster.Node("node", "--roles", "server,worker", "--workers", "1");
    }

    /// <summary>The node that serves the second partition: the first is the coordinator's own.</summary>
    private static string? HostOf(RecordLine status) => (string?)status.Json["status"]!["nodes"]!.AsArray()
        .FirstOrDefault(node => node!["partitions"]!.AsArray().Any(partition => (int)partition! == 1))?["node"];
}
