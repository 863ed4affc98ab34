using ActorNet.Cli.Rendering;
using Spectre.Console;

namespace ActorNet.EndToEnd.Tests;

/// <summary>Tables in terminals that are too narrow for them.</summary>
public sealed class TableFitTests
{
    [Theory]
    [InlineData(24)]
    [InlineData(39)]
    [InlineData(50)]
    [InlineData(62)]
    [InlineData(80)]
    public void Nothing_of_a_table_of_numbers_is_cut(int width)
    {
        var lines = Lines(width, "workers", "samples/s", "efficiency", "MB a step");
        Assert.All(lines, line => Assert.InRange(line.Length, 0, width));
        foreach (var text in (string[])["workers", "samples/s", "efficiency", "MB a step", "first 0", "second 3"])
        {
            Assert.Contains(lines, line => line.Contains(text, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(20, false, 4)]
    [InlineData(50, false, 1)]
    [InlineData(80, true, 1)]
    public void A_row_is_a_line_where_there_is_room(int width, bool hasLines, int linesOfRow)
    {
        var lines = Lines(width, "workers", "samples/s", "efficiency", "MB a step");
        Assert.Equal(linesOfRow, lines.Count(line => line.Contains("first ", StringComparison.Ordinal)));
        Assert.Equal(hasLines, lines.Any(line => line.Contains('─', StringComparison.Ordinal)));
    }

    private static string[] Lines(int width, params string[] names)
    {
        var table = new Table();
        foreach (var name in names)
        {
            table.AddColumn(new TableColumn(name).NoWrap().RightAligned());
        }
        table.AddRow([.. names.Select((_, i) => $"first {i}")]);
        table.AddRow([.. names.Select((_, i) => $"second {i}")]);
        var written = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(written) });
        console.Profile.Width = width;
        console.Write(TableFit.ToTerminal(table, console));
        return [.. written.ToString().Split('\n').Select(line => line.TrimEnd())];
    }
}
