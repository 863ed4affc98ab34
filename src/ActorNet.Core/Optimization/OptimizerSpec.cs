using System.Text.Json.Serialization;

namespace ActorNet.Core.Optimization;

/// <summary>The choice of an optimizer as a job file holds it. Coefficients that the chosen optimizer does not use are not looked at.</summary>
public sealed record OptimizerSpec
{
    /// <summary>The names of all optimizers.</summary>
    internal static IReadOnlyList<string> Names { get; } = ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"];

    /// <summary>sgd, momentum, nesterov, adagrad, rmsprop, adam or adamw.</summary>
    public string Name { get; init; } = "sgd";

    /// <summary>The coefficient μ of momentum and nesterov, at least 0 and under 1.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Adam's and AdamW's decay rate of the first moment, at least 0 and under 1.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Adam's and AdamW's decay rate of the second moment, at least 0 and under 1.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>The ε of adagrad, rmsprop, adam and adamw, above 0, added to the root that they divide by.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>RMSProp's decay rate α of the mean square, at least 0 and under 1; null for 0.99.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Alpha { get; init; }

    /// <summary>AdamW's decay λ, 0 or more: each step takes the part ηλ of the weights, and nothing of the biases; null for 0.01.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? WeightDecay { get; init; }

    /// <summary>Makes the optimizer.</summary>
    /// <exception cref="ActorNetException">The name is unknown or a coefficient that it uses is out of range; the message names the key.</exception>
    internal Optimizer Create() => Name switch
    {
        "sgd" => new Sgd(),
        "momentum" => new Momentum(Momentum),
        "nesterov" => new Nesterov(Momentum),
        "adagrad" => new AdaGrad(Epsilon),
        "rmsprop" => new RmsProp(Alpha ?? 0.99, Epsilon),
        "adam" => new Adam(Beta1, Beta2, Epsilon),
        "adamw" => new AdamW(Beta1, Beta2, Epsilon, WeightDecay ?? 0.01),
        _ => throw new ActorNetException($"optimizer '{Name}' is not known: use one of {string.Join(", ", Names)}."),
    };
}
