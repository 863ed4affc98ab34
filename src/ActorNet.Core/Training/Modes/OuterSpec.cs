using ActorNet.Core.Optimization;

namespace ActorNet.Core.Training.Modes;

/// <summary>
/// How the parameter servers apply a round of the mode <c>local:H</c>: by Nesterov's momentum on the mean difference that the slices made (Douillard et al.
/// 2023, «DiLoCo», algorithm 1). As it is, it is plain averaging.
/// </summary>
public sealed record OuterSpec
{
    /// <summary>What the mean difference is multiplied by, above 0. 1 is the mean of the slices' weights; DiLoCo has 0.7.</summary>
    public double LearningRate { get; init; } = 1;

    /// <summary>The coefficient μ of Nesterov's momentum over rounds, at least 0 and under 1. 0 for none; DiLoCo has 0.9.</summary>
    public double Momentum { get; init; }

    /// <summary>Averaging and nothing else.</summary>
    internal static OuterSpec Plain { get; } = new();

    /// <summary>Makes the servers' rule.</summary>
    /// <exception cref="ActorNetException">A number is out of range.</exception>
    internal Optimizer Create()
    {
        Coefficient.Positive("outer learning rate", LearningRate);
        Coefficient.Fraction("outer momentum", Momentum);
        return Momentum == 0 ? new Sgd() : new Nesterov(Momentum);
    }
}
