using ActorNet.Core.Models;
using ActorNet.Core.Numerics;

namespace ActorNet.Core.Tests.Models;

public sealed class ActivationTests
{
    private const ulong Seed = 21;
    private const int Rows = 7;

    public static TheoryData<string, int> NamesAndWidths
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var name in new[] { "sigmoid", "tanh", "relu", "identity", "softmax" })
            {
                foreach (var width in new[] { 1, 2, 3, 10, 33 })
                {
                    data.Add(name, width);
                }
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(NamesAndWidths))]
    public void Forward_is_the_definition_also_in_place(string name, int width)
    {
        var activation = Activation.Find(name);
        var z = Draw(width, 0, 3f);
        var a = new float[z.Length];
        activation.Forward(z, a, width);
        for (var row = 0; row < Rows; row++)
        {
            var expected = DoubleReference.Activate(name, DoubleReference.ToDouble(z.AsSpan(row * width, width)));
            DoubleReference.AssertClose($"{name}, width {width}, row {row}, seed {Seed}", expected, a.AsSpan(row * width, width), 1e-6);
        }
        activation.Forward(z, z, width);
        Assert.Equal(a, z);
    }

    [Theory]
    [MemberData(nameof(NamesAndWidths))]
    public void Backward_is_the_derivative(string name, int width)
    {
        var activation = Activation.Find(name);
        Assert.False(activation.UsesInput);
        var z = Draw(width, 1, 1.5f);
        var weights = Draw(width, 2, 1f);
        var a = new float[z.Length];
        activation.Forward(z, a, width);
        var gradient = (float[])weights.Clone();
        activation.Backward([], a, gradient, width);
        for (var row = 0; row < Rows; row++)
        {
            var g = DoubleReference.ToDouble(weights.AsSpan(row * width, width));
            var expected = DoubleReference.Derivative(
                at => DoubleReference.Activate(name, at).Zip(g, (x, w) => x * w).Sum(),
                DoubleReference.ToDouble(z.AsSpan(row * width, width)));
            DoubleReference.AssertClose(
                $"{name}, width {width}, row {row}, seed {Seed}", expected, gradient.AsSpan(row * width, width), 2e-6);
        }
    }

    [Theory]
    [InlineData("sigmoid")]
    [InlineData("tanh")]
    [InlineData("relu")]
    [InlineData("identity")]
    [InlineData("softmax")]
    public void NaN_is_never_hidden(string name)
    {
        var values = new float[] { 1, float.NaN, -1, 2 };
        Activation.Find(name).Forward(values, values, 4);
        Assert.True(float.IsNaN(values[1]));
    }

    [Fact]
    public void Relu_has_no_slope_at_zero()
    {
        var gradient = new float[] { 5, 5, 5 };
        Activation.Find("relu").Backward([], [0f, -0f, 1f], gradient, 3);
        Assert.Equal([0, 0, 5], gradient);
    }

    [Fact]
    public void Names_are_found_and_unknown_ones_answered_with_the_nearest()
    {
        foreach (var name in Activation.Names)
        {
            Assert.Equal(name, Activation.Find(name).Name);
        }
        var error = Assert.Throws<ActorNetException>(() => Activation.Find("sigmod"));
        Assert.StartsWith("Unknown activation 'sigmod': did you mean 'sigmoid'? Known are sigmoid, tanh, relu,", error.Message);
    }

    [Fact]
    public void A_custom_activation_is_found_once_registered()
    {
        var custom = new Square();
        Activation.Register(custom);
        Assert.Same(custom, Activation.Find("test-square"));
        Assert.Contains("test-square", Activation.Names);
        var error = Assert.Throws<ArgumentException>(() => Activation.Register(new Square()));
        Assert.Contains("'test-square' is taken", error.Message);
    }

    private static float[] Draw(int width, ulong position, float scale)
    {
        var values = new float[Rows * width];
        new RandomStream(Seed, RandomPurpose.Test, 0, position).FillNormal(values, scale);
        return values;
    }

    private sealed class Square : Activation
    {
        public override string Name => "test-square";

        public override bool UsesInput => true;

        public override void Forward(ReadOnlySpan<float> z, Span<float> a, int width) => VectorOps.Multiply(z, z, a);

        public override void Backward(ReadOnlySpan<float> z, ReadOnlySpan<float> a, Span<float> gradient, int width)
        {
            VectorOps.Multiply(gradient, z, gradient);
            VectorOps.Scale(gradient, 2f, gradient);
        }
    }
}
