using ActorNet.Cli.Monitor;

namespace ActorNet.Cli.Explain;

/// <summary>The step of a perceptron and the curve of a sigmoid neuron.</summary>
internal sealed class SmoothStep() : Section("curves", "The step, made smooth")
{
    private const double Most = 6;

    private static readonly double[] _sums = [.. Enumerable.Range(-24, 49).Select(i => i / 4.0)];

    public override object Figures => _sums.Select(z => new { z, step = z > 0 ? 1 : 0, sigmoid = Sigmoid.Of(z), slope = Sigmoid.Slope(z) });

    public override void Tell(Story story)
    {
        story.Say("A perceptron and a sigmoid neuron add up the same, z = w·x + b. The perceptron's output jumps from 0 to 1 where z passes 0; the sigmoid neuron's output rises smoothly, and can be anything between 0 and 1:");
        story.Lines("perceptron  1 if z > 0, else 0", "sigmoid     σ(z) = 1 / (1 + e^-z)");
        story.Show(new Plot(
            ("z", -Most, Most),
            (0, 1),
            [
                new("perceptron", [(-Most, 0), (0, 0), (0, 1), (Most, 1)], Ink.First),
                new("sigmoid", [.. _sums.Select(z => (z, Sigmoid.Of(z)))], Ink.Second, IsDotted: true),
            ],
            []));
    }
}
