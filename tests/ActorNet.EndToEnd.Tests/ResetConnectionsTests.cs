using ActorNet.EndToEnd.Tests.Support;
using Xunit.Abstractions;

namespace ActorNet.EndToEnd.Tests;

/// <summary>
/// Something between the hosts breaks all connections again and again, as a firewall does that is started anew. What was on its way is lost, of gradients as of what the coordinator, servers and
/// nodes tell each other; the run goes on all the same, does what people ask of it meanwhile, and no bit changes.
/// </summary>
[Trait("Category", "Slow")]
public sealed class ResetConnectionsTests(ITestOutputHelper output)
{
    private const int Hosts = 2;
    private const int Rounds = 12;

    private static readonly string[] _job =
        ["--data", "tiny", "--epochs", "300", "--batch-size", "40", "--hidden", "200", "--optimizer", "momentum", "--learning-rate", "0.05", "--seed", "7", "--slices", "8"];

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_run_whose_connections_break_does_what_it_is_asked_and_has_the_same_bits(int seed)
    {
        using var hosts = StarOfHosts.Create(Hosts);
        Skip.If(hosts is null, "needs root and ip(8) of Linux");
        Skip.If(hosts.WhyNoLoss() is not null, hosts.WhyNoLoss());
        var random = new Random(seed);
        using var cluster = new TestCluster(_job) { Host = StarOfHosts.Hub, Way = hosts.OnHub };
        TinyDigits.Write(cluster.Work, training: 4000);
        cluster.Work.Write("token", "a-token-of-many-letters");
        var alone = cluster.Work.Run(["train", .. _job, "--json", "--out", "alone"]);
        var http = FreePorts.Pair();
        var train = cluster.Train(
            "--workers", "1", "--min-workers", $"{Hosts + 1}", "--servers", "2", "--min-servers", "2", "--replicas", "1", "--checkpoint-every", "50",
            "--http", $"127.0.0.1:{http}", "--token-file", "token");
        await train.SeesAsync("listens on");
        RunningProcess[] nodes =
        [
            .. Enumerable.Range(1, Hosts).Select(number => cluster.Start(
                hosts.On(number), "node", "--roles", number == 1 ? "worker,server" : "worker", "--workers", "1", "--exit-when-done",
                "--join", $"{cluster.Host}:{cluster.Port}", "--listen", $"{StarOfHosts.Address(number)}:0")),
        ];
        await cluster.Record.AwaitAsync("the first step", line => line.Event == "started");
        for (var round = 0; round < Rounds; round++)
        {
            // The command is on its way while the connections break, or right before or after that.
            var ask = round switch { _ when round % 3 == 0 => "pause", _ when round % 3 == 1 => "resume", _ => "checkpoint" };
            var command = cluster.Start(hosts.OnHub, ask, $"http://127.0.0.1:{http}", "--token-file", "token");
            await Task.Delay(random.Next(400));
            await hosts.ResetAsync(TimeSpan.FromMilliseconds(random.Next(20, 300)));
            command.End().Ending(0);
        }

        var result = train.End().Ending(0).Json;
        output.WriteLine($"seed {seed}: " + string.Join(", ", cluster.Record.Lines().CountBy(line => line.Event).Select(count => $"{count.Value} {count.Key}")));
        Assert.Equal((string?)alone.Ending(0).Json["weightsSha256"], (string?)result["weightsSha256"]);
        Assert.True((bool)result["ledger"]!["exact"]!, $"{result["ledger"]}");
        Assert.All(nodes, node => node.End().Ending(0));
    }
}
