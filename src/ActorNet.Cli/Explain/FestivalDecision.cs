using System.Globalization;
using ActorNet.Core.Perceptrons;

namespace ActorNet.Cli.Explain;

/// <summary>Whether to go to the cheese festival: Nielsen's first example, all eight cases.</summary>
internal sealed class FestivalDecision : Section
{
    // What the eight answers may have in common: the end of a sentence.
    private static readonly (Func<Case, bool> Follows, string Words)[] _rules =
    [
        (_ => true, ", whatever is true."),
        (_ => false, ": never."),
        (x => x.Weather == 1, ", just when the weather is good."),
        (x => x.Friend == 1, ", just when a friend comes along."),
        (x => x.Train == 1, ", just when a train goes there."),
        (x => x.Weather == 1 || x.Friend + x.Train == 2, ", when the weather is good, or else when a friend comes along and a train goes there."),
        (x => x.Weather + x.Friend + x.Train >= 1, ", when anything is true."),
        (x => x.Weather + x.Friend + x.Train >= 2, ", when two or more of the three are true."),
        (x => x.Weather + x.Friend + x.Train == 3, ", when all is true."),
    ];

    private readonly double[] _weights;
    private readonly double[] _thresholds;
    private readonly Case[] _cases;

    /// <summary>Decides it.</summary>
    /// <param name="weights">Of good weather, a friend who comes along, and a train that goes there.</param>
    /// <param name="thresholds">One or more.</param>
    public FestivalDecision(double[] weights, double[] thresholds)
        : base("decision", "A decision: do I go to the cheese festival?")
    {
        (_weights, _thresholds) = (weights, thresholds);
        _cases = [.. from weather in (int[])[0, 1] from friend in (int[])[0, 1] from train in (int[])[0, 1] select Decide(weather, friend, train)];
    }

    public override object Figures => new { weights = _weights, thresholds = _thresholds, cases = _cases };

    public override void Tell(Story story)
    {
        story.Say(
            "A perceptron weighs binary inputs and gives one binary output. Here: is the weather good, does a friend come along, does a train go there? "
            + $"They count {string.Join(", ", _weights.Select(Number))}, and the output is 1, go, where the sum of what is true is above a threshold.");
        story.Lines("output = 1 if w·x > threshold, else 0", "       = 1 if w·x + b > 0, else 0", "b      = -threshold");
        story.Table(
            ["weather", "friend", "train", "w·x", .. _thresholds.Select(threshold => $"> {Number(threshold)}")],
            _cases.Select(x => (string[])[$"{x.Weather}", $"{x.Friend}", $"{x.Train}", Number(x.Sum), .. x.Outputs.Select(output => output == 1 ? "go" : "-")]));
        for (var i = 0; i < _thresholds.Length; i++)
        {
            story.Say($"Threshold {Number(_thresholds[i])}: go in {_cases.Count(x => x.Outputs[i] == 1)} of 8 cases{Reading(_cases, i)}");
        }

        story.Say("Other weights and another threshold are another way to decide: try --weights 2,6,2 --threshold 5.");
    }

    private static string Reading(Case[] cases, int threshold) =>
        _rules.FirstOrDefault(rule => cases.All(x => x.Outputs[threshold] == 1 == rule.Follows(x))).Words ?? ".";

    private static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    private Case Decide(int weather, int friend, int train)
    {
        var sum = new Perceptron(_weights, bias: 0).WeightedSum(weather, friend, train);
        return new Case(
            weather, friend, train, sum, [.. _thresholds.Select(threshold => Perceptron.WithThreshold(_weights, threshold).Output(weather, friend, train))]);
    }

    /// <summary>A case.</summary>
    /// <param name="Weather">Whether the weather is good: 1 or 0.</param>
    /// <param name="Friend">Whether a friend comes along.</param>
    /// <param name="Train">Whether a train goes there.</param>
    /// <param name="Sum">What is true, weighted.</param>
    /// <param name="Outputs">The decision by each threshold.</param>
    private sealed record Case(int Weather, int Friend, int Train, double Sum, int[] Outputs);
}
