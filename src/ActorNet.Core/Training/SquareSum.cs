using System.Runtime.Intrinsics;

namespace ActorNet.Core.Training;

/// <summary>
/// The squares of a gradient's elements, summed in units of the square of what its norm is clipped to, so that parts of the sum come to the same bits in
/// whatever order they are added: each block of <see cref="PartitionPlan.Block"/> elements is summed in double and rounded to a multiple of 2^-64, and such
/// multiples are added as whole numbers. Partitions begin and end with blocks, so their sums do not depend on the cut.
/// </summary>
/// <param name="Units">The sum in multiples of 2^-64; the largest number for one that is larger, or not finite.</param>
internal readonly record struct SquareSum(UInt128 Units)
{
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
        // Eight sums at once, since one chain of additions would wait for itself. The product of two floats is exact in double: fused or not, the bits are the same.
        var (low, high) = (Vector256<double>.Zero, Vector256<double>.Zero);
        for (; block.Length >= Vector256<float>.Count; block = block[Vector256<float>.Count..])
        {
            var (first, second) = Vector256.Widen(Vector256.Create(block));
            low += first * first;
            high += second * second;
        }

        var sum = 0.0;
        for (var lane = 0; lane < Vector256<double>.Count; lane++)
        {
            sum += low[lane];
            sum += high[lane];
        }

        foreach (var element in block)
        {
            sum += (double)element * element;
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
