using System.Text.RegularExpressions;
using ActorNet.Core.Numerics;
using MathNet.Numerics.Distributions;

namespace ActorNet.Core.Tests.Numerics;

/// <summary>
/// Nothing in Core calls a function whose bits depend on the platform, the vector width or a hidden seed: the C library's elementary
/// functions, estimates, sums across lanes, System.Random, and MathNet (which is made of them).
/// </summary>
public sealed partial class BannedFunctionsTests
{
    /// <summary>Types that may call them, because what they compute reaches neither weights nor data; with the reason.</summary>
    private static readonly Dictionary<string, string> _allowed = new()
    {
        ["ActorNet.Core.Training.Metrics.RegressionMetrics"] = "Statistics of finished predictions, for people to read.",
    };

    [Fact]
    public void Core_calls_no_banned_function()
    {
        var calls = CallScanner.Scan(typeof(RandomStream).Assembly.Location);
        // A scanner that sees nothing would pass: these calls are there.
        Assert.Contains(calls, call => call is { Type: "System.Math", Method: "FusedMultiplyAdd" });
        var found = calls.Where(IsBanned).Where(call => !_allowed.ContainsKey(call.Caller));
        Assert.Empty(found.Select(call => $"{call.Caller} calls {call.Type}.{call.Method}").Distinct().Order());
    }

    [Fact]
    public void Every_allowed_type_still_needs_its_allowance()
    {
        var callers = CallScanner.Scan(typeof(RandomStream).Assembly.Location).Where(IsBanned).Select(call => call.Caller).ToHashSet();
        Assert.Empty(_allowed.Keys.Except(callers));
    }

    /// <summary>The same scan finds every call of the class below.</summary>
    [Fact]
    public void The_scan_finds_banned_calls()
    {
        var found = CallScanner.Scan(typeof(Offender).Assembly.Location)
            .Where(call => call.Caller == typeof(Offender).FullName && IsBanned(call))
            .Select(call => $"{call.Type}.{call.Method}")
            .Order(StringComparer.Ordinal);
        Assert.Equal(
            [
                "MathNet.Numerics.Control.UseManaged",
                "MathNet.Numerics.Distributions.Normal.Sample",
                "System.Double.Pow",
                "System.Math.Pow",
                "System.MathF.Exp",
                "System.MathF.Tanh",
                "System.Numerics.ITrigonometricFunctions`1.Cos",
                "System.Random..ctor",
                "System.Random.NextDouble",
                "System.Runtime.Intrinsics.Vector256.MultiplyAddEstimate",
                "System.Runtime.Intrinsics.Vector256.Sum",
            ],
            found);
    }

    private static bool IsBanned(ExternalCall call) =>
        call.Type is "System.Random" || call.Type.StartsWith("MathNet.", StringComparison.Ordinal)
        || NumericTypes().IsMatch(call.Type) && Inexact().IsMatch(call.Method)
        || VectorTypes().IsMatch(call.Type) && (Inexact().IsMatch(call.Method) || AcrossLanes().IsMatch(call.Method));

    [GeneratedRegex(@"^System\.(Math|MathF|Single|Double|Half|Numerics\.(Complex|I\w+Functions`1|I(FloatingPoint|Number|Binary)\w*`1))$")]
    private static partial Regex NumericTypes();

    [GeneratedRegex(@"^System\.(Runtime\.Intrinsics\..+|Numerics\.Vector\w*(`1)?|Numerics\.Tensors\..+)$")]
    private static partial Regex VectorTypes();

    [GeneratedRegex(
        @"^(Pow|Exp(2|10)?(M1)?|Log(2|10)?(P1)?|A?(Sin|Cos|Tan)(h|Pi)?|SinCos(Pi)?|Atan2(Pi)?|Cbrt|RootN|Hypot|Sigmoid|SoftMax"
        + @"|Reciprocal\w*|\w*Estimate)$")]
    private static partial Regex Inexact();

    [GeneratedRegex(@"^(Sum\w*|Dot|Norm|Average|StdDev|Product\w*|Distance|CosineSimilarity|Horizontal\w*)$")]
    private static partial Regex AcrossLanes();
}

/// <summary>Calls some of what Core must not call; never run.</summary>
internal static class Offender
{
    public static double Call(float x)
    {
        MathNet.Numerics.Control.UseManaged();
        Func<double, double, double> taken = Math.Pow;
        var vector = System.Runtime.Intrinsics.Vector256.Create(x);
        var estimate = System.Runtime.Intrinsics.Vector256.MultiplyAddEstimate(vector, vector, vector);
        Func<float> nested = () => MathF.Tanh(x);
        return MathF.Exp(x) + taken(x, x) + double.Pow(x, x) + Cosine(x) + nested() + new Random(1).NextDouble()
            + System.Runtime.Intrinsics.Vector256.Sum(estimate) + Normal.Sample(0, 1) + Math.Sqrt(x) + Math.ILogB(x);
    }

    private static T Cosine<T>(T x) where T : System.Numerics.ITrigonometricFunctions<T> => T.Cos(x);
}
