namespace ActorNet.Benchmarks;

/// <summary>Median, least and greatest of some rounds.</summary>
internal readonly record struct Spread(double Median, double Min, double Max)
{
    public static Spread Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[^1]);
    }

    /// <summary>The ratios round by round: steadier than the rates on a busy machine.</summary>
    public static Spread OfRatios(IEnumerable<double> rates, IEnumerable<double> others) => Of(rates.Zip(others, (rate, other) => rate / other));

    public string ToString(string format) => $"{Median.ToString(format)} [{Min.ToString(format)} .. {Max.ToString(format)}]";
}
