namespace ActorNet.Core.Numerics;

/// <summary>
/// Elementary functions in double as fixed sequences of IEEE 754 operations, so that every machine gets the same bits; the C library's
/// differ from platform to platform. The methods are those of Sun's fdlibm (its errors, below 1 ulp, are kept; a test measures them).
/// </summary>
public static class DeterministicMath
{
    private const double Ln2High = 6.93147180369123816490e-01, Ln2Low = 1.90821492927058770002e-10;
    private const double InverseLn2 = 1.44269504088896338700e+00;
    private const double TwoOverPi = 6.36619772367581382433e-01;

    /// <summary>Half of pi in three parts of 33 bits, 33 bits, and the rest: the first two times an integer below 2^20 are exact.</summary>
    private const double HalfPi1 = 1.57079632673412561417e+00, HalfPi2 = 6.07710050630396597660e-11, HalfPi3 = 2.02226624879595063154e-21;

    /// <summary>The largest absolute angle that <see cref="Sin"/> and <see cref="Cos"/> take: 2^20.</summary>
    public const double MaxAngle = 1 << 20;

    /// <summary>The natural logarithm, within 1 ulp. Of ±0 negative infinity, of a negative number NaN.</summary>
    public static double Log(double x)
    {
        if (!(x > 0) || double.IsPositiveInfinity(x))
        {
            return x == 0 ? double.NegativeInfinity : x > 0 ? x : double.NaN;
        }
        var exponent = 0;
        if (!double.IsNormal(x))
        {
            x *= 1L << 54;
            exponent = -54;
        }
        // x = 2^exponent (1 + f) with 1 + f between the square roots of 1/2 and 2.
        const long RootHalfBits = 0x3FE6A09E667F3BCD;
        var bits = BitConverter.DoubleToInt64Bits(x) - RootHalfBits;
        exponent += (int)(bits >> 52);
        var f = BitConverter.Int64BitsToDouble((bits & 0xFFFFFFFFFFFFF) + RootHalfBits) - 1;

        var halfSquare = 0.5 * f * f;
        var s = f / (2 + f);
        var z = s * s;
        var r = 1.479819860511658591e-01;
        r = Math.FusedMultiplyAdd(r, z, 1.531383769920937332e-01);
        r = Math.FusedMultiplyAdd(r, z, 1.818357216161805012e-01);
        r = Math.FusedMultiplyAdd(r, z, 2.222219843214978396e-01);
        r = Math.FusedMultiplyAdd(r, z, 2.857142874366239149e-01);
        r = Math.FusedMultiplyAdd(r, z, 3.999999999940941908e-01);
        r = Math.FusedMultiplyAdd(r, z, 6.666666666666735130e-01);
        return s * (halfSquare + r * z) + exponent * Ln2Low - halfSquare + f + exponent * Ln2High;
    }

    /// <summary>e to the power of x, within 1 ulp; infinity above 709.79, 0 below -745.14.</summary>
    public static double Exp(double x)
    {
        if (!(Math.Abs(x) < 746))
        {
            return double.IsNaN(x) ? x : x > 0 ? double.PositiveInfinity : 0;
        }
        var k = Math.Round(x * InverseLn2);
        var high = x - k * Ln2High;
        var low = k * Ln2Low;
        var r = high - low;
        var z = r * r;
        var p = 4.13813679705723846039e-08;
        p = Math.FusedMultiplyAdd(p, z, -1.65339022054652515390e-06);
        p = Math.FusedMultiplyAdd(p, z, 6.61375632143793436117e-05);
        p = Math.FusedMultiplyAdd(p, z, -2.77777777770155933842e-03);
        p = Math.FusedMultiplyAdd(p, z, 1.66666666666666019037e-01);
        var c = r - z * p;
        return Math.ScaleB(1 + (r * c / (2 - c) - low + high), (int)k);
    }

    /// <summary>The sine of an angle in radians, within 1 ulp. Of an infinity NaN.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The angle is finite and beyond ±<see cref="MaxAngle"/>.</exception>
    public static double Sin(double x)
    {
        if (Math.Abs(x) < 1e-8)
        {
            return x;
        }
        var (high, low, quadrant) = ReduceToQuadrant(x);
        return quadrant switch
        {
            0 => SinKernel(high, low),
            1 => CosKernel(high, low),
            2 => -SinKernel(high, low),
            _ => -CosKernel(high, low),
        };
    }

    /// <summary>The cosine of an angle in radians, within 1 ulp. Of an infinity NaN.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The angle is finite and beyond ±<see cref="MaxAngle"/>.</exception>
    public static double Cos(double x)
    {
        var (high, low, quadrant) = ReduceToQuadrant(x);
        return quadrant switch
        {
            0 => CosKernel(high, low),
            1 => -SinKernel(high, low),
            2 => -CosKernel(high, low),
            _ => SinKernel(high, low),
        };
    }

    /// <summary>
    /// x to an integer power by repeated squaring, within about |power| ulp; 1 for the power 0; the reciprocal for negative powers.
    /// </summary>
    public static double PowInteger(double x, long power)
    {
        var result = 1.0;
        for (var left = power < 0 ? 0 - (ulong)power : (ulong)power; left > 0; left >>= 1)
        {
            if ((left & 1) != 0)
            {
                result *= x;
            }
            x *= x;
        }
        return power < 0 ? 1 / result : result;
    }

    /// <summary>x as quadrant · pi/2 + high + low, with the sum in [-pi/4, pi/4] and low the part that high has no bits for.</summary>
    private static (double High, double Low, int Quadrant) ReduceToQuadrant(double x)
    {
        if (!double.IsFinite(x))
        {
            return (double.NaN, double.NaN, 0);
        }
        if (Math.Abs(x) > MaxAngle)
        {
            throw new ArgumentOutOfRangeException(nameof(x), x, $"The angle must lie within ±{MaxAngle}.");
        }
        var n = Math.Round(x * TwoOverPi);
        var first = x - n * HalfPi1;
        var second = n * HalfPi2;
        var difference = first - second;
        // What rounding took from the difference (Knuth's two-sum), and the third part of pi/2.
        var back = difference - first;
        var lost = (first - (difference - back)) - (second + back);
        var rest = lost - n * HalfPi3;
        var high = difference + rest;
        return (high, difference - high + rest, (int)n & 3);
    }

    private static double SinKernel(double x, double low)
    {
        var z = x * x;
        var r = 1.58969099521155010221e-10;
        r = Math.FusedMultiplyAdd(r, z, -2.50507602534068634195e-08);
        r = Math.FusedMultiplyAdd(r, z, 2.75573137070700676789e-06);
        r = Math.FusedMultiplyAdd(r, z, -1.98412698298579493134e-04);
        r = Math.FusedMultiplyAdd(r, z, 8.33333333332248946124e-03);
        var cube = z * x;
        return x - (z * (0.5 * low - cube * r) - low - cube * -1.66666666666666324348e-01);
    }

    private static double CosKernel(double x, double low)
    {
        var z = x * x;
        var r = -1.13596475577881948265e-11;
        r = Math.FusedMultiplyAdd(r, z, 2.08757232129817482790e-09);
        r = Math.FusedMultiplyAdd(r, z, -2.75573143513906633035e-07);
        r = Math.FusedMultiplyAdd(r, z, 2.48015872894767294178e-05);
        r = Math.FusedMultiplyAdd(r, z, -1.38888888888741095749e-03);
        r = Math.FusedMultiplyAdd(r, z, 4.16666666666666019037e-02);
        var half = 0.5 * z;
        var w = 1 - half;
        return w + (1 - w - half + (z * z * r - x * low));
    }
}
