using ActorNet.Core.Models;
using ActorNet.Core.Numerics;

namespace ActorNet.Core.Tests.Models;

public sealed class CostTests
{
    private const ulong Seed = 22;
    private const int Rows = 6;

    /// <summary>Every pair of cost and output activation that makes sense, at some widths.</summary>
    public static TheoryData<string, string, int> Pairs
    {
        get
        {
            var data = new TheoryData<string, string, int>();
            foreach (var width in new[] { 1, 2, 10, 33, 150 })
            {
                foreach (var activation in new[] { "sigmoid", "tanh", "relu", "identity", "softmax" })
                {
                    data.Add("quadratic", activation, width);
                }
                data.Add("cross-entropy", "sigmoid", width);
                data.Add("cross-entropy", "softmax", width);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Value_is_the_definition(string costName, string activationName, int width)
    {
        var (_, a, y) = Sample(activationName, width);
        for (var row = 0; row < Rows; row++)
        {
            var outputs = a.AsSpan(row * width, width);
            var targets = y.AsSpan(row * width, width);
            var expected = DoubleReference.Cost(
                costName, activationName, DoubleReference.ToDouble(outputs), DoubleReference.ToDouble(targets));
            var actual = Cost.Find(costName).Value(Activation.Find(activationName), outputs, targets);
            Assert.True(
                Math.Abs(actual - expected) <= 3e-7 * Math.Max(1, Math.Abs(expected)),
                $"{costName} of {activationName}, width {width}, row {row}, seed {Seed}: {actual:R}, expected {expected:R}");
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Gradient_is_the_derivative_by_the_outputs(string costName, string activationName, int width)
    {
        var (_, a, y) = Sample(activationName, width);
        var gradient = new float[a.Length];
        Cost.Find(costName).Gradient(Activation.Find(activationName), a, y, gradient);
        for (var row = 0; row < Rows; row++)
        {
            var outputs = DoubleReference.ToDouble(a.AsSpan(row * width, width));
            if (costName == "cross-entropy" && outputs.Any(p => p is < 1e-3 or > 1 - 1e-3))
            {
                continue; // Where the slope is so steep, finite differences are no measure.
            }
            var targets = DoubleReference.ToDouble(y.AsSpan(row * width, width));
            var expected = DoubleReference.Derivative(at => DoubleReference.Cost(costName, activationName, at, targets), outputs);
            var what = $"{costName} of {activationName}, width {width}, row {row}, seed {Seed}";
            DoubleReference.AssertClose(what, expected, gradient.AsSpan(row * width, width), 1e-4);
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void OutputDelta_is_the_derivative_by_the_weighted_sums(string costName, string activationName, int width)
    {
        var (z, a, y) = Sample(activationName, width);
        var delta = new float[a.Length];
        Cost.Find(costName).OutputDelta(Activation.Find(activationName), [], a, y, delta, width);
        for (var row = 0; row < Rows; row++)
        {
            var targets = DoubleReference.ToDouble(y.AsSpan(row * width, width));
            var expected = DoubleReference.Derivative(
                at => DoubleReference.Cost(costName, activationName, DoubleReference.Activate(activationName, at), targets),
                DoubleReference.ToDouble(z.AsSpan(row * width, width)));
            var what = $"{costName} of {activationName}, width {width}, row {row}, seed {Seed}";
            DoubleReference.AssertClose(what, expected, delta.AsSpan(row * width, width), 3e-6);
        }
    }

    /// <summary>The short way, outputs − targets, is the long way through the gradient and the activation.</summary>
    [Theory]
    [InlineData("sigmoid")]
    [InlineData("softmax")]
    public void The_short_way_of_cross_entropy_is_the_long_way(string activationName)
    {
        const int Width = 10;
        var cost = Cost.Find("cross-entropy");
        var activation = Activation.Find(activationName);
        var (_, a, y) = Sample(activationName, Width);
        var shortWay = new float[a.Length];
        cost.OutputDelta(activation, [], a, y, shortWay, Width);
        var longWay = new float[a.Length];
        cost.Gradient(activation, a, y, longWay);
        activation.Backward([], a, longWay, Width);
        DoubleReference.AssertClose(activationName, DoubleReference.ToDouble(longWay), shortWay, 1e-5);
    }

    [Theory]
    [InlineData("sigmoid", 1f, 0f, 17.3287)]
    [InlineData("sigmoid", 0f, 1f, 87.33655)]
    [InlineData("sigmoid", 0f, 0f, 0)]
    [InlineData("sigmoid", 1f, 1f, 0)]
    [InlineData("softmax", 0f, 1f, 87.33655)]
    [InlineData("softmax", 1f, 1f, 0)]
    public void Saturated_outputs_cost_much_but_not_infinitely(string activationName, float output, float target, double expected)
    {
        var cost = Cost.Find("cross-entropy");
        var activation = Activation.Find(activationName);
        Assert.Equal(expected, cost.Value(activation, [output], [target]), 3);
        var gradient = new float[1];
        cost.Gradient(activation, [output], [target], gradient);
        Assert.True(float.IsFinite(gradient[0]));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void NaN_is_never_hidden(string costName, string activationName, int width)
    {
        var (_, a, y) = Sample(activationName, width);
        a[width - 1] = float.NaN;
        y[width - 1] = 0;
        Assert.Equal(double.NaN, Cost.Find(costName).Value(Activation.Find(activationName), a.AsSpan(0, width), y.AsSpan(0, width)));
    }

    [Fact]
    public void Cross_entropy_refuses_outputs_that_are_no_probabilities()
    {
        var cost = Cost.Find("cross-entropy");
        foreach (var name in new[] { "tanh", "relu", "identity" })
        {
            var error = Assert.Throws<ActorNetException>(() => cost.Check(Activation.Find(name)));
            Assert.Contains(name, error.Message);
            Assert.Contains("sigmoid or softmax", error.Message);
            Cost.Find("quadratic").Check(Activation.Find(name));
        }
        cost.Check(Activation.Find("sigmoid"));
        cost.Check(Activation.Find("softmax"));
    }

    [Fact]
    public void Names_are_found_and_unknown_ones_answered_with_the_nearest()
    {
        Assert.Equal("quadratic", Cost.Find("quadratic").Name);
        Assert.Equal("cross-entropy", Cost.Find("cross-entropy").Name);
        var error = Assert.Throws<ActorNetException>(() => Cost.Find("crossentropy"));
        Assert.StartsWith("Unknown cost 'crossentropy': did you mean 'cross-entropy'?", error.Message);
    }

    /// <summary>Sums, outputs and targets: one-hot in the even rows, soft ones that sum to 1 in the odd.</summary>
    private static (float[] Z, float[] A, float[] Y) Sample(string activationName, int width)
    {
        var stream = new RandomStream(Seed, RandomPurpose.Test, 0, (ulong)width);
        var z = new float[Rows * width];
        stream.FillNormal(z, 1.5f);
        var a = new float[z.Length];
        Activation.Find(activationName).Forward(z, a, width);
        var y = new float[z.Length];
        for (var row = 0; row < Rows; row++)
        {
            var targets = y.AsSpan(row * width, width);
            if (row % 2 == 0)
            {
                targets[row % width] = 1;
            }
            else
            {
                stream.FillNormal(targets, 1f, (ulong)(1000 * (row + 1)));
                VectorMath.SoftmaxRows(targets, targets, width);
            }
        }
        return (z, a, y);
    }
}
