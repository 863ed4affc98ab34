using ActorNet.Cli.Rendering;
using ActorNet.Cluster.Monitoring;

namespace ActorNet.Cli.Monitor;

/// <summary>Draws the whole screen for what is known and what the person has chosen to see.</summary>
internal static class MonitorScreen
{
    private const int LeastWidth = 60;
    private const int LeastHeight = 16;

    /// <summary>Draws a screen of a size.</summary>
    public static Canvas Draw(int width, int height, MonitorModel model, MonitorController controller)
    {
        var canvas = new Canvas(width, height);
        var whole = canvas.Whole;
        if (width < LeastWidth || height < LeastHeight)
        {
            whole.Write(0, 0, Pane.Fit($"too small: {width}×{height},", width), Ink.Warning);
            whole.Write(0, 1, Pane.Fit($"needs {LeastWidth}×{LeastHeight}; q quits", width), Ink.Warning);
            return canvas;
        }

        HeaderPanel.Draw(whole.Rows(0, HeaderPanel.Height), model);
        DrawBody(whole.Rows(HeaderPanel.Height, height - HeaderPanel.Height - 1), model, controller);
        if (model.Link.State == LinkState.Lost && !model.IsOver)
        {
            canvas.Fade();
            whole.Write(1, HeaderPanel.Height - 1, Pane.Fit(HeaderPanel.LinkText(model), width - 1), Ink.Bad);
        }

        if (controller.ShowsHelp)
        {
            HelpPanel.Draw(whole.Rows(HeaderPanel.Height, height - HeaderPanel.Height - 1), controller.Replay is not null);
        }

        DrawFooter(whole.Rows(height - 1, 1), controller);
        return canvas;
    }

    private static void DrawBody(Pane pane, MonitorModel model, MonitorController controller)
    {
        switch (controller)
        {
            case { ShowsDetails: true, Selected: { } name }:
                NodeDetails.Draw(pane, model, name);
                break;
            case { Tab: MonitorTab.Nodes }:
                DrawNodes(pane, model, controller);
                break;
            case { Tab: MonitorTab.Curves }:
                DrawGrid(pane, Charts.Of(model), controller.Curves);
                break;
            case { Tab: MonitorTab.Members }:
                var members = MembersPanel.Find(model, controller.Filter);
                pane.Title(0, $"cluster: {Many(members.Count, "member")}{Filtered(controller.Filter)}");
                MembersPanel.Draw(pane.Below(1), members, controller.Scroll);
                break;
            case { Tab: MonitorTab.Events }:
                DrawEvents(pane, model, controller);
                break;
            default:
                DrawOverview(pane, model, controller);
                break;
        }
    }

    /// <summary>Something of everything: curves above, nodes, and what happened below; on a wide screen the members beside that.</summary>
    private static void DrawOverview(Pane pane, MonitorModel model, MonitorController controller)
    {
        var chartRows = pane.Height < 15 ? 0 : Math.Clamp(pane.Height / 3, 6, 16);
        var nodeRows = Math.Max(controller.Table.Nodes(model.Status).Count, 4) + 2;
        // What the nodes leave is for what happened.
        var newsRows = Math.Max(Math.Clamp(pane.Height / 5, 4, 12), pane.Height - chartRows - nodeRows);
        DrawCharts(pane.Rows(0, chartRows), Charts.Of(model), controller.Curves);
        DrawNodes(pane.Rows(chartRows, pane.Height - chartRows - newsRows), model, controller);
        var below = pane.Rows(pane.Height - newsRows, newsRows);
        var left = pane.Width >= 140 ? below.Columns(0, pane.Width - 62) : below;
        left.Title(0, "events", AlertsText(model));
        DrawNews(left.Below(1), model, NewsPanel.Find(model, ""), 0);
        if (left.Width < below.Width)
        {
            var right = below.Columns(left.Width + 1, below.Width - left.Width - 1);
            right.Title(0, $"cluster: {Many(model.Members.Count, "member")}");
            MembersPanel.Draw(right.Below(1), MembersPanel.Find(model, ""));
        }
    }

    private static void DrawCharts(Pane pane, IReadOnlyList<Chart> charts, CurveOptions options)
    {
        if (pane.Height < 4)
        {
            return;
        }

        var count = pane.Width >= 120 ? 3 : 2;
        var width = pane.Width / count;
        for (var i = 0; i < count; i++)
        {
            charts[i].Draw(pane.Columns(i * width, i == count - 1 ? pane.Width - (i * width) : width - 1), options);
        }
    }

