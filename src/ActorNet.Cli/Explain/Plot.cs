using System.Globalization;
using ActorNet.Cli.Monitor;

namespace ActorNet.Cli.Explain;

/// <summary>Curves and marks over a fixed range, with their axes.</summary>
/// <param name="X">The name of the horizontal axis and its range.</param>
/// <param name="Y">The range of the vertical axis.</param>
/// <param name="Curves">The curves.</param>
/// <param name="Marks">Points with a sign each, drawn over the curves.</param>
internal sealed record Plot((string Name, double From, double To) X, (double From, double To) Y, IReadOnlyList<Curve> Curves, IReadOnlyList<Mark> Marks)
{
    // With a legend above and an axis below it leaves some lines of a terminal of 24 for the words.
    private const int MostWidth = 64, Height = 13, LabelWidth = 6;

    /// <summary>Draws it no wider than a number of columns.</summary>
    public Canvas Draw(int width)
    {
        var canvas = new Canvas(Math.Min(width, MostWidth), Height + 2);
        DrawLegend(canvas.Whole.Rows(0, 1).Columns(LabelWidth, canvas.Width));
        DrawAxes(canvas.Whole.Below(1));
        var plot = canvas.Whole.Rows(1, Height).Columns(LabelWidth + 1, canvas.Width);
        var dots = new BrailleDots(plot.Width, plot.Height);
        foreach (var curve in Curves)
        {
            Draw(curve, dots);
        }

        dots.Draw(plot);
        foreach (var mark in Marks)
        {
            var (column, row) = Place((mark.X, mark.Y), plot.Width, plot.Height);
            plot.Write((int)Math.Round(column), (int)Math.Round(row), mark.Sign.ToString(), mark.Ink);
        }

        return canvas;
    }

    private static string Label(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    private void Draw(Curve curve, BrailleDots dots)
    {
        var last = curve.Points[0];
        foreach (var point in curve.Points)
        {
            dots.Line(Place(curve.IsDotted ? point : last, dots.Columns, dots.Rows), Place(point, dots.Columns, dots.Rows), curve.Ink);
            last = point;
        }
    }

    /// <summary>Where a point lies among so many columns and rows.</summary>
    private (double Column, double Row) Place((double X, double Y) point, int columns, int rows) => (
        (point.X - X.From) / (X.To - X.From) * (columns - 1),
        (Y.To - point.Y) / (Y.To - Y.From) * (rows - 1));

    private void DrawLegend(Pane pane)
    {
        var signs = Curves.Select(curve => (Sign: curve.IsDotted ? "⠶" : "━", curve.Name, curve.Ink))
            .Concat(Marks.DistinctBy(mark => mark.Sign).Select(mark => (Sign: mark.Sign.ToString(), mark.Name, mark.Ink)));
        var column = 0;
        foreach (var (sign, name, ink) in signs)
        {
            column = pane.Write(column, 0, $" {sign} ", ink);
            column = pane.Write(column, 0, $"{name} ");
        }
    }

    private void DrawAxes(Pane pane)
    {
        for (var row = 0; row < Height; row++)
        {
            pane.Write(LabelWidth, row, "│", Ink.Faint);
        }

        foreach (var (row, value) in ((int, double)[])[(0, Y.To), (Height / 2, (Y.From + Y.To) / 2), (Height - 1, Y.From)])
        {
            pane.Write(0, row, $"{Label(value),LabelWidth}┤", Ink.Faint);
        }

        var left = pane.Write(LabelWidth + 1, Height, Label(X.From), Ink.Faint);
        var middle = $"{X.Name} = {Label((X.From + X.To) / 2)}";
        var at = LabelWidth + 1 + ((pane.Width - LabelWidth - 1) / 2);
        left = pane.Write(Math.Max(at - middle.Length + 1, left + 1), Height, middle, Ink.Faint);
        pane.WriteRight(Height, Label(X.To), Ink.Faint, after: left + 1);
    }
}

/// <summary>A point of a <see cref="Plot"/>.</summary>
/// <param name="Name">What the legend calls its sign.</param>
/// <param name="Sign">The character it is drawn as.</param>
/// <param name="X">Where it is.</param>
/// <param name="Y">Where it is.</param>
/// <param name="Ink">How it is drawn.</param>
internal sealed record Mark(string Name, char Sign, double X, double Y, Ink Ink);
