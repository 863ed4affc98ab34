using ActorNet.Core.Data;
using ActorNet.Core.Models;
using ActorNet.Core.Numerics;

namespace ActorNet.Core.Training;

/// <summary>The answers of a batch, judged: how many are correct and what they cost.</summary>
/// <param name="Samples">Samples judged.</param>
/// <param name="Cost">Their summed cost.</param>
/// <param name="Correct">How many are correct; 0 for regression, which has no right and wrong.</param>
public readonly record struct Score(int Samples, double Cost, int Correct)
{
    /// <summary>Both together.</summary>
    public static Score operator +(Score x, Score y) => new(x.Samples + y.Samples, x.Cost + y.Cost, x.Correct + y.Correct);

    /// <summary>The mean cost of a sample.</summary>
    public double MeanCost => Cost / Samples;

    /// <summary>The part of samples answered correctly, 0 to 1.</summary>
    public double Accuracy => (double)Correct / Samples;
}

/// <summary>Judges outputs against targets.</summary>
internal static class Scoring
{
    /// <summary>
    /// The score of some rows, in ascending order. Classification: the largest output stands where the largest target does. Multi-label: every
    /// output is on the right side of one half. The costs count as much as <paramref name="weights"/> says, 1 each where it is empty.
    /// </summary>
    public static Score Judge(
        TaskKind task, Cost cost, Activation output, ReadOnlyMatrix outputs, ReadOnlyMatrix targets, ReadOnlySpan<float> weights = default)
    {
        var sum = 0.0;
        var correct = 0;
        for (var row = 0; row < outputs.Rows; row++)
        {
            var answer = outputs.Row(row);
            var target = targets.Row(row);
            sum += cost.Value(output, answer, target) * (weights.IsEmpty ? 1 : weights[row]);
            correct += IsCorrect(task, answer, target) ? 1 : 0;
        }

        return new Score(outputs.Rows, sum, correct);
    }

    /// <summary>The place of the largest value; the first of equals. What a classifier answers.</summary>
    public static int Answer(ReadOnlySpan<float> outputs)
    {
        var (best, largest) = (0, outputs[0]);
        for (var i = 1; i < outputs.Length; i++)
        {
            if (outputs[i] > largest)
            {
                (best, largest) = (i, outputs[i]);
            }
        }

        return best;
    }

    private static bool IsCorrect(TaskKind task, ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets) => task switch
    {
        TaskKind.Classification => Answer(outputs) == Answer(targets),
        TaskKind.MultiLabel => SameSides(outputs, targets),
        _ => false,
    };

    private static bool SameSides(ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets)
    {
        for (var i = 0; i < outputs.Length; i++)
        {
            if (outputs[i] >= 0.5f != targets[i] >= 0.5f)
            {
                return false;
            }
        }

        return true;
    }
}
