using ActorNet.Cli.Rendering;

namespace ActorNet.Cli.Reports.Html;

/// <summary>The nodes of a run as a table.</summary>
internal static class NodeTable
{
    /// <summary>The table, or a line where the record has no word of nodes.</summary>
    public static HtmlText Make(RecordedRun history)
    {
        if (history.Nodes.Count == 0)
        {
            return HtmlText.Of($"""<p class="missing">The record tells of no node: it ends before the run did, or was written by an older ActorNet.</p>""");
        }

        var samples = history.Contributions();
        var all = samples.Values.Sum();
        var html = HtmlText.Of(
            $"""
            <div class="scroll"><table class="nodes"><thead><tr><th>node</th><th>workers</th><th>took part</th><th>samples</th><th>suspected</th>
            <th title="median and 95th percentile, of late">ms a step</th><th title="share of its workers' time, of late">computing / sending / waiting</th><th>why it left</th></tr></thead><tbody>
            """);
        foreach (var node in history.Nodes)
        {
            var share = samples.TryGetValue(node.Name, out var count) ? $"{Say.Count(count)} ({Say.Percent((double)count / all)})" : "";
            var stays = string.Join(", ", node.Stays.Select(stay => $"{Clock(history, stay.From)}–{(stay.To is { } to ? Clock(history, to) : "")}"));
            html.Add(
                $"""
                <tr><td class="text">{node.Name}</td><td>{node.Workers?.ToString() ?? ""}</td><td>{stays}</td><td>{share}</td><td>{Suspected(node, history)}</td>
                <td>{Steps(node)}</td><td>{Shares(node)}</td><td class="text">{string.Join("; ", node.Stays.Select(stay => stay.Reason).OfType<string>().Distinct())}</td></tr>
                """);
        }

        html.Add($"</tbody></table></div>");
        if (all > 0 && history.Processes.Count > 1)
        {
            html.Add($"""<p class="missing">Samples are those of the last process that had the run.</p>""");
        }

        return all == 0 ? html.Add($"""<p class="missing">Samples of each node are counted at the end of a run that ends well.</p>""") : html;
    }

    private static string Suspected(NodeHistory node, RecordedRun history) =>
        node.Suspicions.Count == 0 ? "" : $"{(node.Suspicions.Count == 1 ? "once" : $"{node.Suspicions.Count} times")}, {Say.Seconds(node.SuspectedSeconds(history.Ended))}";

    private static string Steps(NodeHistory node) =>
        node.Last is { StepMedian: { } median } last ? FormattableString.Invariant($"{median:0.0} / {last.StepP95 ?? double.NaN:0.0}") : "";

    private static string Shares(NodeHistory node) => node.Last is { Computing: > 0 } last
        ? FormattableString.Invariant($"{100 * last.Computing:0} / {100 * last.Sending:0} / {100 * last.Waiting:0} %")
        : "";

    private static string Clock(RecordedRun history, DateTime time) => Say.Duration((time - history.Began).TotalSeconds);
}
