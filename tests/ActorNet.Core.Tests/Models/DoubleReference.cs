namespace ActorNet.Core.Tests.Models;

/// <summary>
/// What Core is checked against: activations and costs in double by their definitions, and derivatives by central finite differences.
/// </summary>
internal static class DoubleReference
{
    public static double[] Activate(string activation, double[] z) => activation switch
    {
        "sigmoid" => [.. z.Select(x => 1 / (1 + Math.Exp(-x)))],
        "tanh" => [.. z.Select(Math.Tanh)],
        "relu" => [.. z.Select(x => Math.Max(0, x))],
        "identity" => z,
        "softmax" => [.. z.Select(x => Math.Exp(x) / z.Sum(Math.Exp))],
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "no reference"),
    };

    public static double Cost(string cost, string activation, double[] a, double[] y) => (cost, activation) switch
    {
        ("quadratic", _) => a.Zip(y, (p, t) => 0.5 * (p - t) * (p - t)).Sum(),
        ("cross-entropy", "softmax") => -a.Zip(y, (p, t) => t * Math.Log(p)).Sum(),
        ("cross-entropy", "sigmoid") => -a.Zip(y, (p, t) => t * Math.Log(p) + (1 - t) * Math.Log(1 - p)).Sum(),
        _ => throw new ArgumentOutOfRangeException(nameof(cost), (cost, activation), "no reference"),
    };

    public static double[] Derivative(Func<double[], double> function, double[] at)
    {
        const double Step = 1e-5;
        return [.. at.Select((x, i) => (function(With(i, x + Step)) - function(With(i, x - Step))) / (2 * Step))];

        double[] With(int index, double value)
        {
            var moved = (double[])at.Clone();
            moved[index] = value;
            return moved;
        }
    }

    public static double[] ToDouble(ReadOnlySpan<float> values)
    {
        var result = new double[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            result[i] = values[i];
        }
        return result;
    }

    public static void AssertClose(string what, double[] expected, ReadOnlySpan<float> actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            var allowed = tolerance * Math.Max(1, Math.Abs(expected[i]));
            var error = Math.Abs(actual[i] - expected[i]);
            Assert.True(error <= allowed, $"{what}, element {i}: {actual[i]:R}, expected {expected[i]:R} ± {allowed}");
        }
    }
}
