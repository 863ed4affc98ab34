using System.Globalization;

namespace ActorNet.Cli.Rendering;

/// <summary>How far something has come, in one line that fits any width: what matters least goes first when there is no room.</summary>
internal static class ProgressLine
{
    private const int LongestBar = 40;
    private const int ShortestBar = 4;

    /// <summary>Columns left free: for the ^C that a terminal echoes, which must not wrap the line, and for the cursor.</summary>
    private const int Free = 3;

    /// <summary>The line.</summary>
    /// <param name="width">Columns of the terminal; the line leaves the last few free.</param>
    /// <param name="head">What goes on.</param>
    /// <param name="done">The part that is done, 0 to 1.</param>
    /// <param name="tail">More to say, the most important first.</param>
    public static string Format(int width, string head, double done, params IReadOnlyList<string> tail)
    {
        var room = Math.Max(width - Free, 1);
        var text = string.Create(CultureInfo.InvariantCulture, $"{Math.Clamp(Math.Floor(100 * done), 0, 100),3}%");
        foreach (var part in tail)
        {
            if (head.Length + text.Length + part.Length + 3 <= room)
            {
                text += "  " + part;
            }
        }

        var bar = Math.Min(room - head.Length - text.Length - 2, LongestBar);
        var line = bar >= ShortestBar ? $"{head} {Bar(bar, done)} {text}" : $"{head} {text}";
        return line.Length <= room ? line : line[..room];
    }

    /// <summary>A bar of a number of columns.</summary>
    public static string Bar(int columns, double part)
    {
        var full = (int)Math.Round(Math.Clamp(double.IsNaN(part) ? 0 : part, 0, 1) * columns);
        return new string('━', full) + new string('╌', columns - full);
    }
}
