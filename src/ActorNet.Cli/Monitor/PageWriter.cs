using ActorNet.Cli.Rendering;

namespace ActorNet.Cli.Monitor;

/// <summary>Writes a page on stdout.</summary>
internal static class PageWriter
{
    private const int LeastWidth = 60;

    /// <summary>Writes how a run is, in colours where they are welcome.</summary>
    public static void Write(MonitorModel model)
    {
        var terminal = Terminal.Output();
        Write(MonitorPage.Draw(Math.Max(terminal.Width, LeastWidth), model), terminal);
    }

    /// <summary>Writes a page, in colours where they are welcome.</summary>
    public static void Write(Canvas canvas, Terminal terminal)
    {
        for (var row = 0; row < canvas.Height; row++)
        {
            terminal.Writer.WriteLine(terminal.HasColour
                ? string.Concat(canvas.Stretches(row).Select(part => Colour(part.Ink) is { } code ? $"\e[{code}m{part.Text}\e[0m" : part.Text))
                : canvas.Row(row));
        }
    }

    /// <summary>Writes it at the top of the terminal; off a terminal below what is there, after an empty line.</summary>
    public static void Repeat(MonitorModel model)
    {
        var terminal = Terminal.Output();
        terminal.Writer.Write(terminal.IsLive ? "\e[H\e[2J" : "");
        Write(model);
        terminal.Writer.WriteLine();
        terminal.Writer.Flush();
    }

    private static string? Colour(Ink ink) => ink switch
    {
        Ink.Strong => "1",
        Ink.Faint => "90",
        Ink.Good => "32",
        Ink.Warning or Ink.Second => "33",
        Ink.Bad => "31",
        Ink.First => "36",
        Ink.Selected or Ink.Bar => "7",
        _ => null,
    };
}
