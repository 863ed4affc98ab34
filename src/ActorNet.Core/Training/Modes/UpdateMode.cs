using System.Globalization;

namespace ActorNet.Core.Training.Modes;

/// <summary>How updates are made, as <see cref="JobSpec.Mode"/> says it in a word.</summary>
internal abstract record UpdateMode
{
    private const string LocalPrefix = "local:";
    private const string StalePrefix = "ssp:";

    private UpdateMode()
    {
    }

    /// <summary>Reads a mode.</summary>
    /// <param name="word"><c>sync</c>, <c>local:H</c> with H of 1 or more, <c>ssp:τ</c> with τ of 0 or more, or <c>async</c>.</param>
    /// <exception cref="ActorNetException">No such mode.</exception>
    public static UpdateMode Parse(string word)
    {
        return word switch
        {
            "sync" => new Sync(),
            "async" => new Stale(null),
            _ when word.StartsWith(LocalPrefix, StringComparison.Ordinal) => new Local(
                Number(word[LocalPrefix.Length..], least: 1)
                ?? throw new ActorNetException($"mode is '{word}': H of local:H, the local steps of a round, is a whole number of 1 or more, as in local:8.")),
            _ when word.StartsWith(StalePrefix, StringComparison.Ordinal) => new Stale(
                Number(word[StalePrefix.Length..], least: 0)
                ?? throw new ActorNetException($"mode is '{word}': τ of ssp:τ, the steps by which a slice may be ahead of the slowest, is a whole number of 0 or more, as in ssp:4.")),
            _ => throw new ActorNetException(
                $"mode is '{word}': use sync, local:H for rounds of H local steps, as in local:8, ssp:τ for slices at most τ steps ahead of the slowest, as in ssp:4, or async."),
        };
    }

    /// <summary>Reads a number in its one spelling: the word is part of the job's hash. Null for anything else.</summary>
    private static int? Number(string digits, int least) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && (digits[0] != '0' || digits.Length == 1)
            ? number
            : null;

    /// <summary>Every step's gradient is summed over all slices, and the parameter servers make one update of it.</summary>
    public sealed record Sync : UpdateMode;

    /// <summary>
    /// Every slice makes <see cref="Steps"/> updates by itself, then the parameter servers move the weights by the mean of what the slices moved theirs: local SGD
    /// (Stich, ICLR 2019), FedAvg on shares of one data set (McMahan, Moore, Ramage, Hampson and Agüera y Arcas, AISTATS 2017), DiLoCo with an outer momentum
    /// (Douillard et al. 2023).
    /// </summary>
    /// <param name="Steps">H, the steps of a round; 1 or more.</param>
    public sealed record Local(int Steps) : UpdateMode;

    /// <summary>
    /// The parameter servers apply each part of a gradient when it arrives, and a slice goes on with whatever weights there are then, as long as it is no more than
    /// <see cref="Bound"/> steps ahead of the slowest: stale synchronous parallel (Ho et al., NIPS 2013). Without a bound it is the asynchronous gradient descent of
    /// DistBelief (Dean et al., NIPS 2012). The weights depend on who was how fast: no two runs agree.
    /// </summary>
    /// <param name="Bound">τ, 0 or more; null for none.</param>
    public sealed record Stale(int? Bound) : UpdateMode;
}
