using ActorNet.Core.Numerics;

namespace ActorNet.Core.Data.Digits;

/// <summary>The random numbers of one digit, drawn one after the other.</summary>
internal struct DigitDraws(RandomStream stream)
{
    private ulong _element;

    /// <summary>Uniform in [low, high).</summary>
    public float Between(float low, float high) => low + ((high - low) * stream.Uniform(_element++));

    /// <summary>An integer in [0, bound).</summary>
    public int Below(int bound) => stream.Below(_element++, bound);

    /// <summary>
    /// Nearly normal with mean 0 and the given standard deviation, and never more than 3.5 of them away: the sum of four random bytes.
    /// </summary>
    public float Bell(float deviation)
    {
        const float bytesMean = 510f, bytesDeviation = 147.80f;
        var bits = stream.UInt32(_element++);
        var sum = (bits & 0xFF) + (bits >> 8 & 0xFF) + (bits >> 16 & 0xFF) + (bits >> 24);
        return deviation * ((sum - bytesMean) / bytesDeviation);
    }
}
