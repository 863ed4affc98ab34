using System.Globalization;
using ActorNet.Cli.Settings;

namespace ActorNet.Cli.Explain;

/// <summary>actornet explain perceptron</summary>
internal static class PerceptronPage
{
    private const int Factors = 3;

    // So that a sum has room in its column.
    private const double MostNumber = 1e6;

    private static readonly Setting _weights = new("--weights", "W,W,W", "How much weather, friend and train count in the decision. Default: 6,2,2.");
    private static readonly Setting _threshold = new("--threshold", "T", "What their sum must exceed. Default: the book's two, 5 and 3.");
    private static readonly Setting _add = new("--add", "A,B", $"Two numbers up to {NandAddition.Most} to add by NAND perceptrons. Default: 100,55.");

    /// <summary>The page.</summary>
    public static Page Page { get; } = new(
        "perceptron",
        "Perceptrons: a decision, the learning rule, what no perceptron can learn, and an adder made of them.",
        [_weights, _threshold, _add],
        (parse, seed) =>
        [
            new FestivalDecision(
                _weights.Find(parse) is { } weights ? Weights(weights) : [6, 2, 2],
                _threshold.Find(parse) is { } threshold ? [Finite(threshold, threshold.Text, "a number within ±1,000,000, as in 5")] : [5, 3]),
            new LearnedLine(seed),
            new ExclusiveOr(seed),
            _add.Find(parse) is { } add ? Addition(add) : new NandAddition(100, 55),
        ]);

    private static double[] Weights(Said said)
    {
        const string expected = "three numbers within ±1,000,000, for weather, friend and train, as in 6,2,2";
        var words = said.Words();
        return words.Length == Factors ? [.. words.Select(word => Finite(said, word, expected))] : throw said.Wrong(expected);
    }

    private static double Finite(Said said, string word, string expected) =>
        double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && Math.Abs(value) <= MostNumber
            ? value
            : throw said.Wrong(expected);

    private static NandAddition Addition(Said said)
    {
        int[] numbers = [.. said.Words().Select(word =>
            int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= NandAddition.Most ? value : -1)];
        return numbers is [>= 0 and var first, >= 0 and var second]
            ? new NandAddition(first, second)
            : throw said.Wrong($"two whole numbers from 0 to {NandAddition.Most}, as in 100,55");
    }
}
