using System.Globalization;

namespace ActorNet.Core.Training.Modes;

/// <summary>How updates are made, as <see cref="JobSpec.Mode"/> says it in a word.</summary>
internal abstract record UpdateMode
{
    private const string LocalPrefix = "local:";

    private UpdateMode()
    {
    }

    /// <summary>Reads a mode.</summary>
    /// <param name="word"><c>sync</c>, or <c>local:H</c> with H of 1 or more.</param>
    /// <exception cref="ActorNetException">No such mode.</exception>
    public static UpdateMode Parse(string word)
    {
        if (word == "sync")
        {
            return new Sync();
        }

        if (!word.StartsWith(LocalPrefix, StringComparison.Ordinal))
        {
            throw new ActorNetException(
                $"mode is '{word}': use sync, or local:H for rounds of H local steps, as in local:8.");
        }

        // One spelling for one mode: the word is part of the job's hash.
        var digits = word[LocalPrefix.Length..];
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var steps) && steps >= 1 && digits[0] != '0'
            ? new Local(steps)
            : throw new ActorNetException($"mode is '{word}': H of local:H, the local steps of a round, is a whole number of 1 or more, as in local:8.");
    }

    /// <summary>Every step's gradient is summed over all slices, and the parameter servers make one update of it.</summary>
    public sealed record Sync : UpdateMode;

    /// <summary>
    /// Every slice makes <see cref="Steps"/> updates by itself, then the parameter servers move the weights by the mean of what the slices moved theirs: local SGD
    /// (Stich, ICLR 2019), FedAvg on shares of one data set (McMahan, Moore, Ramage, Hampson and Agüera y Arcas, AISTATS 2017), DiLoCo with an outer momentum
    /// (Douillard et al. 2023).
    /// </summary>
    /// <param name="Steps">H, the steps of a round; 1 or more.</param>
    public sealed record Local(int Steps) : UpdateMode;
}
