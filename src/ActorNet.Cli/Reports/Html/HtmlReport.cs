namespace ActorNet.Cli.Reports.Html;

/// <summary>The page.</summary>
internal static class HtmlReport
{
    /// <summary>Writes it.</summary>
    public static void Write(RunHistory history, string path)
    {
    }
}
