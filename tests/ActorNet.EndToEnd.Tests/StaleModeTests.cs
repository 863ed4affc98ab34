using ActorNet.Core.Checkpoints;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests;

/// <summary>In modes that apply parts as they arrive the bits differ from run to run; that every sample counts once an epoch does not, whoever is killed.</summary>
public sealed class StaleModeTests : IDisposable
{
    private const int Epochs = 20;
    private readonly Workspace _data = new();

    public StaleModeTests() => TinyDigits.Write(_data, "data", training: 4000);

    public void Dispose() => _data.Dispose();

    [SkippableTheory]
    [InlineData("ssp:2")]
    [InlineData("async")]
    public async Task A_worker_killed_in_mid_run_is_done_without(string mode)
    {
        Skip.If(OperatingSystem.IsWindows(), "needs kill(2)");
        using var cluster = new TestCluster(Job(mode));
        var train = cluster.Train("--workers", "0", "--min-workers", "2");
        var (victim, other) = (cluster.Worker(), cluster.Worker());
        await train.SeesAsync("listens on");
        await cluster.Record.AwaitAsync("an epoch", line => line.Event == "epoch");
        victim.Signal("KILL");
        victim.End().Ending(137);
        EndsWithEverySample(cluster, train);
        Assert.All(cluster.Record.Contributions([victim.Id, other.Id]), one => Assert.True(one.Value > 0, $"process {one.Key} contributed nothing"));
        other.End().Ending(0);
    }

    [SkippableTheory]
    [Trait("Category", "Slow")]
    [InlineData("ssp:2")]
    [InlineData("async")]
    public async Task A_coordinator_killed_in_mid_run_goes_on_from_its_last_checkpoint(string mode)
    {
        Skip.If(OperatingSystem.IsWindows(), "needs kill(2)");
        using var cluster = new TestCluster(Job(mode));
        var train = cluster.Train("--workers", "1", "--min-workers", "2");
        var worker = cluster.Worker();
        await train.SeesAsync("listens on");
        await cluster.Record.AwaitAsync("a checkpoint", line => line.Event == "checkpoint");
        train.Signal("KILL");
        train.End().Ending(137);
        EndsWithEverySample(cluster, cluster.Resume("--workers", "1", "--min-workers", "2"));
        worker.End().Ending(0);
    }

    private string[] Job(string mode) => ["--data", _data.At("data"), "--epochs", $"{Epochs}", "--batch-size", "40", "--seed", "7", "--slices", "8", "--mode", mode];

    private static void EndsWithEverySample(TestCluster cluster, RunningProcess train)
    {
        var result = train.End().Ending(0).Json;
        Assert.True((bool)result["ledger"]!["exact"]!, $"{result["ledger"]}");
        var history = new CheckpointStore(cluster.Work.At("run", "checkpoints")).LoadLatest(out _)!.Progress.History;
        Assert.Equal(Enumerable.Range(1, Epochs), history.Select(epoch => epoch.Epoch));
    }
}
