using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ActorNet.Cli.Http;
using ActorNet.Cluster.Monitoring;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests.Http;

/// <summary>The files for Prometheus and Grafana name only what the endpoint has.</summary>
public sealed partial class DashboardTests
{
    private static readonly string _docker = Path.Combine(Repository.Root, "docker");

    [Theory]
    [InlineData("prometheus/alerts.yml")]
    [InlineData("grafana/dashboards/actornet.json")]
    public void Every_metric_and_label_is_one_that_a_coordinator_has(string file)
    {
        var node = new NodeStatus { Node = "a", StepMedian = 1, StepP95 = 2, SlowFactor = 1, LastSeen = DateTime.UtcNow, Phase = NodePhase.Active };
        var control = new RunControl();
        control.Publish(new RunStatus
        {
            JobHash = "abc",
            RunningCost = 1,
            SamplesPerSecond = 1,
            SecondsLeft = 1,
            LastCheckpoint = new CheckpointStatus("x", 1, DateTime.UtcNow),
            Nodes = [node],
        });
        using var metrics = new RunMetrics(control);
        var text = PrometheusText.Write(metrics);
        var families = text.Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]).ToHashSet();
        var named = Metric().Matches(File.ReadAllText(Path.Combine(_docker, file))).Select(match => match.Value).Distinct().ToList();
        Assert.InRange(named.Count, 3, 100);
        Assert.Empty(named.Except(families));
        foreach (Match match in Selector().Matches(File.ReadAllText(Path.Combine(_docker, file)).Replace("\\\"", "\"", StringComparison.Ordinal)))
        {
            Assert.True(
                text.Contains($"{match.Groups["label"].Value}=\"{match.Groups["value"].Value}\"", StringComparison.Ordinal), $"no metric has {match.Value}");
        }
    }

    [Fact]
    public void The_dashboard_asks_the_provisioned_source_and_its_panels_do_not_overlap()
    {
        var dashboard = JsonNode.Parse(File.ReadAllText(Path.Combine(_docker, "grafana", "dashboards", "actornet.json")))!;
        var source = Regex.Match(File.ReadAllText(Path.Combine(_docker, "grafana", "provisioning", "datasources", "prometheus.yaml")), @"uid: (\S+)").Groups[1].Value;
        var taken = new HashSet<(int X, int Y)>();
        foreach (var panel in dashboard["panels"]!.AsArray())
        {
            if ((string)panel!["type"]! != "row")
            {
                Assert.Equal(source, (string)panel["datasource"]!["uid"]!);
            }

            var at = panel["gridPos"]!;
            for (var x = (int)at["x"]!; x < (int)at["x"]! + (int)at["w"]!; x++)
            {
                for (var y = (int)at["y"]!; y < (int)at["y"]! + (int)at["h"]!; y++)
                {
                    Assert.True(x < 24 && taken.Add((x, y)), $"{panel["title"]} lies over another panel");
                }
            }
        }
    }

    [GeneratedRegex("actornet_[a-z_]+")]
    private static partial Regex Metric();

    /// <summary>Labels that are asked for by a fixed value.</summary>
    [GeneratedRegex("(?<label>phase|quantile|kind|activity)=\"(?<value>[^\"]+)\"")]
    private static partial Regex Selector();
}
