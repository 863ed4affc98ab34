namespace ActorNet.Core.Training.Compression;

/// <summary>How a gradient is written where it is compressed, as <see cref="JobSpec.Compression"/> says it in a word.</summary>
internal enum CodeFormat
{
    /// <summary>16 bits, 11 of them significant, times a power of two for each block.</summary>
    Fp16,

    /// <summary>The upper 16 bits of a float, 8 of them significant.</summary>
    Bf16,

    /// <summary>A whole number from -127 to 127, times a scale for each block.</summary>
    Int8,
}
