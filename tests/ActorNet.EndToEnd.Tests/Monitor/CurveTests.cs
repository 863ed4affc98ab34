using ActorNet.Cli.Monitor;

namespace ActorNet.EndToEnd.Tests.Monitor;

public sealed class CurveTests
{
    [Fact]
    public void Smoothing_keeps_a_constant_and_damps_a_jump()
    {
        var flat = Curve(1, 1, 1).Smooth(0.9);
        Assert.All(flat.Points, point => Assert.Equal(1, point.Y, 12));

        // Weights 1, 0.5, 0.25 of the three values, over their sum.
        Assert.Equal((0 + 0 + 1) / 1.75, Curve(0, 0, 1).Smooth(0.5).Points[^1].Y, 12);
    }

    [Fact]
    public void A_falling_curve_goes_from_the_upper_left_to_the_lower_right()
    {
        var rows = Draw(Curve(3, 2, 1, 0), new CurveOptions());

        Assert.Contains("cost", rows[0], StringComparison.Ordinal);
        Assert.True(rows[1].Length < rows[4].Length, string.Join('\n', rows));
        Assert.StartsWith("    3.00", rows[1], StringComparison.Ordinal);
        Assert.StartsWith("    0.00", rows[4], StringComparison.Ordinal);
        Assert.EndsWith("step 3", rows[5], StringComparison.Ordinal);
    }

    [Fact]
    public void Zoom_shows_the_last_part_of_the_steps()
    {
        var rows = Draw(Curve(8, 7, 6, 5, 4, 3, 2, 1, 0), new CurveOptions().ZoomIn());

        Assert.StartsWith("    4.00", rows[1], StringComparison.Ordinal);
        Assert.Contains(" 4 ", rows[5] + " ", StringComparison.Ordinal);
    }

    [Fact]
    public void The_logarithm_leaves_out_what_has_none()
    {
        var rows = Draw(Curve(0, 100, 10, 1), new CurveOptions { IsLogarithmic = true });

        Assert.StartsWith("  100.00", rows[1], StringComparison.Ordinal);
        Assert.StartsWith("    1.00", rows[4], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new double[] { })]
    [InlineData(new[] { double.NaN })]
    public void Nothing_to_draw_is_said(double[] values) =>
        Assert.Contains("nothing yet", string.Join('\n', Draw(Curve(values), new CurveOptions())), StringComparison.Ordinal);

    private static Curve Curve(params double[] values) => new("now", [.. values.Select((value, i) => ((double)i, value))], Ink.First);

    private static string[] Draw(Curve curve, CurveOptions options)
    {
        var canvas = new Canvas(40, 6);
        new Chart("cost", [curve], value => value.ToString("0.00", System.Globalization.CultureInfo.InvariantCulture), MayBeLogarithmic: true).Draw(canvas.Whole, options);
        return [.. Enumerable.Range(0, 6).Select(canvas.Row)];
    }
}
