using System.Numerics;

namespace ActorNet.Core.Training.Modes;

/// <summary>
/// A histogram of staleness: by how many updates the weights had moved on when a part was applied that was computed from them. The first place counts 0, the second 1,
/// then 2 to 3, 4 to 7, and so on by powers of two; the last has all that is greater.
/// </summary>
internal sealed class StalenessCounts
{
    /// <summary>Places: the last begins at 2,048 updates.</summary>
    public const int Places = 13;

    private readonly long[] _counts = new long[Places];

    /// <summary>A part was applied.</summary>
    /// <param name="staleness">Updates between its weights and it, 0 or more.</param>
    public void Add(long staleness) => _counts[Math.Min(Places - 1, PlaceOf(staleness))]++;

    /// <summary>Parts by place.</summary>
    public long[] ToArray() => [.. _counts];

    /// <summary>The least staleness that a place counts.</summary>
    public static long FirstOf(int place) => place == 0 ? 0 : 1L << (place - 1);

    private static int PlaceOf(long staleness) => staleness <= 0 ? 0 : BitOperations.Log2((ulong)staleness) + 1;
}
