using ActorNet.EndToEnd.Tests.Support;
using Xunit.Abstractions;

namespace ActorNet.EndToEnd.Tests;

/// <summary>A node that has partitions of the parameters dies, freezes or leaves: the run goes on from its last checkpoint on the others, with the same bits.</summary>
public sealed class ServerLossTests(ClusterJob job, ITestOutputHelper output) : IClassFixture<ClusterJob>, IDisposable
{
    private readonly TestCluster _cluster = new(job.Flags);

    public void Dispose() => _cluster.Dispose();

    [SkippableTheory]
    [InlineData("KILL")]
    [InlineData("STOP")]
    [InlineData("TERM")]
    public async Task The_run_goes_on_without_the_server(string signal)
    {
        Skip.If(OperatingSystem.IsWindows(), "needs kill(2)");
        Skip.If(signal == "STOP" && !OperatingSystem.IsLinux(), "needs SIGSTOP by its number on Linux");
        var train = _cluster.Train("--workers", "1", "--servers", "3", "--min-servers", "2", "--min-workers", "2", "--checkpoint-every", "50");
        var server = _cluster.Node("node", "--roles", "server,worker", "--workers", "1", "--exit-when-done");
        await train.SeesAsync("listens on");
        await _cluster.Record.AwaitAsync("an epoch", line => line.Event == "epoch");
        var struck = DateTime.UtcNow;
        server.Signal(signal);
        var back = await _cluster.Record.AwaitAsync("going back", line => line.Event == "went-back");
        var again = await _cluster.Record.AwaitAsync("the second start", line => line.Event == "started" && line.Time > struck);
        output.WriteLine($"{signal}: trains again {(again.Time - struck).TotalSeconds:0.0} s later, from step {back.Json["version"]}");
        Assert.True(again.Time - struck < TimeSpan.FromSeconds(15), $"it took {(again.Time - struck).TotalSeconds:0.0} s");
        Assert.True((long)back.Json["version"]! >= 50, back.Json.ToJsonString());

        var result = train.End().Ending(0).Json;
        Assert.Equal(job.Sha, (string?)result["weightsSha256"]);
        Assert.True((bool)result["ledger"]!["exact"]!, $"{result["ledger"]}");
        Assert.All(_cluster.Record.Contributions(train.Id, server.Id), one => Assert.True(one.Value > 0, $"process {one.Key} contributed nothing"));
        if (signal == "TERM")
        {
            server.End().Ending(0);
        }
    }
}
