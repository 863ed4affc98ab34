using System.Diagnostics;
using ActorNet.EndToEnd.Tests.Support;
using Xunit.Abstractions;

namespace ActorNet.EndToEnd.Tests;

/// <summary>
/// The network between the hosts loses packets of everything: TCP sends them again, some tenths of a second later. Steps wait for it, a node may look lost and its
/// slices be leased to others, and the run may go back to a checkpoint when a server looks lost; no bit changes, and nothing fails.
/// </summary>
[Trait("Category", "Slow")]
public sealed class PacketLossTests(ITestOutputHelper output)
{
    private const int Hosts = 3;
    private const double Usual = 0.02;
    private const double Heavy = 0.3;

    private static readonly TimeSpan _burst = TimeSpan.FromSeconds(1.5);

    /// <summary>What may be said of a run under such faults. What says that it failed, or that a worker did, is not among it.</summary>
    private static readonly string[] _allowed =
    [
        "run", "listening", "started", "progress", "status", "spans", "epoch", "checkpoint", "finished",
        "node-joined", "node-left", "node-suspected", "node-trusted", "steps-go-on", "went-back", "alert", "alert-over",
    ];

    [SkippableFact]
    public async Task Training_over_a_network_that_loses_packets_has_the_bits_of_one_process()
    {
        using var hosts = StarOfHosts.Create(Hosts);
        Skip.If(hosts is null, "needs root and ip(8) of Linux");
        Skip.If(hosts.WhyNoLoss() is not null, hosts.WhyNoLoss());
        using var cluster = new TestCluster("--data", "tiny", "--epochs", "6", "--batch-size", "40", "--optimizer", "momentum", "--seed", "7", "--slices", "8")
        {
            Host = StarOfHosts.Hub,
            Way = hosts.OnHub,
        };
        TinyDigits.Write(cluster.Work, training: 4000);
        var alone = cluster.Work.Run("train", "--data", "tiny", "--epochs", "6", "--batch-size", "40", "--optimizer", "momentum", "--seed", "7", "--slices", "8", "--json", "--out", "alone");

        // They join by such a network, too.
        hosts.Lose(Usual);
        var watch = Stopwatch.StartNew();
        var train = cluster.Train("--workers", "1", "--min-workers", $"{Hosts + 1}", "--servers", "2", "--min-servers", "2", "--checkpoint-every", "50");
        await train.SeesAsync("listens on");
        RunningProcess[] nodes =
        [
            .. Enumerable.Range(1, Hosts).Select(number => cluster.Start(
                hosts.On(number), "node", "--roles", number == 1 ? "worker,server" : "worker", "--workers", "1", "--exit-when-done",
                "--join", $"{cluster.Host}:{cluster.Port}", "--listen", $"{StarOfHosts.Address(number)}:0")),
        ];
        await cluster.Record.AwaitAsync("an epoch", line => line.Event == "epoch");
        hosts.Lose(Heavy);
        await Task.Delay(_burst);
        var heavy = hosts.Lost();
        hosts.LoseNoMore(Heavy);

        var result = train.End().Ending(0).Json;
        var usual = hosts.Lost();
        var lines = cluster.Record.Lines();
        output.WriteLine($"{watch.Elapsed.TotalSeconds:0.0} s; lost up to the end of the burst {heavy}, by the usual loss {usual}");
        output.WriteLine(string.Join(", ", lines.CountBy(line => line.Event).Select(count => $"{count.Value} {count.Key}")));
        Assert.Equal((string?)alone.Ending(0).Json["weightsSha256"], (string?)result["weightsSha256"]);
        Assert.True((bool)result["ledger"]!["exact"]!, $"{result["ledger"]}");
        Assert.All(cluster.Record.Contributions([train.Id, .. nodes.Select(node => node.Id)]), one => Assert.True(one.Value > 0, $"process {one.Key} contributed nothing"));
        Assert.All(lines, line => Assert.Contains(line.Event, _allowed));
        Assert.True(usual is { ToHosts: > 0, ToHub: > 0 } && heavy.ToHosts + heavy.ToHub > 0, $"no packets were lost: {heavy}, {usual}");
        Assert.All(nodes, node => node.End().Ending(0));
    }
}
