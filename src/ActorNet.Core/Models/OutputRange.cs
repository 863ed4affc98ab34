namespace ActorNet.Core.Models;

/// <summary>What an activation's outputs can be, so that a cost can refuse the ones it makes no sense for.</summary>
public enum OutputRange
{
    /// <summary>Any numbers.</summary>
    Unbounded,

    /// <summary>Each output lies between 0 and 1, as a probability of its own.</summary>
    UnitInterval,

    /// <summary>Each sample's outputs are a probability distribution: between 0 and 1 with the sum 1.</summary>
    Distribution,
}
