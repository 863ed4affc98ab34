using System.Globalization;

namespace ActorNet.Cli.Explain;

/// <summary>A sigmoid neuron whose weights and bias grow becomes a perceptron (Nielsen, chapter 1, the exercises after eq. 4).</summary>
internal sealed class ScaledWeights() : Section("scaling", "Large weights make it a step again")
{
    private static readonly int[] _factors = [1, 10, 100];

    private readonly Row[] _rows = [.. ((double[])[-1, -0.1, -0.01, 0, 0.01, 0.1, 1]).Select(z => new Row(z, [.. _factors.Select(c => Sigmoid.Of(c * z))], z > 0 ? 1 : 0))];

    public override object Figures => new { factors = _factors, rows = _rows };

    public override void Tell(Story story)
    {
        story.Say("Multiply all weights and the bias by c, and z becomes c·z. A perceptron does not notice; the sigmoid neuron's σ(c·z) comes nearer to the step the larger c is:");
        story.Table(
            ["z", .. _factors.Select(c => $"c = {c}"), "step"],
            _rows.Select(row => (string[])[Number(row.Z, "0.##"), .. row.Outputs.Select(output => Number(output, "0.0000")), $"{row.Step}"]));
        story.Say("Only where z is exactly 0 they never agree: σ(0) is 0.5, whatever c is.");
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>A weighted sum and its outputs.</summary>
    /// <param name="Z">z, where c is 1.</param>
    /// <param name="Outputs">σ(c·z) for each factor.</param>
    /// <param name="Step">A perceptron's output.</param>
    private sealed record Row(double Z, double[] Outputs, int Step);
}
