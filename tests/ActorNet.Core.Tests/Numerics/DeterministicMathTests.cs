using ActorNet.Core.Numerics;
using Xunit.Abstractions;

namespace ActorNet.Core.Tests.Numerics;

/// <summary>The reference is the platform's own library, itself within 1 ulp: so a stated 1 ulp shows as less than 2.</summary>
public sealed class DeterministicMathTests(ITestOutputHelper output)
{
    private const ulong Seed = 12;

    [Fact]
    public void Exp_is_within_an_ulp() => Measure("Exp", DeterministicMath.Exp, Math.Exp, -750, 715);

    [Fact]
    public void Exp_near_zero_is_within_an_ulp() => Measure("Exp", DeterministicMath.Exp, Math.Exp, -1, 1);

    [Fact]
    public void Log_near_one_is_within_an_ulp() => Measure("Log", DeterministicMath.Log, Math.Log, 0.5, 2);

    [Fact]
    public void Log_is_within_an_ulp_over_the_whole_range() =>
        Measure("Log", x => DeterministicMath.Log(FromBits(x)), x => Math.Log(FromBits(x)), 0, 0x7FF0000000000000L);

    [Fact]
    public void Sin_and_Cos_are_within_an_ulp()
    {
        foreach (var range in new[] { 1e-9, 0.1, 4, 1000, DeterministicMath.MaxAngle })
        {
            Measure("Sin", DeterministicMath.Sin, Math.Sin, -range, range);
            Measure("Cos", DeterministicMath.Cos, Math.Cos, -range, range);
        }
    }

    /// <summary>Near the zeros of sine and cosine nearly all of the angle cancels.</summary>
    [Fact]
    public void Sin_and_Cos_are_within_an_ulp_near_their_zeros()
    {
        for (var k = -100_000; k <= 100_000; k += 7)
        {
            var angle = k * (Math.PI / 2);
            AssertClose("Sin", angle, DeterministicMath.Sin(angle), Math.Sin(angle));
            AssertClose("Cos", angle, DeterministicMath.Cos(angle), Math.Cos(angle));
        }
    }

    [Fact]
    public void Special_values()
    {
        Assert.Equal(double.NegativeInfinity, DeterministicMath.Log(0));
        Assert.Equal(double.NegativeInfinity, DeterministicMath.Log(-0.0));
        Assert.Equal(double.PositiveInfinity, DeterministicMath.Log(double.PositiveInfinity));
        Assert.Equal(double.NaN, DeterministicMath.Log(-1));
        Assert.Equal(double.NaN, DeterministicMath.Log(double.NaN));
        Assert.Equal(0, DeterministicMath.Log(1));
        Assert.Equal(1, DeterministicMath.Exp(-0.0));
        Assert.Equal(0, DeterministicMath.Exp(double.NegativeInfinity));
        Assert.Equal(double.PositiveInfinity, DeterministicMath.Exp(double.PositiveInfinity));
        Assert.Equal(double.NaN, DeterministicMath.Exp(double.NaN));
        Assert.Equal(BitConverter.DoubleToInt64Bits(-0.0), BitConverter.DoubleToInt64Bits(DeterministicMath.Sin(-0.0)));
        Assert.Equal(1, DeterministicMath.Cos(0));
        Assert.Equal(double.NaN, DeterministicMath.Sin(double.PositiveInfinity));
        Assert.Equal(double.NaN, DeterministicMath.Cos(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => DeterministicMath.Cos(1e7));
    }

    [Fact]
    public void PowInteger_is_close_to_the_power()
    {
        (double, long)[] cases =
            [(0.9, 1), (0.9, 7), (0.999, 10_000), (0.999, 1_000_000), (2, 1023), (2, -1022), (-3, 5), (-3, -5), (7, 0), (0, 0)];
        foreach (var (x, power) in cases)
        {
            var exact = Math.Pow(x, power);
            var actual = DeterministicMath.PowInteger(x, power);
            Assert.True(Ulp.OfDouble(actual, exact) <= 1 + Math.Abs(power), $"{x}^{power}: {actual:R}, {exact:R}");
        }
        Assert.Equal(0, DeterministicMath.PowInteger(0.5, long.MaxValue));
        Assert.Equal(1, DeterministicMath.PowInteger(1, long.MinValue));
        Assert.Equal(double.NaN, DeterministicMath.PowInteger(double.NaN, 3));
    }

    private void Measure(string name, Func<double, double> actual, Func<double, double> reference, double from, double to)
    {
        var stream = new RandomStream(Seed, RandomPurpose.Test);
        var (worst, at) = (0.0, 0.0);
        for (var i = 0UL; i < 100_000; i++)
        {
            var x = from + (to - from) * stream.UniformDouble(i);
            var error = Ulp.OfDouble(actual(x), reference(x));
            if (error > worst)
            {
                (worst, at) = (error, x);
            }
        }
        output.WriteLine($"{name} in [{from}, {to}]: at most {worst} ulp from the platform's, at {at:R}");
        AssertClose(name, at, actual(at), reference(at));
    }

    private static void AssertClose(string name, double x, double actual, double expected) =>
        Assert.True(Ulp.OfDouble(actual, expected) < 2, $"{name}({x:R}) = {actual:R}, the platform's is {expected:R} (seed {Seed})");

    private static double FromBits(double bits) => BitConverter.Int64BitsToDouble((long)bits);
}
