namespace ActorNet.Cli.Reports.Html;

/// <summary>A range of values with round numbers to mark on it.</summary>
/// <param name="Least">Where the axis begins.</param>
/// <param name="Most">Where it ends.</param>
/// <param name="Ticks">What is marked, ascending.</param>
internal sealed record Axis(double Least, double Most, IReadOnlyList<double> Ticks)
{
    /// <summary>An axis for values from the least to the most, widened to round numbers: 1, 2 or 5 times a power of ten.</summary>
    /// <param name="least">The least value.</param>
    /// <param name="most">The greatest value.</param>
    /// <param name="ticks">About how many marks.</param>
    public static Axis Round(double least, double most, int ticks = 5)
    {
        (least, most) = Spread(least, most);
        var step = RoundStep((most - least) / ticks);
        var first = Math.Floor((least / step) + 1e-9);
        var last = Math.Ceiling((most / step) - 1e-9);
        return new Axis(first * step, last * step, [.. Multiples(first, last, step)]);
    }

    /// <summary>An axis that ends where the values do, with round numbers between.</summary>
    /// <param name="least">The least value.</param>
    /// <param name="most">The greatest value.</param>
    /// <param name="whole">Whether only whole numbers make sense.</param>
    public static Axis Exact(double least, double most, bool whole = false)
    {
        (least, most) = Spread(least, most);
        var step = RoundStep((most - least) / 6);
        step = whole ? Math.Max(1, step) : step;
        return new Axis(least, most, [.. Multiples(Math.Ceiling((least / step) - 1e-9), Math.Floor((most / step) + 1e-9), step)]);
    }

    /// <summary>An axis of seconds: marks at round numbers of seconds, minutes, hours or days.</summary>
    public static Axis Time(double seconds)
    {
        double[] steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800];
        var most = Math.Max(seconds, 1);
        var step = steps.FirstOrDefault(step => most / step <= 8, RoundStep(most / 8));
        return new Axis(0, most, [.. Multiples(0, Math.Floor(most / step), step)]);
    }

    /// <summary>A logarithmic axis, marked at 1, 2 and 5 times powers of ten.</summary>
    /// <param name="least">The least value, above 0.</param>
    /// <param name="most">The greatest value.</param>
    public static Axis Logarithmic(double least, double most)
    {
        var first = (int)Math.Floor(Math.Log10(least));
        var last = (int)Math.Ceiling(Math.Log10(most));
        var marks = Enumerable.Range(first, last - first + 1).SelectMany(Marks).ToList();
        var from = marks.Last(mark => mark <= least * (1 + 1e-9));
        var to = marks.First(mark => mark >= most * (1 - 1e-9));
        return new Axis(from, to, [.. marks.Where(mark => mark >= from && mark <= to)]) { IsLogarithmic = true };
    }

    /// <summary>Whether equal factors are equally far apart.</summary>
    public bool IsLogarithmic { get; private init; }

    /// <summary>Where a value stands, 0 to 1.</summary>
    public double Part(double value) =>
        IsLogarithmic ? Math.Log(value / Least) / Math.Log(Most / Least) : (value - Least) / (Most - Least);

    private static IEnumerable<double> Marks(int power) => [Math.Pow(10, power), 2 * Math.Pow(10, power), 5 * Math.Pow(10, power)];

    private static (double Least, double Most) Spread(double least, double most) =>
        most > least ? (least, most) : least == 0 ? (0, 1) : (least - (Math.Abs(least) / 10), least + (Math.Abs(least) / 10));

    private static double RoundStep(double step)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(step)));
        return power * (step / power) switch { <= 1.0001 => 1, <= 2.0001 => 2, <= 5.0001 => 5, _ => 10 };
    }

    private static IEnumerable<double> Multiples(double first, double last, double step)
    {
        for (var i = first; i <= last; i++)
        {
            yield return Math.Round(i * step, 12);
        }
    }
}
