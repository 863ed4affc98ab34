using ActorNet.Cli.Explain;
using ActorNet.Cli.Monitor;

namespace ActorNet.EndToEnd.Tests.Explain;

public sealed class PlotTests
{
    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    public void A_step_is_level_goes_up_and_is_level_again(int width)
    {
        var rows = Draw(width, new Plot(("z", -1, 1), (0, 1), [new("step", [(-1, 0), (0, 0), (0, 1), (1, 1)], Ink.First)], []));

        Assert.All(rows, row => Assert.True(row.Length <= width, row));
        Assert.StartsWith("     1┤ ", rows[1], StringComparison.Ordinal);
        Assert.StartsWith("   0.5┤ ", rows[7], StringComparison.Ordinal);
        Assert.Matches("^     0┤⣀+[⣸⡇]?$", rows[13]);
        // No dot of the level line is missing.
        Assert.Matches("^     1┤ +.⠉+$", rows[1]);
        Assert.Matches("^ +-1 +z = 0 +1$", rows[14]);
    }

    [Fact]
    public void A_mark_lies_over_the_curve_and_is_explained()
    {
        var rows = Draw(40, new Plot(("x", -1, 1), (-1, 1), [new("line", [(-1, 0), (1, 0)], Ink.First)], [new("here", '+', 0, 0, Ink.Good), new("here", '+', 1, 1, Ink.Good)]));

        Assert.Equal("━ line  + here", rows[0].Trim());
        Assert.Matches("┤[⠤⠒⠐⠠]+\\+[⠤⠒⠐⠠]+", rows[7]);
        Assert.EndsWith("+", rows[1], StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_out_of_range_is_left_out()
    {
        var rows = Draw(40, new Plot(("x", 0, 1), (0, 1), [new("line", [(-9, -9), (9, 9)], Ink.First)], []));

        Assert.Equal(13, rows[1..14].Count(row => row.Any(letter => letter > '\u2800' && letter <= '\u28ff')));
    }

    private static string[] Draw(int width, Plot plot)
    {
        var canvas = plot.Draw(width);
        return [.. Enumerable.Range(0, canvas.Height).Select(canvas.Row)];
    }
}
