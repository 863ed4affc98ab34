using System.Reflection;
using System.Text.RegularExpressions;
using ActorNet.Cluster.Monitoring;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests;

/// <summary>Whoever is woken by an alert finds it in docs/operations.md.</summary>
public sealed partial class OperationsGuideTests
{
    [Fact]
    public void Every_alert_has_its_heading()
    {
        var guide = File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations.md"));
        var headings = Heading().Matches(guide).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal);
        var kinds = typeof(AlertKinds).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!);
        var rules = Rule().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docker", "prometheus", "alerts.yml"))).Select(match => match.Groups[1].Value);
        Assert.Equal(kinds.Concat(rules).Order(StringComparer.Ordinal), headings);
    }

    [GeneratedRegex("^### `([A-Za-z-]+)`$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"- alert: (\w+)")]
    private static partial Regex Rule();
}
