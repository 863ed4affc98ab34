using ActorNet.Core.Numerics;
using CsCheck;

namespace ActorNet.Core.Tests.Numerics;

/// <summary>
/// The bits of the products: each element is one plain chain of fused multiply-adds in ascending inner index for each leaf, added along the tree,
/// whatever the other dimensions, the position and the strides. <see cref="VectorWidthTests"/> checks the widths.
/// </summary>
public sealed class MatrixProductBitsTests
{
    private readonly ProductScratch _scratch = new();

    [Fact]
    public void Every_element_is_its_chain_bit_for_bit() =>
        ProductCase.Any(150).Sample(shape => IsItsDefinition(shape, _scratch), iter: 400, threads: 1);

    [Fact]
    [Trait("Category", "Slow")]
    public void Every_element_of_many_products_is_its_chain_bit_for_bit() =>
        ProductCase.Any(300).Sample(shape => IsItsDefinition(shape, _scratch), iter: 2000, threads: 1);

    /// <summary>Every number of rows up to and beyond the packing of both operands, at column counts around every vector width.</summary>
    [Fact]
    public void Every_tile_shape_gives_the_same_bits()
    {
        foreach (var form in Enum.GetValues<ProductForm>())
        {
            for (var m = 1; m <= 54; m++)
            {
                foreach (var n in new[] { 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 48, 63, 64, 65, 127, 128, 129 })
                {
                    IsItsDefinition((form, m, n, K: 1 + (m * n % 23), Seed: m * 1000 + n), _scratch);
                }
            }
        }
    }

    /// <summary>Chains so long that they are computed in parts, and so many columns that B is packed in parts.</summary>
    [Fact]
    public void Long_chains_and_wide_products_give_the_same_bits()
    {
        foreach (var form in Enum.GetValues<ProductForm>())
        {
            foreach (var (m, n, k) in new[] { (41, 64, 513), (40, 70, 1100), (13, 33, 1025), (41, 300, 530), (43, 10, 700) })
            {
                IsItsDefinition((form, m, n, k, Seed: m + n + k), _scratch);
            }
        }
    }

    /// <summary>One row of A and one column of B stand somewhere in bigger and bigger products: their element never changes a bit.</summary>
    [Theory]
    [InlineData(ProductForm.Multiply)]
    [InlineData(ProductForm.MultiplyTransposed)]
    [InlineData(ProductForm.TransposedMultiply)]
    public void An_element_keeps_its_bits_in_any_surroundings(ProductForm form)
    {
        const int K = 61;
        var random = new Random(5);
        var row = Operand.Awkward(random, 1, K);
        var column = Operand.Awkward(random, 1, K);
        TreeLeaf[] leaves = SumTree.Random(random, K, 5).Leaves();
        var alone = Embedded(form, row, column, leaves, m: 1, n: 1, random);
        for (var m = 1; m <= 45; m++)
        {
            for (var n = 1; n <= 200; n += 1 + (n / 40))
            {
                var element = Embedded(form, row, column, leaves, m, n, random);
                Assert.True(
                    BitConverter.SingleToUInt32Bits(alone) == BitConverter.SingleToUInt32Bits(element),
                    $"{form}: the element is {alone:R} alone and {element:R} within {m} x {n}.");
            }
        }
    }

    /// <summary>The scratch's history is no part of the result either.</summary>
    [Fact]
    public void A_used_scratch_gives_the_bits_of_a_new_one()
    {
        var used = new ProductScratch();
        for (var seed = 0; seed < 30; seed++)
        {
            var shape = (Form: (ProductForm)(seed % 5), M: 1 + (seed * 37 % 90), N: 1 + (seed * 53 % 170), K: 1 + (seed * 29 % 60), seed);
            IsItsDefinition(shape, used);
            IsItsDefinition(shape, new ProductScratch());
        }
    }

    private float Embedded(ProductForm form, Operand row, Operand column, TreeLeaf[] leaves, int m, int n, Random random)
    {
        var k = row.Columns;
        var (i, j) = (random.Next(m), random.Next(n));
        var transposedA = form == ProductForm.TransposedMultiply;
        var transposedB = form == ProductForm.MultiplyTransposed;
        var a = Operand.Awkward(random, transposedA ? k : m, transposedA ? m : k, random.Next(4));
        var b = Operand.Awkward(random, transposedB ? n : k, transposedB ? k : n, random.Next(4));
        var c = new Operand(m, n, random.Next(4));
        for (var step = 0; step < k; step++)
        {
            a[transposedA ? step : i, transposedA ? i : step] = row[0, step];
            b[transposedB ? j : step, transposedB ? step : j] = column[0, step];
        }

        switch (form)
        {
            case ProductForm.Multiply:
                MatrixProduct.Multiply(a.View, b.View, [], c.View, _scratch);
                break;
            case ProductForm.MultiplyTransposed:
                MatrixProduct.MultiplyTransposed(a.View, b.View, c.View, _scratch);
                break;
            default:
                MatrixProduct.TransposedMultiply(a.View, b.View, c.View, leaves, _scratch);
                break;
        }

        return c[i, j];
    }

    private static void IsItsDefinition((ProductForm Form, int M, int N, int K, int Seed) shape, ProductScratch scratch)
    {
        var product = new ProductCase(shape.Form, shape.M, shape.N, shape.K, shape.Seed, Operand.Awkward);
        product.Compute(scratch);
        for (var i = 0; i < product.M; i++)
        {
            for (var j = 0; j < product.N; j++)
            {
                var expected = product.Definition(i, j);
                if (BitConverter.SingleToUInt32Bits(expected) != BitConverter.SingleToUInt32Bits(product.C[i, j]))
                {
                    Assert.Fail($"{product}: element ({i}, {j}) is {product.C[i, j]:R}, by its definition {expected:R}.");
                }
            }
        }

        product.C.AssertPoisonIsIntact(product.ToString());
    }
}
