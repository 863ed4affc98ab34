namespace ActorNet.Core.Numerics;

/// <summary>What a <see cref="RandomStream"/> is drawn for. The values are part of every job's bits and never change.</summary>
public enum RandomPurpose
{
    /// <summary>A network's first weights and biases.</summary>
    Initialisation = 1,

    /// <summary>The one permutation of a data set that deals its samples to slices.</summary>
    SetPermutation = 2,

    /// <summary>The order in which a slice draws its samples in one epoch.</summary>
    EpochOrder = 3,

    /// <summary>The built-in digits.</summary>
    Digits = 4,

    /// <summary>Tests and benchmarks.</summary>
    Test = 5,

    /// <summary>What a layer draws for a sample, as dropout does.</summary>
    Layer = 6,

    /// <summary>The order in which the samples of one shard are drawn in one epoch.</summary>
    ShardOrder = 7,

    /// <summary>How a sample is shifted and turned before it is learned from.</summary>
    Augmentation = 8,

    /// <summary>Made-up sequences.</summary>
    Sequences = 9,

    /// <summary>What happens to a simulated cluster.</summary>
    Simulation = 10,

    /// <summary>Which way a gradient that is compressed is rounded.</summary>
    Compression = 11,

    /// <summary>Whatever a library user draws.</summary>
    Custom = 1 << 16,
}
