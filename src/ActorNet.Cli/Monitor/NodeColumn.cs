using System.Globalization;
using ActorNet.Cli.Rendering;
using ActorNet.Cluster.Monitoring;

namespace ActorNet.Cli.Monitor;

/// <summary>A column of the table of nodes.</summary>
/// <param name="Name">What stands above it.</param>
/// <param name="Width">Its characters.</param>
/// <param name="Priority">Where there is no room for all, those of the highest numbers go.</param>
/// <param name="Text">A node's value.</param>
/// <param name="Key">What the table is sorted by; nodes whose key is null come last.</param>
/// <param name="Meaning">What it says, for the help.</param>
internal sealed record NodeColumn(
    string Name, int Width, int Priority, Func<NodeStatus, DateTime, string> Text, Func<NodeStatus, IComparable?> Key, string Meaning)
{
    /// <summary>All of them, in the order in which they are shown.</summary>
    public static readonly IReadOnlyList<NodeColumn> All =
    [
        new("node", 12, 0, (node, _) => (node.IsCoordinator ? "*" : " ") + node.Node, node => node.Node, "its name; * has the coordinator"),
        new("phase", 9, 1, (node, _) => Phase(node), node => node.Phase, "joining, active, spare, suspected, leaving, gone"),
        new("wrk", 3, 5, (node, _) => $"{node.Workers}", node => -node.Workers, "worker actors"),
        new("slices", 6, 4, (node, _) => SliceRanges.Format(node.Slices), node => node.Slices.Count > 0 ? node.Slices.Min() : null, "slices leased to it"),
        new("lag", 4, 6, (node, _) => Say.Short(node.Lag), node => -node.Lag, "steps that the run is ahead of it"),
        new("step ms", 7, 2, (node, _) => Milliseconds(node.StepMedian), node => -node.StepMedian, "milliseconds to compute its part of a step, median"),
        new("p95", 6, 7, (node, _) => Milliseconds(node.StepP95), node => -node.StepP95, "the same, 95th percentile"),
        new("slow", 5, 3, (node, _) => Factor(node.SlowFactor), node => -node.SlowFactor, "its time a slice against the median of all nodes"),
        new("smp/s", 6, 8, (node, _) => Say.Short(node.SamplesPerSecond), node => -node.SamplesPerSecond, "samples a second"),
        new("cmp snd wait", 12, 11, (node, _) => Shares(node), node => -node.Waiting, "share of time computing, sending, waiting, in %; sorted by waiting"),
        new("cpu", 4, 9, (node, _) => Decimal(node.Cpu, "0.0"), node => -node.Cpu, "processor time, in cores"),
        new("memory", 7, 12, (node, _) => Say.Megabytes(node.MemoryBytes), node => -node.MemoryBytes, "memory of its process"),
        new("out/s", 7, 14, (node, _) => Say.Megabytes((long)node.BytesPerSecond), node => -node.BytesPerSecond, "bytes a second that it sends to other nodes"),
        new("version", 8, 13, (node, _) => node.Version, node => node.Version, "its version of ActorNet"),
        new("seen", 4, 10, (node, now) => Ages.Since(node.LastSeen, now), node => node.LastSeen, "when the coordinator last heard of it"),
    ];

    /// <summary>A node's phase in words.</summary>
    public static string Phase(NodeStatus node) => node.Phase.ToString().ToLowerInvariant();

    /// <summary>Milliseconds in at most six letters; a dash for what is not known.</summary>
    public static string Milliseconds(double? value) => value switch
    {
        null => "-",
        < 10 => Decimal(value.Value, "0.00"),
        < 1000 => Decimal(value.Value, "0.0"),
        _ => Decimal(value.Value, "0"),
    };

    /// <summary>How many times as slow.</summary>
    public static string Factor(double? value) => value is { } factor ? Decimal(factor, "0.0") + "×" : "-";

    /// <summary>Shares of time in percent.</summary>
    private static string Shares(NodeStatus node) => $"{Percent(node.Computing)} {Percent(node.Sending)} {Percent(node.Waiting),4}";

    private static string Percent(double part) => Decimal(100 * part, "0").PadLeft(3);

    private static string Decimal(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
