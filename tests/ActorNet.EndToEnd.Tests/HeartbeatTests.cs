using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests;

/// <summary>Computing and moving large gradients must not hold up what the cluster lives by.</summary>
public sealed class HeartbeatTests : IDisposable
{
    private static readonly TimeSpan _half = TimeSpan.FromSeconds(30);
    private readonly TestCluster _cluster = new("--data", "tiny", "--hidden", "2400,2400", "--batch-size", "128", "--epochs", "100000");

    public void Dispose() => _cluster.Dispose();

    /// <summary>5.9 million parameters, 23 MB, go both ways in every step. Akka says so when it hears late of a node, and when it takes one for unreachable.</summary>
    [Trait("Category", "Slow")]
    [SkippableFact]
    public async Task No_heartbeat_is_late_while_every_core_computes_for_a_minute()
    {
        Skip.If(OperatingSystem.IsWindows(), "needs kill(2)");
        TinyDigits.Write(_cluster.Work, training: 4000);
        _cluster.Work.Write("log.conf", "akka.loglevel = INFO");
        var share = Math.Max(1, Environment.ProcessorCount / 2);
        var train = _cluster.Train("--workers", $"{share}", "--min-workers", $"{2 * share}", "--config", "log.conf");
        await train.SeesAsync("listens on");
        var worker = _cluster.Worker(share, "--config", "log.conf");
        var started = await _cluster.Record.AwaitAsync("the start", line => line.Event == "started");
        for (var half = 1; half <= 2; half++)
        {
            await _cluster.Record.AwaitAsync("progress", line => line.Event == "progress" && line.Time - started.Time >= half * _half);
        }

        train.Signal("TERM");
        Outcome[] ended = [train.End().Ending(130), worker.End()];
        Assert.DoesNotContain(_cluster.Record.Lines(), line => line.Event is "node-suspected" or "node-left" or "went-back");
        Assert.Contains("Leader is moving node", ended[0].Error, StringComparison.Ordinal);
        foreach (var outcome in ended)
        {
            Assert.DoesNotContain("heartbeat interval is growing", outcome.Error, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("unreachable", outcome.Error, StringComparison.OrdinalIgnoreCase);
        }
    }
}
