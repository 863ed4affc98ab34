using System.Globalization;

namespace ActorNet.Core.Data.Sequences;

/// <summary>Made-up problems that need memory, by name: <c>adding</c> and <c>parity</c>, or with another number of steps, as in <c>adding100</c>.</summary>
internal static class SequenceProblems
{
    private const int TrainingSamples = 20_000, TestSamples = 2_000, MostSteps = 10_000;

    /// <summary>The names without a number of steps.</summary>
    public static IReadOnlyList<string> Names { get; } = ["adding", "parity"];

    /// <summary>Whether a name is one of theirs.</summary>
    public static bool IsOne(string name) => Names.Contains(name.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9'));

    /// <summary>Opens a problem; null where the name is none of theirs.</summary>
    /// <exception cref="ActorNetException">The number of steps is out of range.</exception>
    public static DataSetPair? Find(string name)
    {
        var digits = name.AsSpan().IndexOfAnyInRange('0', '9');
        var (kind, number) = digits < 0 ? (name, "") : (name[..digits], name[digits..]);
        if (!Names.Contains(kind) || !number.All(char.IsAsciiDigit))
        {
            return null;
        }

        var steps = kind == "adding" ? 50 : 16;
        if (number.Length > 0 && !(int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out steps) && steps is >= 2 and <= MostSteps))
        {
            throw new ActorNetException($"'{name}' has {number} steps: give 2 to {MostSteps}.");
        }

        return new DataSetPair(Part("training", TrainingSamples, seed: 1), Part("test", TestSamples, seed: 2));

        DataSet Part(string part, int count, ulong seed) => kind == "adding"
            ? new AddingProblem($"{name}/{part}", steps, count, seed)
            : new ParityProblem($"{name}/{part}", steps, count, seed);
    }
}
