using Spectre.Console;
using Spectre.Console.Rendering;

namespace ActorNet.Cli.Rendering;

/// <summary>Tables in terminals of any width.</summary>
internal static class TableFit
{
    /// <summary>A terminal of fewer columns has none to spare for lines.</summary>
    private const int LinesFrom = 60;

    /// <summary>The table with lines; where there is no room for lines, without; and where there is none for its columns, each row as names and values, one below the other.</summary>
    public static Table ToTerminal(Table table, IAnsiConsole console)
    {
        table.Border(console.Profile.Width >= LinesFrom ? TableBorder.Rounded : TableBorder.None);
        return Fits(table, console) || Fits(table.NoBorder(), console) ? table : Upright(table);
    }

    /// <summary>Whether no word is cut; where nothing may be wrapped, no cell.</summary>
    private static bool Fits(Table table, IAnsiConsole console)
    {
        var size = ((IRenderable)table).Measure(RenderOptions.Create(console, console.Profile.Capabilities), int.MaxValue);
        return (table.Columns.All(column => column.NoWrap) ? size.Max : size.Min) <= console.Profile.Width;
    }

    private static Table Upright(Table table)
    {
        var upright = new Table().NoBorder().HideHeaders().AddColumns("", "");
        foreach (var row in table.Rows)
        {
            if (upright.Rows.Count > 0)
            {
                upright.AddEmptyRow();
            }
            foreach (var (column, cell) in table.Columns.Zip(row))
            {
                upright.AddRow(column.Header, cell);
            }
        }
        return upright;
    }
}
