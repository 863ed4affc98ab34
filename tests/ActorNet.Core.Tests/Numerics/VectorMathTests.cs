using ActorNet.Core.Numerics;
using Xunit.Abstractions;

namespace ActorNet.Core.Tests.Numerics;

public sealed class VectorMathTests(ITestOutputHelper output)
{
    private delegate void SpanFunction(ReadOnlySpan<float> x, Span<float> destination);

    /// <summary>A function over spans and of a single value, the exact one in double, and the stated error.</summary>
    private sealed record Function(SpanFunction Span, Func<float, float> Single, Func<double, double> Exact, double MaxUlp);

    private static readonly Dictionary<string, Function> _functions = new()
    {
        ["Exp"] = new(VectorMath.Exp, VectorMath.Exp, Math.Exp, 1),
        ["Log"] = new(VectorMath.Log, VectorMath.Log, Math.Log, 1),
        ["Sigmoid"] = new(VectorMath.Sigmoid, VectorMath.Sigmoid, x => 1 / (1 + Math.Exp(-x)), 2.5),
        ["Tanh"] = new(VectorMath.Tanh, VectorMath.Tanh, Math.Tanh, 2.5),
    };

    public static TheoryData<string> Names => [.. _functions.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Error_is_within_the_stated_ulp(string name) => MeasureError(name, stride: 1009);

    /// <summary>Every float there is.</summary>
    [Theory]
    [Trait("Category", "Slow")]
    [MemberData(nameof(Names))]
    public void Error_is_within_the_stated_ulp_everywhere(string name) => MeasureError(name, stride: 1);

    [Theory]
    [InlineData("Exp", float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData("Exp", float.NegativeInfinity, 0f)]
    [InlineData("Exp", float.NaN, float.NaN)]
    [InlineData("Exp", 0f, 1f)]
    [InlineData("Exp", 88.73f, float.PositiveInfinity)]
    [InlineData("Exp", -103.98f, 0f)]
    [InlineData("Log", float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData("Log", float.NegativeInfinity, float.NaN)]
    [InlineData("Log", float.NaN, float.NaN)]
    [InlineData("Log", 0f, float.NegativeInfinity)]
    [InlineData("Log", -1f, float.NaN)]
    [InlineData("Log", 1f, 0f)]
    [InlineData("Sigmoid", float.PositiveInfinity, 1f)]
    [InlineData("Sigmoid", float.NegativeInfinity, 0f)]
    [InlineData("Sigmoid", float.NaN, float.NaN)]
    [InlineData("Sigmoid", 0f, 0.5f)]
    [InlineData("Tanh", float.PositiveInfinity, 1f)]
    [InlineData("Tanh", float.NegativeInfinity, -1f)]
    [InlineData("Tanh", float.NaN, float.NaN)]
    [InlineData("Tanh", 0f, 0f)]
    [InlineData("Tanh", float.Epsilon, float.Epsilon)]
    public void Special_values_are_exact(string name, float x, float expected) =>
        AssertSameBits(expected, _functions[name].Single(x));

    [Fact]
    public void Negative_zero_keeps_its_sign_where_the_function_does()
    {
        AssertSameBits(1f, VectorMath.Exp(-0f));
        AssertSameBits(float.NegativeInfinity, VectorMath.Log(-0f));
        AssertSameBits(0.5f, VectorMath.Sigmoid(-0f));
        AssertSameBits(-0f, VectorMath.Tanh(-0f));
    }

    /// <summary>An element has the same bits alone, in spans of every length and at every place, and in place.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Bits_depend_on_neither_length_nor_place(string name)
    {
        const ulong Seed = 8;
        var (span, single, _, _) = _functions[name];
        var stream = new RandomStream(Seed, RandomPurpose.Test);
        for (var length = 0; length <= 70; length++)
        {
            var x = new float[length];
            stream.FillNormal(x, length % 3 == 0 ? 1f : 40f, (ulong)length * 100);
            var expected = x.Select(v => BitConverter.SingleToInt32Bits(single(v))).ToArray();
            var apart = new float[length];
            span(x, apart);
            Assert.True(expected.SequenceEqual(apart.Select(BitConverter.SingleToInt32Bits)), $"{name}, length {length}, seed {Seed}");
            span(x, x);
            Assert.True(expected.SequenceEqual(x.Select(BitConverter.SingleToInt32Bits)), $"{name} in place, length {length}, seed {Seed}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(37)]
    [InlineData(1000)]
    public void Softmax_of_rows_is_the_formula(int width)
    {
        const ulong Seed = 6;
        const int Rows = 20;
        var x = new float[Rows * width];
        new RandomStream(Seed, RandomPurpose.Test, 0, (ulong)width).FillNormal(x, 10f);
        var actual = new float[x.Length];
        VectorMath.SoftmaxRows(x, actual, width);
        for (var row = 0; row < Rows; row++)
        {
            var values = x.AsSpan(row * width, width).ToArray();
            var largest = values.Max();
            var exponentials = values.Select(v => Math.Exp(v - largest)).ToArray();
            var sum = exponentials.Sum();
            for (var i = 0; i < width; i++)
            {
                var error = Ulp.OfFloat(actual[row * width + i], exponentials[i] / sum);
                Assert.True(error <= 2.5, $"width {width}, row {row}, element {i}, seed {Seed}: {error} ulp");
            }
        }
        VectorMath.SoftmaxRows(x, x, width);
        Assert.Equal(actual, x);
    }

    [Fact]
    public void Softmax_survives_large_inputs_and_shows_what_it_cannot()
    {
        Assert.Equal([1, 0, 0], Softmax(1e30f, 0, -1e30f));
        Assert.Equal([0, 0.5f, 0.5f], Softmax(float.NegativeInfinity, 5, 5));
        Assert.All(Softmax(float.NaN, 1, 2), value => Assert.Equal(float.NaN, value));
        Assert.All(Softmax(float.PositiveInfinity, 1, 2), value => Assert.Equal(float.NaN, value));

        static float[] Softmax(params float[] row)
        {
            VectorMath.SoftmaxRows(row, row, row.Length);
            return row;
        }
    }

    [Fact]
    public void Wrong_spans_are_refused()
    {
        var x = new float[10];
        Assert.Throws<ArgumentException>(() => VectorMath.Exp(x, new float[9]));
        Assert.Throws<ArgumentException>(() => VectorMath.Exp(x.AsSpan(0, 9), x.AsSpan(1, 9)));
        Assert.Throws<ArgumentException>(() => VectorMath.SoftmaxRows(x, x, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => VectorMath.SoftmaxRows(x, x, 0));
    }

    private static void AssertSameBits(float expected, float actual)
    {
        // The sign and payload of NaN say nothing.
        if (!float.IsNaN(expected) || !float.IsNaN(actual))
        {
            Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(actual));
        }
    }

    private void MeasureError(string name, long stride)
    {
        var (span, _, exact, maxUlp) = _functions[name];
        var x = new float[4096];
        var y = new float[x.Length];
        var (worst, at) = (0.0, 0f);
        for (long next = 0; next <= uint.MaxValue;)
        {
            var count = 0;
            for (; count < x.Length && next <= uint.MaxValue; next += stride)
            {
                x[count++] = BitConverter.UInt32BitsToSingle((uint)next);
            }
            span(x.AsSpan(0, count), y.AsSpan(0, count));
            for (var i = 0; i < count; i++)
            {
                var error = Ulp.OfFloat(y[i], exact(x[i]));
                if (error > worst)
                {
                    (worst, at) = (error, x[i]);
                }
            }
        }
        output.WriteLine($"{name}: at most {worst:F3} ulp, at {at:R}");
        Assert.True(worst <= maxUlp, $"{name}({at:R}) is {worst:F3} ulp off; stated are {maxUlp}");
    }
}
