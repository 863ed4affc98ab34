using System.Globalization;
using System.Text.Json;
using ActorNet.Cli.Rendering;

namespace ActorNet.Cli.Reports.Html;

/// <summary>Curves over one axis, as SVG. Where a point stands for many, a band shows their extremes.</summary>
/// <param name="title">What is drawn, and its unit.</param>
/// <param name="across">The name of the axis across.</param>
internal sealed class LineChart(string title, string across)
{
    private const double Width = 460;
    private const double Height = 280;
    private const double Left = 54;
    private const double Right = 14;
    private const double Top = 42;
    private const double Bottom = 40;
    private const int MostDots = 60;

    /// <summary>Values that differ by more than this factor are shown on a logarithmic axis.</summary>
    private const double MostLinear = 50;

    /// <summary>A time without points is a gap when it is this many times the usual one: nothing was trained.</summary>
    private const double Gap = 5;

    private readonly List<(string Name, string Class, IReadOnlyList<CurvePoint> Points)> _curves = [];

    /// <summary>How a value reads.</summary>
    public required Func<double, string> Read { get; init; }

    /// <summary>How a mark of the axis up reads.</summary>
    public required Func<double, string> ReadTick { get; init; }

    /// <summary>Whether the axis across is seconds.</summary>
    public bool IsTime { get; init; }

    /// <summary>Whether the axis up begins at zero.</summary>
    public bool FromZero { get; init; }

    /// <summary>Whether the axis up is logarithmic where values differ much.</summary>
    public bool MayBeLogarithmic { get; init; }

    /// <summary>The greatest value that makes sense.</summary>
    public double Limit { get; init; } = double.PositiveInfinity;

    /// <summary>Adds a curve, unless it has no points.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="style">Its class in the style sheet.</param>
    /// <param name="points">Its points, from left to right.</param>
    public LineChart With(string name, string style, IReadOnlyList<CurvePoint> points)
    {
        if (points.Count > 0)
        {
            _curves.Add((name, style, points));
        }

        return this;
    }

    /// <summary>The drawing; null without curves.</summary>
    public HtmlText? Draw()
    {
        if (_curves.Count == 0)
        {
            return null;
        }

        var points = _curves.SelectMany(curve => curve.Points).ToList();
        var last = points.Max(point => point.X);
        var x = IsTime ? Axis.Time(last) : Axis.Exact(points.Min(point => point.X), last, whole: true);
        var y = UpAxis(points.Min(point => point.Least), Math.Min(Limit, points.Max(point => point.Most)));
        var svg = HtmlText.Of(
            $"""<svg class="chart" viewBox="0 0 {Width} {Height}" role="img" aria-label="{title}" data-curves="{Data(x)}" data-plot="{Left:0},{Width - Right:0}">""");
        svg.Add($"""<text class="title" x="{Left}" y="13">{title}</text>""");
        Legend(svg);
        Grid(svg, x, y);
        foreach (var (_, style, curve) in _curves)
        {
            svg.Add($"""<g class="{style}">""");
            foreach (var part in Parts(curve))
            {
                Curve(svg, part, x, y, hasDots: part.Count == 1 || (!IsTime && part.Count <= MostDots));
            }

            svg.Add($"</g>");
        }

        return svg.Add($"</svg>");
    }

    private Axis UpAxis(double least, double most) =>
        MayBeLogarithmic && least > 0 && most / least > MostLinear ? Axis.Logarithmic(least, most) : Axis.Round(FromZero ? 0 : least, most);

    private static double Across(Axis axis, double value) => Left + (axis.Part(value) * (Width - Left - Right));

    private static double Up(Axis axis, double value) => Height - Bottom - (Math.Clamp(axis.Part(value), 0, 1) * (Height - Top - Bottom));

    private void Legend(HtmlText svg)
    {
        if (_curves.Count < 2)
        {
            return;
        }

        var x = Left;
        foreach (var (name, style, _) in _curves)
        {
            svg.Add($"""<g class="{style}"><path class="line" d="M{x} 24h14"/><text x="{x + 18}" y="27.5">{name}</text></g>""");
            x += 32 + (name.Length * 6.2);
        }
    }

    private void Grid(HtmlText svg, Axis x, Axis y)
    {
        foreach (var tick in y.Ticks)
        {
            svg.Add($"""<path class="grid" d="M{Left} {Up(y, tick)}H{Width - Right}"/><text class="tick" text-anchor="end" x="{Left - 6}" y="{Up(y, tick) + 3.5}">{ReadTick(tick)}</text>""");
        }

        foreach (var tick in x.Ticks)
        {
            var place = Across(x, tick);
            svg.Add($"""<path class="axis" d="M{place} {Height - Bottom}v4"/><text class="tick" text-anchor="middle" x="{place}" y="{Height - Bottom + 16}">{ReadAcross(tick)}</text>""");
        }

        svg.Add($"""<path class="axis" d="M{Left} {Height - Bottom}H{Width - Right}"/><text class="tick" text-anchor="middle" x="{(Left + Width - Right) / 2}" y="{Height - 6}">{across}</text>""");
    }

    /// <summary>A curve over time, broken where nothing was trained; any other one whole.</summary>
    private IEnumerable<IReadOnlyList<CurvePoint>> Parts(IReadOnlyList<CurvePoint> points)
    {
        if (!IsTime || points.Count < 3)
        {
            yield return points;
            yield break;
        }

        var distances = points.Zip(points.Skip(1), (one, next) => next.X - one.X).Order().ToList();
        var most = Gap * distances[distances.Count / 2];
        var part = new List<CurvePoint>();
        foreach (var point in points)
        {
            if (part.Count > 0 && point.X - part[^1].X > most)
            {
                yield return part;
                part = [];
            }

            part.Add(point);
        }

        yield return part;
    }

    private static void Curve(HtmlText svg, IReadOnlyList<CurvePoint> points, Axis x, Axis y, bool hasDots)
    {
        if (points.Any(point => point.Count > 1))
        {
            var there = points.Select(point => Place(Across(x, point.X), Up(y, point.Most)));
            var back = points.Reverse().Select(point => Place(Across(x, point.X), Up(y, point.Least)));
            svg.Add($"""<path class="band" d="M{string.Join('L', there.Concat(back))}Z"/>""");
        }

        svg.Add($"""<path class="line" d="M{string.Join('L', points.Select(point => Place(Across(x, point.X), Up(y, point.Y))))}"/>""");
        foreach (var point in hasDots ? points : [])
        {
            svg.Add($"""<circle r="1.8" cx="{Across(x, point.X)}" cy="{Up(y, point.Y)}"/>""");
        }
    }

    private static string Place(double x, double y) => string.Create(CultureInfo.InvariantCulture, $"{x:0.#} {y:0.#}");

    private string ReadAcross(double value) => IsTime ? Say.Duration(value) : Say.Count(value);

    /// <summary>The curves for the script that reads them out under the pointer: place across, and what to say there.</summary>
    private string Data(Axis x) => JsonSerializer.Serialize(_curves.Select(curve => new
    {
        name = curve.Name,
        points = curve.Points.Select(point => new object[] { Math.Round(Across(x, point.X), 1), $"{ReadAcross(point.X)}: {Read(point.Y)}" }),
    }));
}
