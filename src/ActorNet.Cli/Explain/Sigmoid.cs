using ActorNet.Core.Numerics;

namespace ActorNet.Cli.Explain;

/// <summary>The sigmoid function, in double precision.</summary>
internal static class Sigmoid
{
    /// <summary>σ(z) = 1 / (1 + e^-z) (Nielsen, chapter 1, eq. 3).</summary>
    public static double Of(double z) => 1 / (1 + DeterministicMath.Exp(-z));

    /// <summary>σ'(z) = σ(z)(1 - σ(z)).</summary>
    public static double Slope(double z) => Of(z) * (1 - Of(z));
}
