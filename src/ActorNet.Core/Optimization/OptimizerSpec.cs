namespace ActorNet.Core.Optimization;

/// <summary>The choice of an optimizer as a job file holds it. Coefficients that the chosen optimizer does not use are not looked at.</summary>
public sealed record OptimizerSpec
{
    /// <summary>sgd, momentum, nesterov or adam.</summary>
    public string Name { get; init; } = "sgd";

    /// <summary>The coefficient μ of momentum and nesterov, at least 0 and under 1.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Adam's decay rate of the first moment, at least 0 and under 1.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Adam's decay rate of the second moment, at least 0 and under 1.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Adam's ε, above 0, added to the root of the second moment.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Makes the optimizer.</summary>
    /// <exception cref="ActorNetException">The name is unknown or a coefficient that it uses is out of range; the message names the key.</exception>
    internal Optimizer Create() => Name switch
    {
        "sgd" => new Sgd(),
        "momentum" => new Momentum(Momentum),
        "nesterov" => new Nesterov(Momentum),
        "adam" => new Adam(Beta1, Beta2, Epsilon),
        _ => throw new ActorNetException($"optimizer '{Name}' is not known: use sgd, momentum, nesterov or adam."),
    };
}
