using System.ComponentModel;
using System.Diagnostics;

namespace ActorNet.Cli.Serve;

/// <summary>The person's browser.</summary>
internal static class Browser
{
    /// <summary>Opens a page.</summary>
    /// <returns>Why it could not be; null when it was begun.</returns>
    public static string? Open(string url)
    {
        var start = OperatingSystem.IsWindows() ? new ProcessStartInfo(url) { UseShellExecute = true }
            : new ProcessStartInfo(OperatingSystem.IsMacOS() ? "open" : "xdg-open", [url]) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var process = Process.Start(start);
            return null;
        }
        catch (Exception error) when (error is Win32Exception or IOException or InvalidOperationException)
        {
            return error.Message.TrimEnd('.');
        }
    }
}
