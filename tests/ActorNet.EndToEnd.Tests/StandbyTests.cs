using ActorNet.EndToEnd.Tests.Support;
using Xunit.Abstractions;

namespace ActorNet.EndToEnd.Tests;

/// <summary>A node that has partitions of the parameters dies or freezes, and has a standby: the run goes on from the step that is under way, with the same bits.</summary>
public sealed class StandbyTests(ClusterJob job, ITestOutputHelper output) : IClassFixture<ClusterJob>, IDisposable
{
    private readonly TestCluster _cluster = new(job.Flags);

    public void Dispose() => _cluster.Dispose();

    [SkippableFact]
    public async Task The_standby_of_a_killed_node_takes_over_and_nothing_goes_back() => await TakesOver("KILL");

    [SkippableFact]
    [Trait("Category", "Slow")]
    public async Task The_standby_of_a_frozen_node_takes_over_and_it_joins_again_when_it_wakes_up() => await TakesOver("STOP");

    private async Task TakesOver(string signal)
    {
        Skip.If(OperatingSystem.IsWindows(), "needs kill(2)");
        Skip.If(signal == "STOP" && !OperatingSystem.IsLinux(), "needs SIGSTOP by its number on Linux");
        var train = _cluster.Train("--workers", "1", "--servers", "3", "--min-servers", "2", "--min-workers", "2", "--replicas", "1");
        var server = _cluster.Node("node", "--roles", "server,worker", "--workers", "1", "--exit-when-done");
        await train.SeesAsync("listens on");
        await _cluster.Record.AwaitAsync("an epoch", line => line.Event == "epoch");
        var struck = DateTime.UtcNow;
        server.Signal(signal);
        var took = await _cluster.Record.AwaitAsync("the takeover", line => line.Event == "took-over");
        var on = await _cluster.Record.AwaitAsync("a step after it", line => line.Event == "steps-go-on" && line.Time > took.Time);
        output.WriteLine($"{signal}: a step is complete {(on.Time - struck).TotalMilliseconds:0} ms later");
        Assert.Contains($"-{server.Id}-", (string)took.Json["from"]!, StringComparison.Ordinal);
        if (signal == "STOP")
        {
            // It goes on where it was, finds that others have what it had, and begins anew: it stands by in its turn.
            server.Signal("CONT");
            await _cluster.Record.AwaitAsync("its return", line => line.Event == "stands-by" && line.IsOf(server));
        }

        var result = train.End().Ending(0).Json;
        Assert.Equal(job.Sha, (string?)result["weightsSha256"]);
        Assert.True((bool)result["ledger"]!["exact"]!, $"{result["ledger"]}");
        Assert.DoesNotContain(_cluster.Record.Lines(), line => line.Event == "went-back");
        Assert.All(_cluster.Record.Contributions(train.Id, server.Id), one => Assert.True(one.Value > 0, $"process {one.Key} contributed nothing"));
    }
}
