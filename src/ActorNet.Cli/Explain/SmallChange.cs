using System.Globalization;
using ActorNet.Core.Numerics;
using ActorNet.Core.Perceptrons;

namespace ActorNet.Cli.Explain;

/// <summary>What a small change of a weight does to a perceptron's output, and to a sigmoid neuron's.</summary>
internal sealed class SmallChange : Section
{
    private const double Near = -0.005, Far = -2;

    private readonly double[] _inputs;
    private readonly double[] _weights;
    private readonly Neuron[] _neurons;

    /// <summary>Changes weights.</summary>
    /// <param name="seed">Draws the weights and the inputs.</param>
    public SmallChange(ulong seed)
        : base("change", "A small change, a small effect")
    {
        var random = new RandomStream(seed, RandomPurpose.Custom);
        // The weight that changes has an input of 1, so that z changes by as much.
        _inputs = [1, random.UniformDouble(0), random.UniformDouble(1)];
        _weights = [random.Normal(2), random.Normal(3), random.Normal(4)];
        _neurons = [Change(Near, -0.01, 0.001, 0.01, 0.1, 1), Change(Far, -0.01, 0.001, 0.01, 0.1, 1)];
    }

    public override object Figures => new { inputs = _inputs, weights = _weights, neurons = _neurons };

    public override void Tell(Story story)
    {
        story.Say(
            $"Learning is changing weights a little and seeing whether the outputs get better. Take a neuron with the inputs x = ({Rounded(_inputs)}), the weights "
            + $"w = ({Rounded(_weights)}) and a bias that puts z at {Near}, just under the perceptron's threshold. Then w₁ changes by Δw₁; in the last row all weights and the bias change by 0.01. "
            + "What a sigmoid neuron's output will do can be said beforehand (Nielsen, chapter 1, eq. 5):");
        story.Lines("Δoutput ≈ Σ ∂output/∂wⱼ Δwⱼ", "          + ∂output/∂b Δb", "        = σ'(z) (x·Δw + Δb)");
        Table(story, _neurons[0]);
        story.Say("The perceptron's output flips entirely or not at all: no small step in the right direction shows. The sigmoid neuron's moves by about what was predicted, the more exactly the smaller the change. With a bias that puts z far from 0, at -2, the perceptron shows nothing at all:");
        Table(story, _neurons[1]);
    }

    private static string Rounded(double[] values) => string.Join(", ", values.Select(value => value.ToString("0.00", CultureInfo.InvariantCulture)));

    private static void Table(Story story, Neuron neuron) => story.Table(
        ["Δw₁", "step", "predicted", "sigmoid"],
        neuron.Changes.Select(change => (string[])
        [
            change.All ? "all 0.01" : change.By.ToString("0.###", CultureInfo.InvariantCulture),
            $"{change.StepBefore} → {change.StepAfter}",
            Signed(change.Predicted),
            Signed(change.Seen),
        ]));

    private static string Signed(double value) => value.ToString("+0.000000;-0.000000", CultureInfo.InvariantCulture);

    private Neuron Change(double z, params double[] changes)
    {
        var before = new Perceptron(_weights, z - new Perceptron(_weights, 0).WeightedSum(_inputs));
        return new Neuron(z, Sigmoid.Of(z), [.. changes.Select(by => Change(before, by, all: false)), Change(before, 0.01, all: true)]);
    }

    /// <summary>Changes the first weight, or all of them and the bias.</summary>
    private WeightChange Change(Perceptron before, double by, bool all)
    {
        var after = new Perceptron([.. _weights.Select((weight, j) => weight + (all || j == 0 ? by : 0))], before.Bias + (all ? by : 0));
        var (z, moved) = (before.WeightedSum(_inputs), after.WeightedSum(_inputs));
        var predicted = Sigmoid.Slope(z) * by * (all ? _inputs.Sum() + 1 : _inputs[0]);
        return new WeightChange(by, all, before.Output(_inputs), after.Output(_inputs), predicted, Sigmoid.Of(moved) - Sigmoid.Of(z));
    }

    /// <summary>A neuron and what was done to it.</summary>
    /// <param name="Z">Its weighted sum.</param>
    /// <param name="Output">A sigmoid neuron's output.</param>
    /// <param name="Changes">Each begins anew.</param>
    private sealed record Neuron(double Z, double Output, WeightChange[] Changes);

    /// <summary>A change and its effect.</summary>
    /// <param name="By">What was added.</param>
    /// <param name="All">To all weights and the bias; otherwise to the first weight.</param>
    /// <param name="StepBefore">The perceptron's output before.</param>
    /// <param name="StepAfter">And after.</param>
    /// <param name="Predicted">The change of the sigmoid neuron's output by eq. 5.</param>
    /// <param name="Seen">The change there was.</param>
    private sealed record WeightChange(double By, bool All, int StepBefore, int StepAfter, double Predicted, double Seen);
}
