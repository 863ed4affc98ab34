using System.Text.RegularExpressions;
using ActorNet.Cli.Http;
using ActorNet.Cluster.Monitoring;

namespace ActorNet.EndToEnd.Tests.Http;

/// <summary>What a scrape sees, line by line.</summary>
public sealed partial class MetricsTests : IDisposable
{
    private readonly RunControl _control = new();
    private readonly RunMetrics _metrics;

    public MetricsTests() => _metrics = new RunMetrics(_control);

    private string[] Lines => PrometheusText.Write(_metrics).Split('\n');

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public void Every_family_is_described_once_before_its_samples()
    {
        Publish(new NodeStatus { Node = "a", StepMedian = 1, StepP95 = 2, SlowFactor = 1 }, new NodeStatus { Node = "b" });
        Assert.Equal("", Lines[^1]);
        var described = new HashSet<string>();
        var current = "";
        foreach (var line in Lines[..^1])
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                current = line.Split(' ')[2];
                Assert.True(described.Add(current), $"{current} is described twice");
            }
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                Assert.Equal($"# TYPE {current} gauge", line);
            }
            else
            {
                Assert.Matches(Sample(), line);
                Assert.Equal(current, line.Split('{', ' ')[0]);
            }
        }
    }

    [Theory]
    [InlineData("actornet_ready 0")]
    [InlineData("actornet_run_info{job=\"abc\",network=\"784-30-10\",data=\"digits\",mode=\"sync\"} 1")]
    [InlineData("actornet_run_phase{phase=\"training\"} 1")]
    [InlineData("actornet_run_phase{phase=\"paused\"} 0")]
    [InlineData("actornet_run_epoch 2")]
    [InlineData("actornet_run_step 7")]
    [InlineData("actornet_run_samples_per_second 1234.5")]
    [InlineData("actornet_run_cost NaN")]
    [InlineData("actornet_run_learning_rate 0.1")]
    [InlineData("actornet_run_left_seconds +Inf")]
    [InlineData("actornet_run_checkpoint_timestamp_seconds 1767323045")]
    [InlineData("actornet_run_alerts{kind=\"straggler\"} 2")]
    [InlineData("actornet_run_alerts{kind=\"clock-jump\"} 0")]
    [InlineData("actornet_node_up{node=\"a\"} 1")]
    [InlineData("actornet_node_up{node=\"b\"} 0")]
    [InlineData("actornet_node_samples_per_second{node=\"a\"} 99")]
    [InlineData("actornet_node_time_ratio{node=\"a\",activity=\"computing\"} 0.5")]
    [InlineData("actornet_node_step_time_seconds{node=\"a\",quantile=\"0.95\"} 0.25")]
    [InlineData("actornet_node_memory_bytes{node=\"a\"} 1000")]
    [InlineData("actornet_node_sent_bytes_per_second{node=\"a\"} 5")]
    [InlineData("actornet_node_cpu_cores{node=\"a\"} 1.5")]
    [InlineData("actornet_node_leases{node=\"a\"} 2")]
    public void A_number_has_its_place(string line)
    {
        var node = new NodeStatus
        {
            Node = "a",
            Phase = NodePhase.Active,
            SamplesPerSecond = 99,
            Computing = 0.5,
            StepP95 = 250,
            MemoryBytes = 1000,
            BytesPerSecond = 5,
            Cpu = 1.5,
            Slices = [0, 1],
        };
        Publish(node, new NodeStatus { Node = "b", Phase = NodePhase.Gone });
        Assert.Contains(line, Lines);
    }

    [Fact]
    public void What_is_not_known_is_left_out_and_so_is_a_node_that_is_gone()
    {
        Assert.DoesNotContain(Lines, line => line.StartsWith("actornet_run", StringComparison.Ordinal));
        Publish(new NodeStatus { Node = "a" }, new NodeStatus { Node = "b" });
        Assert.DoesNotContain(Lines, line => line.StartsWith("actornet_node_step_time", StringComparison.Ordinal));
        Publish(new NodeStatus { Node = "b" });
        Assert.DoesNotContain(Lines, line => line.Contains("node=\"a\"", StringComparison.Ordinal));
    }

    [Fact]
    public void Labels_are_escaped()
    {
        Publish(new NodeStatus { Node = "a\"b\\c\nd" });
        Assert.Contains("actornet_node_workers{node=\"a\\\"b\\\\c\\nd\"} 0", Lines);
    }

    [Fact]
    public void A_node_shows_itself_alone()
    {
        var monitor = new NodeMonitor();
        monitor.Publish(new NodeStatus { Node = "me", Workers = 3 });
        monitor.Note(null);
        using var metrics = new RunMetrics(monitor);
        var text = PrometheusText.Write(metrics);
        Assert.Contains("actornet_ready 1\n", text, StringComparison.Ordinal);
        Assert.Contains("actornet_node_workers{node=\"me\"} 3\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("actornet_node_lag", text, StringComparison.Ordinal);
    }

    private void Publish(params NodeStatus[] nodes) => _control.Publish(new RunStatus
    {
        JobHash = "abc",
        Network = "784-30-10",
        Data = "digits",
        Phase = RunPhase.Training,
        Epoch = 2,
        Step = 7,
        SamplesPerSecond = 1234.5,
        RunningCost = double.NaN,
        LearningRate = 0.1,
        SecondsLeft = double.PositiveInfinity,
        LastCheckpoint = new CheckpointStatus("there", 5, new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc)),
        Alerts = [Straggler("a"), Straggler("b")],
        Nodes = nodes,
    });

    private static Alert Straggler(string node) => new(AlertKinds.Straggler, node, Severity.Warning, "slow", DateTime.UtcNow);

    /// <summary>A sample of Prometheus's text format.</summary>
    [GeneratedRegex("""^[a-z_]+(\{([a-z_]+="([^"\\\n]|\\[\\"n])*",?)+\})? (NaN|[+-]Inf|-?[0-9.]+(E[+-][0-9]+)?)$""")]
    private static partial Regex Sample();
}
