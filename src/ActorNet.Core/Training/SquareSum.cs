namespace ActorNet.Core.Training;

/// <summary>
/// The squares of a gradient's elements, summed in units of the square of what its norm is clipped to, so that parts of the sum come to the same bits in
/// whatever order they are added: each block of <see cref="PartitionPlan.Block"/> elements is summed in double and rounded to a multiple of 2^-64, and such
/// multiples are added as whole numbers. Partitions begin and end with blocks, so their sums do not depend on the cut.
/// </summary>
/// <param name="Units">The sum in multiples of 2^-64; the largest number for one that is larger, or not finite.</param>
internal readonly record struct SquareSum(UInt128 Units)
{
    /// <summary>Sums that are made at once: one chain of additions would wait for itself.</summary>
    private const int Lanes = 8;

    /// <summary>A block's sum above this is as good as infinite: 2^24 such blocks are within the range.</summary>
    private const double MostOfBlock = 1L << 40;

    private const double UnitsPerOne = 18446744073709551616.0;

    /// <summary>Nothing.</summary>
    public static SquareSum Zero => default;

    /// <summary>The sum of one block.</summary>
    /// <param name="block">Its elements, at most <see cref="PartitionPlan.Block"/>.</param>
    /// <param name="clip">What the norm is clipped to, above 0.</param>
    public static SquareSum OfBlock(ReadOnlySpan<float> block, double clip)
    {
        Span<double> lanes = stackalloc double[Lanes];
        lanes.Clear();
        for (var i = 0; i < block.Length; i++)
        {
            // Exact in double, as the product of two floats is.
            lanes[i % Lanes] += (double)block[i] * block[i];
        }

        var sum = 0.0;
        foreach (var lane in lanes)
        {
            sum += lane;
        }

        var scaled = sum / (clip * clip);
        return new SquareSum(scaled <= MostOfBlock ? (UInt128)(scaled * UnitsPerOne) : UInt128.MaxValue);
    }

    /// <summary>Both together.</summary>
    public static SquareSum operator +(SquareSum x, SquareSum y) =>
        new(x.Units > UInt128.MaxValue - y.Units ? UInt128.MaxValue : x.Units + y.Units);

    /// <summary>
    /// What the gradient is to be multiplied by, so that its norm is at most what it is clipped to: 1 for one that is within it already (Pascanu, Mikolov and
    /// Bengio, ICML 2013, algorithm 1).
    /// </summary>
    /// <exception cref="ActorNetException">The norm is not finite, or so large that nothing would be left.</exception>
    public float Factor() => Units == UInt128.MaxValue
        ? throw new ActorNetException("The gradient's norm is a million times what it is clipped to, or not finite: lower the learning rate, or clip at more.")
        : (double)Units <= UnitsPerOne ? 1f : (float)(1 / Math.Sqrt((double)Units / UnitsPerOne));
}
