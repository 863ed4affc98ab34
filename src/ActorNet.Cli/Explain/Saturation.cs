using System.Globalization;
using ActorNet.Cli.Monitor;

namespace ActorNet.Cli.Explain;

/// <summary>The slope of the sigmoid, and one neuron that learns from a good start and from a saturated one (Nielsen, chapter 3, the first example).</summary>
internal sealed class Saturation() : Section("saturation", "Saturated neurons learn slowly")
{
    private const int Epochs = 300;
    private const double Rate = 0.15;

    private static readonly double[] _sums = [.. Enumerable.Range(-32, 65).Select(i => i / 4.0)];

    // Learned once: JSON and the page both look at them.
    private readonly double[] _good = Learn(0.6, 0.9);
    private readonly double[] _saturated = Learn(2, 2);

    public override object Figures => new
    {
        slopes = _sums.Select(z => new { z, slope = Sigmoid.Slope(z) }),
        rate = Rate,
        starts = (object[])[new { weight = 0.6, bias = 0.9, outputs = _good }, new { weight = 2.0, bias = 2.0, outputs = _saturated }],
    };

    public override void Tell(Story story)
    {
        story.Say("How far an output moves depends on the slope σ'(z) = σ(z)(1 - σ(z)). It is 0.25 at most, where z is 0, and next to nothing where the neuron is saturated, its output near 0 or 1:");
        story.Show(new Plot(("z", -8, 8), (0, 0.25), [new("σ'(z)", [.. _sums.Select(z => (z, Sigmoid.Slope(z)))], Ink.First)], []));
        story.Table(["z", "σ(z)", "σ'(z)"], ((double[])[0, 2, 5, 10]).Select(z => (string[])[Number(z, "0"), Number(Sigmoid.Of(z), "0.00000"), Number(Sigmoid.Slope(z), "0.00000")]));
        story.Say(
            "Gradient descent on the quadratic cost multiplies every step by σ'(z). One neuron with the input 1 has to learn to answer 0, with a learning rate of 0.15. "
            + "It begins once with w = 0.6 and b = 0.9, and once with w = b = 2, saturated near 1. Its output, epoch by epoch:");
        story.Show(new Plot(
            ("epoch", 0, Epochs),
            (0, 1),
            [
                new("from 0.6, 0.9", Curve(_good, every: 1), Ink.First),
                new("from 2, 2", Curve(_saturated, every: 5), Ink.Second, IsDotted: true),
            ],
            []));
        story.Say($"After {Epochs} epochs the outputs are {Number(_good[^1], "0.00")} and {Number(_saturated[^1], "0.00")}. The one that was more wrong learned more slowly, for its first hundred epochs hardly at all. The cross-entropy cost takes σ'(z) out of the gradient (Nielsen, chapter 3, eq. 61); 'actornet train --cost cross-entropy' uses it. A step has no slope anywhere but where it jumps, so gradient descent cannot train perceptrons at all.");
    }

    /// <summary>The outputs of the neuron before the first epoch and after each, by gradient descent on ½a².</summary>
    private static double[] Learn(double weight, double bias)
    {
        var outputs = new double[Epochs + 1];
        for (var epoch = 0; epoch <= Epochs; epoch++)
        {
            var z = weight + bias;
            outputs[epoch] = Sigmoid.Of(z);
            var step = Rate * outputs[epoch] * Sigmoid.Slope(z);
            (weight, bias) = (weight - step, bias - step);
        }

        return outputs;
    }

    private static (double X, double Y)[] Curve(double[] outputs, int every) =>
        [.. outputs.Select((output, epoch) => ((double)epoch, output)).Where(point => point.Item1 % every == 0)];

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
