using ActorNet.Cli.Rendering;
using ActorNet.Cluster.Monitoring;

namespace ActorNet.Cli.Monitor;

/// <summary>Everything about one node.</summary>
internal static class NodeDetails
{
    /// <summary>Draws it, and below what happened to the node.</summary>
    public static void Draw(Pane pane, MonitorModel model, string name)
    {
        pane.Title(0, name, "Esc closes");
        if (model.Status?.Nodes.FirstOrDefault(node => node.Node == name) is not { } node)
        {
            pane.Write(1, 1, "is not in the run any more", Ink.Faint);
            return;
        }

        var facts = Facts(node, model).ToList();
        var columns = pane.Width >= 100 ? 2 : 1;
        // On a small screen what happened to the node gets three rows at least.
        var rows = Math.Min((facts.Count + columns - 1) / columns, Math.Max(pane.Height - 5, 1));
        for (var i = 0; i < facts.Count && i < rows * columns; i++)
        {
            var half = pane.Columns(i / rows * (pane.Width / columns), pane.Width / columns);
            half.Write(2, 1 + (i % rows), facts[i].Name, Ink.Faint);
            half.Write(16, 1 + (i % rows), Pane.Fit(facts[i].Value, half.Width - 16), i == 0 ? NodeTable.InkOf(node) : Ink.Plain);
        }

        var below = pane.Below(rows + 1);
        below.Title(0, "events of this node");
        NewsPanel.Draw(below.Below(1), NewsPanel.Find(model, name));
    }

    private static IEnumerable<(string Name, string Value)> Facts(NodeStatus node, MonitorModel model)
    {
        yield return ("phase", node.Reason is { } reason ? $"{NodeColumn.Phase(node)}: {reason}" : NodeColumn.Phase(node));
        yield return ("slices", $"{SliceRanges.Format(node.Slices)} ({Many(node.Workers, "worker")}), lag {Say.Count(node.Lag)}");
        yield return ("step", $"{NodeColumn.Milliseconds(node.StepMedian)} ms median, {NodeColumn.Milliseconds(node.StepP95)} ms 95th percentile, {NodeColumn.Factor(node.SlowFactor)} the median node");
        yield return ("samples/s", Say.Count(node.SamplesPerSecond));
        yield return ("workers' time", $"{Say.Percent(node.Computing)} computing, {Say.Percent(node.Sending)} sending, {Say.Percent(node.Waiting)} waiting");
        yield return ("processor", $"{node.Cpu:0.00} cores, memory {Say.Megabytes(node.MemoryBytes)}, sends {Say.Megabytes((long)node.BytesPerSecond)}/s");
        yield return ("last seen", $"{Ages.Since(node.LastSeen, model.Now)} ago, joined {Ages.Since(node.Joined, model.Now)} ago");
        yield return ("address", $"{node.Address}{(node.Http is { } http ? $", {http}" : "")}");
        if (node.Standbys.Count > 0)
        {
            yield return ("stands by for", $"partitions {SliceRanges.Format(node.Standbys)}");
        }

        yield return ("serves", node.Partitions.Count == 0 ? "no partition" : $"partitions {SliceRanges.Format(node.Partitions)}");
        yield return ("version", $"{node.Version}{(node.IsCoordinator ? ", coordinates the run" : "")}");
    }

    private static string Many(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";
}
