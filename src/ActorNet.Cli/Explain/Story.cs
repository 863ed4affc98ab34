using ActorNet.Cli.Monitor;
using ActorNet.Cli.Rendering;
using Spectre.Console;

namespace ActorNet.Cli.Explain;

/// <summary>Tells an explanation on a terminal, or as plain text.</summary>
internal sealed class Story(Terminal terminal)
{
    // Off a terminal, and the most where lines are still easy to read.
    private const int PlainWidth = 80, MostWidth = 100;

    /// <summary>Columns of its lines.</summary>
    public int Width { get; } = terminal.IsLive ? Math.Min(terminal.Width, MostWidth) : PlainWidth;

    /// <summary>Tells section after section.</summary>
    public void Tell(IReadOnlyList<Section> sections)
    {
        for (var i = 0; i < sections.Count; i++)
        {
            Write($"{i + 1}. {sections[i].Title}", terminal.Strong);
            sections[i].Tell(this);
        }
    }

    /// <summary>A paragraph; an empty line follows.</summary>
    public void Say(string text) => Write(text, line => line);

    /// <summary>Lines that are not broken: a formula, a sum; an empty line follows.</summary>
    public void Lines(params IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            terminal.Writer.WriteLine($"  {line}");
        }

        terminal.Writer.WriteLine();
    }

    /// <summary>A table; an empty line follows.</summary>
    public void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table();
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(column.EscapeMarkup()).RightAligned());
        }

        foreach (var row in rows)
        {
            table.AddRow([.. row.Select(cell => cell.EscapeMarkup())]);
        }

        terminal.Write(table);
        terminal.Writer.WriteLine();
    }

    /// <summary>A plot; an empty line follows.</summary>
    public void Show(Plot plot)
    {
        PageWriter.Write(plot.Draw(Width), terminal);
        terminal.Writer.WriteLine();
    }

    private void Write(string text, Func<string, string> style)
    {
        foreach (var line in Pane.Wrap(text, Width))
        {
            terminal.Writer.WriteLine(style(line));
        }

        terminal.Writer.WriteLine();
    }
}
