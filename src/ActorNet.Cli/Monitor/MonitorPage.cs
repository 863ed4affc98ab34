using ActorNet.Cluster.Monitoring;

namespace ActorNet.Cli.Monitor;

/// <summary>A page of text that says how a run is: what <c>--once</c> and <c>--watch</c> print.</summary>
internal static class MonitorPage
{
    private const int ChartRows = 9;
    private const int MostNews = 12;

    /// <summary>Draws it, as long as it must be.</summary>
    public static Canvas Draw(int width, MonitorModel model)
    {
        var nodes = new NodeTable().Nodes(model.Status);
        var alerts = model.Status?.Alerts ?? [];
        var failures = nodes.Where(node => node.Reason is { Length: > 0 }).ToList();
        var members = MembersPanel.Find(model, "");
        var news = model.News.TakeLast(MostNews).ToList();
        var cause = model.RootCause is { } text ? Pane.Wrap(text, width - 2).ToList() : [];
        var chartRows = model.Points.Count + model.Epochs.Count > 0 ? ChartRows : 0;
        int[] rows = [chartRows, nodes.Count + 2, Rows(failures.Count), Rows(alerts.Count), Rows(members.Count), Rows(news.Count), cause.Count];
        var canvas = new Canvas(width, HeaderPanel.Height + rows.Sum());
        var pane = canvas.Whole;
        HeaderPanel.Draw(pane.Rows(0, HeaderPanel.Height), model);
        var at = HeaderPanel.Height;
        Pane Next(int part)
        {
            var next = pane.Rows(at, rows[part]);
            at += rows[part];
            return next;
        }

        DrawCharts(Next(0), model);
        var table = Next(1);
        table.Title(0, $"nodes: {nodes.Count}");
        new NodeTable().Draw(table.Below(1), nodes, null, model.Now);
        Part(Next(2), "recent failures", part => DrawFailures(part, failures, model.Now));
        Part(Next(3), $"alerts: {alerts.Count}", part => NewsPanel.DrawAlerts(part, alerts, model.Now));
        Part(Next(4), $"cluster members: {members.Count}", part => MembersPanel.Draw(part, members));
        Part(Next(5), "last events", part => NewsPanel.Draw(part, news));
        var last = Next(6);
        for (var i = 0; i < cause.Count; i++)
        {
            last.Write(1, i, cause[i], Ink.Bad);
        }

        return canvas;
    }

    private static int Rows(int lines) => lines == 0 ? 0 : lines + 1;

    private static void Part(Pane pane, string title, Action<Pane> draw)
    {
        if (pane.Height > 0)
        {
            pane.Title(0, title);
            draw(pane.Below(1));
        }
    }

    private static void DrawCharts(Pane pane, MonitorModel model)
    {
        if (pane.Height > 0)
        {
            var charts = Charts.Of(model);
            charts[0].Draw(pane.Columns(0, (pane.Width / 2) - 1), new CurveOptions());
            charts[1].Draw(pane.Columns(pane.Width / 2, pane.Width - (pane.Width / 2)), new CurveOptions());
        }
    }

    private static void DrawFailures(Pane pane, List<NodeStatus> failures, DateTime now)
    {
        for (var i = 0; i < failures.Count; i++)
        {
            var node = failures[i];
            pane.Write(1, i, $"{node.Node} {NodeColumn.Phase(node)}, last seen {Ages.Since(node.LastSeen, now)} ago: {node.Reason}", NodeTable.InkOf(node));
        }
    }
}
