using System.Globalization;
using ActorNet.Cli.Monitor;
using ActorNet.Core.Numerics;
using ActorNet.Core.Perceptrons;

namespace ActorNet.Cli.Explain;

/// <summary>The learning rule on points that a line parts.</summary>
internal sealed class LearnedLine : Section
{
    private const int Points = 40;

    // How far, at least, every point lies from the hidden line: where it is 0, the bound is infinite.
    private const double Margin = 0.08;

    private readonly PerceptronExample[] _examples;
    private readonly PerceptronLearning _learned;
    private readonly double _bound;

    /// <summary>Draws the points and learns them.</summary>
    /// <param name="seed">Draws a line, the points, and the orders of learning.</param>
    public LearnedLine(ulong seed)
        : base("learning", "Learning: the rule finds a line, if there is one")
    {
        var random = new RandomStream(seed, RandomPurpose.Custom);
        var angle = 2 * Math.PI * random.UniformDouble(0);
        var hidden = new Perceptron([DeterministicMath.Cos(angle), DeterministicMath.Sin(angle)], (0.6 * random.UniformDouble(1)) - 0.3);
        _examples = [.. Draw(random).Where(point => Math.Abs(hidden.WeightedSum(point)) > Margin).Take(Points).Select(point => new PerceptronExample(point, hidden.Output(point)))];
        _learned = PerceptronRule.Train(_examples, seed: seed);
        _bound = PerceptronRule.MostCorrections(_examples, hidden);
    }

    public override object Figures => new
    {
        points = _examples.Select(example => new { x = example.Inputs[0], y = example.Inputs[1], target = example.Target }),
        converged = _learned.HasConverged,
        epochs = _learned.Epochs.Count,
        corrections = _learned.Corrections,
        mostCorrections = _bound,
        weights = _learned.Perceptron.Weights.ToArray(),
        bias = _learned.Perceptron.Bias,
    };

    public override void Tell(Story story)
    {
        story.Say(
            $"Nobody has to choose the weights. Rosenblatt's rule looks at one example after the other, here {Points} points, each with its right answer t; where the "
            + "output y is wrong, it corrects:");
        story.Lines("w ← w + (t - y)·x", "b ← b + (t - y)");
        story.Show(new Plot(("x", -1, 1), (-1, 1), [new("line found", Line(_learned.Perceptron), Ink.First)], [.. _examples.Select(Mark)]));
        var (weights, bias) = (_learned.Perceptron.Weights.ToArray(), _learned.Perceptron.Bias);
        story.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"It answered all {Points} right after {_learned.Epochs.Count} epochs and {_learned.Corrections} corrections, with w = ({weights[0]:0.00}, {weights[1]:0.00}) and b = {bias:0}. Novikoff's theorem (1962) allows at most (R/γ)² = {Math.Floor(_bound):0}: R is the length of the longest (x, 1), γ the margin of a line that parts the points: the wider, the fewer corrections."));
    }

    private static IEnumerable<double[]> Draw(RandomStream random)
    {
        for (var element = 2UL; ; element += 2)
        {
            yield return [(2 * random.UniformDouble(element)) - 1, (2 * random.UniformDouble(element + 1)) - 1];
        }
    }

    private static Mark Mark(PerceptronExample example) => example.Target == 1
        ? new Mark("t = 1", '+', example.Inputs[0], example.Inputs[1], Ink.Good)
        : new Mark("t = 0", 'o', example.Inputs[0], example.Inputs[1], Ink.Second);

    /// <summary>Where w·x + b is 0, by whichever coordinate makes the line less steep.</summary>
    private static (double X, double Y)[] Line(Perceptron perceptron)
    {
        var (w, b) = (perceptron.Weights.ToArray(), perceptron.Bias);
        return Math.Abs(w[1]) >= Math.Abs(w[0])
            ? [(-1, (w[0] - b) / w[1]), (1, (-w[0] - b) / w[1])]
            : [((w[1] - b) / w[0], -1), ((-w[1] - b) / w[0], 1)];
    }
}
