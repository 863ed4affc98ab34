using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests;

/// <summary>A cluster is cut in two: one part goes on, never two.</summary>
[Trait("Category", "Slow")]
public sealed class SplitTests(ClusterJob job) : IClassFixture<ClusterJob>
{
    private const string Silent = "the coordinator has not answered for 5 s";

    [SkippableFact]
    public async Task A_coordinator_that_is_cut_off_from_all_workers_goes_on_with_them_when_they_are_back()
    {
        using var hosts = StarOfHosts.Create(2);
        Skip.If(hosts is null, "needs root and ip(8) of Linux");
        using var cluster = Cluster(hosts);
        var train = cluster.Train("--workers", "0", "--min-workers", "2");
        await train.SeesAsync("listens on");
        RunningProcess[] workers = [.. Enumerable.Range(1, 2).Select(number => Worker(cluster, hosts, number))];
        await cluster.Record.AwaitAsync("an epoch", line => line.Event == "epoch");
        hosts.Cut(1);
        hosts.Cut(2);
        await Task.WhenAll(workers.Select(worker => worker.SeesAsync(Silent)));
        hosts.Mend(1);
        hosts.Mend(2);
        EndsWithTheSameBits(train);
        Assert.All(workers, worker => worker.End().Ending(0));
        Assert.Single(cluster.Record.Lines(), line => line.Event == "started");
    }

    /// <summary>It shares the disk with the coordinator, and finds the run's folder taken.</summary>
    [SkippableFact]
    public async Task A_standby_that_is_cut_off_takes_nothing_over()
    {
        using var hosts = StarOfHosts.Create(1);
        Skip.If(hosts is null, "needs root and ip(8) of Linux");
        using var cluster = Cluster(hosts);
        var train = cluster.Train("--workers", "0", "--min-workers", "1");
        await train.SeesAsync("listens on");
        var standby = cluster.Start(
            hosts.On(1), "node", "--roles", "coordinator,worker", "--run", "run", "--workers", "1",
            "--join", $"{cluster.Host}:{cluster.Port}", "--listen", $"{StarOfHosts.Address(1)}:0");
        await cluster.Record.AwaitAsync("an epoch", line => line.Event == "epoch");
        hosts.Cut(1);
        await standby.SeesAsync(Silent);
        Assert.Single(cluster.Record.Lines(), line => line.Event == "started");
        hosts.Mend(1);
        EndsWithTheSameBits(train);
        Assert.Single(cluster.Record.Lines(), line => line.Event == "started");
        standby.Signal("TERM");
        standby.End().Ending(0);
    }

    private TestCluster Cluster(StarOfHosts hosts) => new(job.Flags) { Host = StarOfHosts.Hub, Way = hosts.OnHub };

    private static RunningProcess Worker(TestCluster cluster, StarOfHosts hosts, int number) => cluster.Start(
        hosts.On(number), "worker", "--join", $"{cluster.Host}:{cluster.Port}", "--listen", $"{StarOfHosts.Address(number)}:0", "--workers", "1", "--exit-when-done");

    private void EndsWithTheSameBits(RunningProcess train)
    {
        var result = train.End().Ending(0).Json;
        Assert.Equal(job.Sha, (string?)result["weightsSha256"]);
        Assert.True((bool)result["ledger"]!["exact"]!, $"{result["ledger"]}");
    }
}
