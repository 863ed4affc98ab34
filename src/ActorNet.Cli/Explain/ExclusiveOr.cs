using ActorNet.Cli.Rendering;
using ActorNet.Core.Perceptrons;

namespace ActorNet.Cli.Explain;

/// <summary>The learning rule on XOR, which no line parts.</summary>
/// <param name="seed">Draws the orders of learning.</param>
internal sealed class ExclusiveOr(ulong seed) : Section("xor", "What no perceptron can learn: exclusive or")
{
    private const int MostEpochs = 1000;

    private static readonly (double First, double Second, int Target)[] _table = [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)];

    private readonly PerceptronLearning _learned =
        PerceptronRule.Train([.. _table.Select(row => new PerceptronExample([row.First, row.Second], row.Target))], MostEpochs, seed);

    public override object Figures => new
    {
        converged = _learned.HasConverged,
        epochs = _learned.Epochs.Count,
        corrections = _learned.Corrections,
        differentWeights = DifferentWeights,
    };

    private int DifferentWeights => _learned.Epochs.Select(epoch => (epoch.Perceptron.Weights[0], epoch.Perceptron.Weights[1], epoch.Perceptron.Bias)).Distinct().Count();

    public override void Tell(Story story)
    {
        story.Say("x₁ XOR x₂ is 1 where one of the two is 1, but not both. To give that, a perceptron would need:");
        string[] needs = ["b ≤ 0", "w₂ + b > 0", "w₁ + b > 0", "w₁ + w₂ + b ≤ 0"];
        story.Table(["x₁", "x₂", "XOR", "needs"], _table.Select((row, i) => (string[])[$"{row.First}", $"{row.Second}", $"{row.Target}", needs[i]]));
        story.Say("The two in the middle add up to w₁ + w₂ + 2b > 0, the outer two to w₁ + w₂ + 2b ≤ 0. Both cannot be: no line has (0, 1) and (1, 0) on one side, and (0, 0) and (1, 1) on the other.");
        story.Say(
            $"The rule does not notice. It was stopped after {Say.Count(MostEpochs)} epochs and {Say.Count(_learned.Corrections)} corrections, with an error in every epoch: "
            + $"at the ends of these epochs it had only {DifferentWeights} different sets of weights, over and over. It cycles, and would for ever.");
    }
}
