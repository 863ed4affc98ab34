using ActorNet.Core.Numerics;

namespace ActorNet.Core.Tests.Numerics;

/// <summary>
/// No product touches memory beyond its operands: they stand against pages that may not be touched, where one float too many ends the test
/// process with a segmentation fault.
/// </summary>
public sealed class MatrixProductBoundsTests
{
    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void Nothing_beyond_the_operands_is_touched(bool atEnd)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The pages are mapped by Linux's calls.");
        var scratch = new ProductScratch();
        foreach (var m in new[] { 1, 5, 13, 39, 40, 41, 53 })
        {
            foreach (var n in new[] { 1, 3, 4, 5, 8, 9, 15, 16, 17, 31, 32, 33, 47, 64, 65, 127, 128, 129, 150 })
            {
                foreach (var k in new[] { 1, 2, 3, 4, 5, 9 })
                {
                    Run(m, n, k, atEnd, scratch);
                }
            }
        }
    }

    private static void Run(int m, int n, int k, bool atEnd, ProductScratch scratch)
    {
        using var left = new GuardedMemory(m * k, atEnd);
        using var right = new GuardedMemory(k * n, atEnd);
        using var bias = new GuardedMemory(n, atEnd);
        using var result = new GuardedMemory(m * n, atEnd);
        var c = new Matrix(result.Span, m, n);
        var leaves = (ReadOnlySpan<TreeLeaf>)(k == 1 ? [new(1, 0)] : [new(1, 0), new(k - 1, 1)]);
        MatrixProduct.Multiply(new(left.Span, m, k), new(right.Span, k, n), bias.Span, c, scratch);
        MatrixProduct.MultiplyTransposed(new(left.Span, m, k), new(right.Span, n, k), c, scratch);
        MatrixProduct.TransposedMultiply(new(left.Span, k, m), new(right.Span, k, n), c, leaves, scratch);
        MatrixProduct.ColumnSums(new(right.Span, k, n), bias.Span, leaves, scratch);
    }
}
