using System.Runtime.CompilerServices;
using ActorNet.Core.Numerics;
using CsCheck;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace ActorNet.Core.Tests.Numerics;

/// <summary>The products against MathNet's in double precision, and what they read, write and refuse.</summary>
public sealed class MatrixProductTests
{
    private readonly ProductScratch _scratch = new();

    static MatrixProductTests() => Control.UseSingleThread();

    [Fact]
    public void Products_agree_with_double_precision() =>
        ProductCase.Any(300).Sample(shape => AgreesWithDouble(shape, _scratch), iter: 120, threads: 1);

    [Fact]
    [Trait("Category", "Slow")]
    public void Many_products_agree_with_double_precision() =>
        ProductCase.Any(300).Sample(shape => AgreesWithDouble(shape, _scratch), iter: 3000, threads: 1);

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(784, 30, 10)]
    [InlineData(10, 784, 30)]
    [InlineData(513, 257, 129)]
    public void Products_of_training_agree_with_double_precision(int m, int n, int k)
    {
        foreach (var form in Enum.GetValues<ProductForm>())
        {
            AgreesWithDouble((form, m, n, k, m + n + k), _scratch);
        }
    }

    [Fact]
    public void Without_leaves_the_sums_are_zero_and_nothing_else_is_written()
    {
        foreach (var (m, n) in new[] { (1, 1), (3, 5), (41, 70), (53, 300), (53, 1100) })
        {
            var c = new Operand(m, n, gap: 3);
            MatrixProduct.TransposedMultiply(new ReadOnlyMatrix([], 0, m), new ReadOnlyMatrix([], 0, n), c.View, [], _scratch);
            var sums = new Operand(1, n);
            MatrixProduct.ColumnSums(new ReadOnlyMatrix([], 0, n), sums.View.Values, [], _scratch);
            for (var j = 0; j < n; j++)
            {
                Assert.Equal(0u, BitConverter.SingleToUInt32Bits(sums[0, j]));
                for (var i = 0; i < m; i++)
                {
                    Assert.Equal(0u, BitConverter.SingleToUInt32Bits(c[i, j]));
                }
            }

            c.AssertPoisonIsIntact($"{m} x {n}");
            sums.AssertPoisonIsIntact($"sums of {n}");
        }
    }

    [Fact]
    public void No_rows_write_nothing()
    {
        var c = new Operand(0, 7);
        MatrixProduct.Multiply(new ReadOnlyMatrix([], 0, 3), new float[21].AsMatrix(3, 7), [], c.View, _scratch);
        c.AssertPoisonIsIntact("0 x 7");
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        var values = new float[100];
        void Multiply(int aRows, int aColumns, int bRows, int bColumns, int cRows, int cColumns, int bias = 0) => MatrixProduct.Multiply(
            values.AsMatrix(aRows, aColumns), values.AsMatrix(bRows, bColumns), new float[bias], new float[100].AsMatrix(cRows, cColumns), _scratch);
        Multiply(2, 3, 3, 4, 2, 4, bias: 4);
        Assert.Throws<ArgumentException>(() => Multiply(2, 3, 4, 4, 2, 4));
        Assert.Throws<ArgumentException>(() => Multiply(2, 3, 3, 4, 3, 4));
        Assert.Throws<ArgumentException>(() => Multiply(2, 3, 3, 4, 2, 5));
        Assert.Throws<ArgumentException>(() => Multiply(2, 3, 3, 4, 2, 4, bias: 3));
        Assert.Throws<ArgumentException>(() => Multiply(2, 3, 3, 4, 2, 4, bias: 5));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(5)]
    public void Column_sums_need_room_for_every_column(int length) =>
        Assert.Throws<ArgumentException>(() => MatrixProduct.ColumnSums(new float[8].AsMatrix(2, 4), new float[length], [new TreeLeaf(2, 0)], _scratch));

    /// <summary>Rows and merges of each leaf; the product has four rows.</summary>
    [Theory]
    [InlineData(3, 0)]
    [InlineData(5, 0)]
    [InlineData(4, 1)]
    [InlineData(2, 0, 2, 0)]
    [InlineData(2, 1, 2, 0)]
    [InlineData(2, 0, 2, 2)]
    [InlineData(4, 0, 0, 1)]
    [InlineData(-1, 0, 5, 1)]
    [InlineData]
    public void Trees_that_do_not_fit_are_refused(params int[] rowsAndMerges)
    {
        var leaves = rowsAndMerges.Chunk(2).Select(pair => new TreeLeaf(pair[0], pair[1])).ToArray();
        Assert.Throws<ArgumentException>(() => MatrixProduct.ColumnSums(new float[8].AsMatrix(4, 2), new float[2], leaves, _scratch));
        Assert.Throws<ArgumentException>(
            () => MatrixProduct.TransposedMultiply(new float[8].AsMatrix(4, 2), new float[8].AsMatrix(4, 2), new float[4].AsMatrix(2, 2), leaves, _scratch));
    }

    [Fact]
    public void Not_a_number_and_infinity_pass_through()
    {
        float[] a = [1f, float.NaN, 0f, float.PositiveInfinity];
        float[] b = [2f];
        var c = new float[4];
        MatrixProduct.Multiply(a.AsMatrix(4, 1), b.AsMatrix(1, 1), [], c.AsMatrix(4, 1), _scratch);
        Assert.Equal([2f, float.NaN, 0f, float.PositiveInfinity], c);
    }

    [Fact]
    public void Products_allocate_nothing_once_the_scratch_has_grown()
    {
        var product = new ProductCase(ProductForm.MultiplyWithBias, 64, 200, 50, 1, Operand.Ordinary);
        product.Compute(_scratch);
        var before = GC.GetAllocatedBytesForCurrentThread();
        product.Compute(_scratch);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    /// <summary>
    /// The product's working room is memory that only the scratch keeps alive, and the caller may have no more use for the scratch. There are rounds
    /// enough that the runtime compiles the product with optimisation, which forgets what is used no more.
    /// </summary>
    [Fact]
    public void A_scratch_lives_as_long_as_its_product()
    {
        using var done = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!done.IsCancellationRequested)
            {
                GC.Collect();
                // Takes the place of memory that was given up, and fills it.
                for (var i = 0; i < 20; i++)
                {
                    new AlignedBuffer(50_000).Span.Fill(float.NaN);
                }
            }
        });
        collector.Start();
        try
        {
            float[] a = new float[200 * 200], b = new float[200 * 300], c = new float[200 * 300];
            for (var round = 0; round < 1000; round++)
            {
                MultiplyWithNewScratch(a, b, c);
                Assert.True(Array.TrueForAll(c, value => value == 0), $"Round {round}: a product of zeros is not zero.");
            }
        }
        finally
        {
            done.Cancel();
            collector.Join();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyWithNewScratch(float[] a, float[] b, float[] c) =>
        MatrixProduct.Multiply(a.AsMatrix(200, 200), b.AsMatrix(200, 300), [], c.AsMatrix(200, 300), new ProductScratch());

    /// <summary>
    /// Each element of C is off by at most γ·Σ|a||b| (with the bias as one more term), γ = nu/(1 - nu), for the n roundings on its way and the
    /// unit roundoff u = 2^-24 (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1). The reference's own error is 2^-29 of that.
    /// </summary>
    private static void AgreesWithDouble((ProductForm Form, int M, int N, int K, int Seed) shape, ProductScratch scratch)
    {
        var product = new ProductCase(shape.Form, shape.M, shape.N, shape.K, shape.Seed, Operand.Ordinary);
        product.Compute(scratch);
        var a = Matrix<double>.Build.Dense(product.M, product.K, (i, k) => product.A(i, k));
        var b = Matrix<double>.Build.Dense(product.K, product.N, (k, j) => product.B(k, j));
        var exact = a * b;
        var size = a.PointwiseAbs() * b.PointwiseAbs();
        var unit = product.Roundings * Math.ScaleB(1, -24);
        var gamma = 1.01 * unit / (1 - unit);
        for (var i = 0; i < product.M; i++)
        {
            for (var j = 0; j < product.N; j++)
            {
                var error = Math.Abs(product.C[i, j] - (exact[i, j] + product.Bias(j)));
                // A NaN, read from beyond an operand, is no error under any bound.
                Assert.True(error <= gamma * (size[i, j] + Math.Abs(product.Bias(j))), $"{product}: element ({i}, {j}) is off by {error}.");
            }
        }

        product.C.AssertPoisonIsIntact(product.ToString());
    }
}
