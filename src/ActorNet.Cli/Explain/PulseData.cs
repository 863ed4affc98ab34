using ActorNet.Core.Data;

namespace ActorNet.Cli.Explain;

/// <summary>
/// What the network of <see cref="RecurrentPage"/> learns: of a sequence in which one step may have a pulse, how many steps ago it was. All sequences of one
/// step up to <see cref="Steps"/>, as the pulse and a mask.
/// </summary>
internal static class PulseData
{
    /// <summary>Steps of the longest sequence.</summary>
    public const int Steps = 8;

    /// <summary>The answer that there was no pulse yet; the others are steps ago.</summary>
    public const int None = Steps;

    /// <summary>Every sequence, and how many steps ago its pulse was.</summary>
    public static DataSet All()
    {
        var sequences = Enumerable.Range(1, Steps)
            .SelectMany(length => Enumerable.Range(-1, length + 1).Select(pulse => (Length: length, Pulse: pulse)))
            .ToArray();
        return ArrayDataSet.Classification(
            [.. sequences.Select(sequence => Sequence(sequence.Length, sequence.Pulse))],
            [.. sequences.Select(sequence => sequence.Pulse < 0 ? None : sequence.Length - 1 - sequence.Pulse)],
            classes: Steps + 1,
            "pulses");
    }

    /// <summary>A sequence.</summary>
    /// <param name="length">Its steps.</param>
    /// <param name="pulse">The step with the pulse, from 0; negative for none.</param>
    public static float[] Sequence(int length, int pulse)
    {
        var inputs = new float[2 * Steps];
        for (var step = 0; step < length; step++)
        {
            (inputs[2 * step], inputs[(2 * step) + 1]) = (step == pulse ? 1 : 0, 1);
        }

        return inputs;
    }
}
