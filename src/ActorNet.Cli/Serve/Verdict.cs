using System.Globalization;
using ActorNet.Core.Data;
using ActorNet.Core.Models;
using ActorNet.Core.Training;

namespace ActorNet.Cli.Serve;

/// <summary>What comes out of a network.</summary>
/// <param name="Answer">The class of the largest output; null where the outputs are not of one class each, and for an empty picture.</param>
/// <param name="Probabilities">The outputs where they are probabilities, each of its own or all together; else null.</param>
/// <param name="Text">The same in words.</param>
internal sealed record Verdict(int? Answer, float[]? Probabilities, string Text)
{
    /// <summary>What some outputs say.</summary>
    /// <param name="task">What they mean; null where that is not known: classes, then.</param>
    /// <param name="names">What they are called; null where they have numbers alone.</param>
    /// <param name="range">What they can be.</param>
    /// <param name="outputs">The outputs.</param>
    /// <param name="isEmpty">Whether there was nothing to see.</param>
    public static Verdict Of(TaskKind? task, IReadOnlyList<string>? names, OutputRange range, float[] outputs, bool isEmpty)
    {
        var probabilities = range == OutputRange.Unbounded ? null : outputs;
        if (isEmpty)
        {
            return new Verdict(null, probabilities, "nothing drawn yet");
        }

        if (task is null or TaskKind.Classification && outputs.Length > 1)
        {
            var answer = Scoring.Answer(outputs);
            var isSure = probabilities is null || outputs[answer] >= 0.5f;
            var percent = probabilities is null ? "" : string.Create(CultureInfo.InvariantCulture, $" ({100 * outputs[answer]:0} %)");
            return new Verdict(answer, probabilities, $"looks {(isSure ? "" : "a little ")}like {names?[answer] ?? $"{answer}"}{percent}");
        }

        return new Verdict(null, probabilities, string.Create(CultureInfo.InvariantCulture, $"gives {string.Join(", ", outputs.Select(output => output.ToString("0.000", CultureInfo.InvariantCulture)))}"));
    }
}
