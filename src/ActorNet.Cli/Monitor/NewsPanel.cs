using ActorNet.Cluster.Monitoring;

namespace ActorNet.Cli.Monitor;

/// <summary>What happened, the newest last; and what is wrong now.</summary>
internal static class NewsPanel
{
    /// <summary>The news that contain a text, upper and lower case alike.</summary>
    public static List<RunNews> Find(MonitorModel model, string filter) =>
        [.. model.News.Where(news => filter.Length == 0 || $"{news.Name} {news.Severity} {news.Message}".Contains(filter, StringComparison.OrdinalIgnoreCase))];

    /// <summary>Draws the last of them.</summary>
    /// <param name="pane">Where.</param>
    /// <param name="news">What happened.</param>
    /// <param name="back">How many of the last to leave out.</param>
    public static void Draw(Pane pane, IReadOnlyList<RunNews> news, int back = 0)
    {
        var last = Math.Max(news.Count - back, Math.Min(pane.Height, news.Count));
        var first = Math.Max(last - pane.Height, 0);
        for (var i = first; i < last; i++)
        {
            var at = pane.Write(1, i - first, Ages.Clock(news[i].Time), Ink.Faint);
            at = pane.Write(at + 1, i - first, Mark(news[i].Severity), HeaderPanel.InkOf(news[i].Severity));
            pane.Write(at + 1, i - first, Pane.Fit(news[i].Message, pane.Width - at - 1), HeaderPanel.InkOf(news[i].Severity));
        }
    }

    /// <summary>Draws what is wrong now.</summary>
    public static void DrawAlerts(Pane pane, IReadOnlyList<Alert> alerts, DateTime now)
    {
        var row = 0;
        foreach (var alert in alerts.OrderByDescending(alert => alert.Severity).ThenBy(alert => alert.Since))
        {
            var at = pane.Write(1, row, $"{Ages.Since(alert.Since, now),4} ", Ink.Faint);
            pane.Write(at, row, Pane.Fit($"{Mark(alert.Severity)} {alert.Kind} {alert.Subject}: {alert.Message}", pane.Width - at), HeaderPanel.InkOf(alert.Severity));
            row++;
        }
    }

    /// <summary>Tells severities apart where there are no colours.</summary>
    private static string Mark(Severity severity) => severity switch
    {
        Severity.Error => "✗",
        Severity.Warning => "!",
        _ => "·",
    };
}
