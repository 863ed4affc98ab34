namespace ActorNet.Core.Tests.Numerics;

/// <summary>Distances in units in the last place: the spacing of the format's numbers at the exact value.</summary>
internal static class Ulp
{
    public static double OfFloat(float actual, double exact)
    {
        if (double.IsNaN(exact) || float.IsNaN(actual))
        {
            return double.IsNaN(exact) && float.IsNaN(actual) ? 0 : double.PositiveInfinity;
        }
        if (float.IsInfinity(actual) || float.IsInfinity((float)exact))
        {
            return actual == (float)exact ? 0 : double.PositiveInfinity;
        }
        var exponent = Math.Max(exact == 0 ? -126 : Math.ILogB(exact), -126);
        return Math.Abs(actual - exact) / Math.ScaleB(1, exponent - 23);
    }

    public static double OfDouble(double actual, double expected)
    {
        if (double.IsNaN(expected) || double.IsNaN(actual) || double.IsInfinity(expected) || double.IsInfinity(actual))
        {
            return actual.Equals(expected) ? 0 : double.PositiveInfinity;
        }
        var exponent = Math.Max(expected == 0 ? -1022 : Math.ILogB(expected), -1022);
        return Math.Abs(actual - expected) / Math.ScaleB(1, exponent - 52);
    }
}
