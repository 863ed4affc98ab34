using System.Globalization;
using ActorNet.Cli.Rendering;

namespace ActorNet.Cli.Monitor;

/// <summary>Draws curves in Braille dots, two by four in a character, with the numbers that their axes need.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Curves">The curves.</param>
/// <param name="Format">Writes a value of the vertical axis.</param>
/// <param name="MayBeLogarithmic">Whether the logarithm of the values makes sense.</param>
internal sealed record Chart(string Title, IReadOnlyList<Curve> Curves, Func<double, string> Format, bool MayBeLogarithmic)
{
    private const int LabelWidth = 8;

    /// <summary>Draws it: a title with the last values, the curves, and the range of steps.</summary>
    public void Draw(Pane pane, CurveOptions options)
    {
        var isLogarithmic = options.IsLogarithmic && MayBeLogarithmic;
        var shown = Curves.Select(curve => Shown(curve, options, isLogarithmic)).ToList();
        var how = options.Describe(isLogarithmic);
        pane.Title(0, Title, how);
        DrawLegend(pane.Columns(Title.Length + 4, pane.Width - Title.Length - 5 - (how.Length > 0 ? how.Length + 3 : 0)), shown);
        var plot = pane.Rows(1, pane.Height - 2).Columns(LabelWidth + 1, pane.Width - LabelWidth - 2);
        var points = shown.SelectMany(curve => curve.Points).ToList();
        if (points.Count == 0 || plot.Height < 1 || plot.Width < 2)
        {
            pane.Write(LabelWidth + 1, Math.Max(pane.Height / 2, 1), "nothing yet", Ink.Faint);
            return;
        }

        var (left, right) = Widen(points.Min(point => point.X), points.Max(point => point.X));
        var (bottom, top) = Widen(points.Min(point => point.Y), points.Max(point => point.Y));
        foreach (var curve in shown)
        {
            Plot(plot, curve, point => (
                (point.X - left) / (right - left) * ((2 * plot.Width) - 1),
                (top - point.Y) / (top - bottom) * ((4 * plot.Height) - 1)));
        }

        DrawAxes(pane, isLogarithmic ? Math.Pow(10, bottom) : bottom, isLogarithmic ? Math.Pow(10, top) : top, points.Min(point => point.X), points.Max(point => point.X));
    }

    private static Curve Shown(Curve curve, CurveOptions options, bool isLogarithmic)
    {
        var points = curve.Smooth(options.Smoothing).Points.Where(point => double.IsFinite(point.Y) && (!isLogarithmic || point.Y > 0));
        var all = (isLogarithmic ? points.Select(point => (point.X, Math.Log10(point.Y))) : points).ToList();
        if (options.Zoom > 1 && all.Count > 0)
        {
            var from = all[^1].X - ((all[^1].X - all[0].X) / options.Zoom);
            all = [.. all.Where(point => point.X >= from)];
        }

        return curve with { Points = all };
    }

    /// <summary>A range that is none, because all values are the same, made into one.</summary>
    private static (double Low, double High) Widen(double low, double high)
    {
        if (high - low > 1e-9 * Math.Max(Math.Abs(high), Math.Abs(low)))
        {
            return (low, high);
        }

        var margin = low == 0 ? 1 : Math.Abs(low) * 0.05;
        return (low - margin, high + margin);
    }

    private static void Plot(Pane pane, Curve curve, Func<(double X, double Y), (double Column, double Row)> place)
    {
        var dots = new BrailleDots(pane.Width, pane.Height);
        (double Column, double Row)? last = null;
        foreach (var point in curve.Points.Select(place))
        {
            dots.Line(curve.IsDotted ? point : last ?? point, point, curve.Ink);
            last = point;
        }

        dots.Draw(pane);
    }

    private void DrawLegend(Pane pane, List<Curve> shown)
    {
        var column = 0;
        foreach (var curve in shown.Where(curve => Curves.First(all => all.Name == curve.Name).Points.Count > 0))
        {
            var (name, value) = (curve.Name, Format(Curves.First(all => all.Name == curve.Name).Points[^1].Y));
            if (column + name.Length + value.Length + 4 > pane.Width)
            {
                return;
            }

            column = pane.Write(column, 0, curve.IsDotted ? " ⠶ " : " ━ ", curve.Ink);
            column = pane.Write(column, 0, $"{name} ", Ink.Plain);
            column = pane.Write(column, 0, $"{value} ", Ink.Strong);
        }
    }

    private void DrawAxes(Pane pane, double bottom, double top, double first, double last)
    {
        var lowest = pane.Height - 2;
        pane.Write(0, 1, $"{Format(top),LabelWidth}", Ink.Faint);
        pane.Write(0, lowest, lowest > 1 ? $"{Format(bottom),LabelWidth}" : "", Ink.Faint);
        for (var row = 1; row <= lowest; row++)
        {
            pane.Write(LabelWidth, row, "│", Ink.Faint);
        }

        var left = pane.Write(LabelWidth + 1, pane.Height - 1, Say.Count(first), Ink.Faint);
        pane.WriteRight(pane.Height - 1, string.Create(CultureInfo.InvariantCulture, $"step {Say.Count(last)} "), Ink.Faint, after: left + 1);
    }
}