    private static void DrawGrid(Pane pane, IReadOnlyList<Chart> charts, CurveOptions options)
    {
        var height = (pane.Height - 1) / 2;
        var width = pane.Width / 2;
        for (var i = 0; i < 4; i++)
        {
            charts[i].Draw(pane.Rows(i / 2 * height, height).Columns(i % 2 * width, i % 2 == 0 ? width - 1 : pane.Width - width), options);
        }

        var shown = options.Zoom == 1 ? "all steps" : $"the last 1/{options.Zoom} of the steps";
        var smooth = options.Smoothing == 0 ? "not smoothed" : $"smoothed by {Charts.Rate(options.Smoothing)}";
        var scale = options.IsLogarithmic ? "logarithmic" : "linear";
        pane.Write(1, pane.Height - 1, $"{shown} (z Z), {smooth} (m), {scale} (x)", Ink.Faint);
    }

    private static void DrawNodes(Pane pane, MonitorModel model, MonitorController controller)
    {
        var nodes = controller.Table.Nodes(model.Status);
        var all = model.Status?.Nodes.Count ?? 0;
        var count = nodes.Count == all ? Many(all, "node") : $"{nodes.Count} of {Many(all, "node")}";
        pane.Title(0, $"{count}{Filtered(controller.Table.Filter)}", Phases(model.Status));
        controller.Table.Draw(pane.Below(1), nodes, controller.Selected, model.Now);
    }

    private static void DrawEvents(Pane pane, MonitorModel model, MonitorController controller)
    {
        var alerts = model.Status?.Alerts ?? [];
        var alertRows = alerts.Count == 0 ? 0 : Math.Min(alerts.Count + 1, pane.Height / 2);
        if (alertRows > 0)
        {
            pane.Title(0, AlertsText(model));
            NewsPanel.DrawAlerts(pane.Rows(1, alertRows - 1), alerts, model.Now);
        }

        var news = NewsPanel.Find(model, controller.Filter);
        pane.Title(alertRows, $"{Many(news.Count, "event")}{Filtered(controller.Filter)}", controller.Scroll > 0 ? $"{controller.Scroll} newer" : "");
        DrawNews(pane.Below(alertRows + 1), model, news, controller.Scroll);
    }

    /// <summary>What happened; of a failed run also what it failed of.</summary>
    private static void DrawNews(Pane pane, MonitorModel model, List<RunNews> news, int back)
    {
        var cause = model.RootCause is { } text ? Pane.Wrap(text, pane.Width - 2).Take(pane.Height - 1).ToList() : [];
        NewsPanel.Draw(pane.Rows(0, pane.Height - cause.Count), news, back);
        for (var i = 0; i < cause.Count; i++)
        {
            pane.Write(1, pane.Height - cause.Count + i, cause[i], Ink.Bad);
        }
    }

    private static void DrawFooter(Pane pane, MonitorController controller)
    {
        if (controller.Prompt is { } prompt)
        {
            pane.Bar(0, $" {prompt.Text}{(prompt.Typed is { } typed ? $"{typed}█" : "")}");
        }
        else if (controller.Notice is { Length: > 0 } notice)
        {
            pane.Write(1, 0, Pane.Fit(notice, pane.Width - 1), controller.NoticeInk);
        }
        else if (controller.Replay is { } replay)
        {
            var state = replay.IsPlaying ? "playing" : "standing";
            var position = $"{Say.Duration(replay.Position.TotalSeconds)}/{Say.Duration(replay.Length.TotalSeconds)}";
            pane.Bar(0, $" replay {position} {state} {Charts.Rate(replay.Speed)}×  space  ←→ seek  +- speed", "? keys  q quit ");
        }
        else
        {
            pane.Bar(0, " 1-5 views  ↑↓ ⏎ node  / filter  < > sort", "p pause  s stop  ? keys  q quit ");
        }
    }

    private static string AlertsText(MonitorModel model) => model.Status?.Alerts.Count is > 0 and var count ? Many(count, "alert") : "";

    private static string Phases(RunStatus? status) => status is null ? "" : string.Join(
        ", ",
        from node in status.Nodes
        where node.Phase != NodePhase.Active
        group node by node.Phase into phase
        orderby phase.Key
        select $"{phase.Count()} {phase.Key.ToString().ToLowerInvariant()}");

    private static string Filtered(string filter) => filter.Length == 0 ? "" : $" with «{filter}»";

    private static string Many(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";
}
