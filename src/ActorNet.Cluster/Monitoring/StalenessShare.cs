using ActorNet.Core.Training.Modes;

namespace ActorNet.Cluster.Monitoring;

/// <summary>A place of the histogram of staleness: how many parts were applied so many updates after the weights that they were computed from.</summary>
/// <param name="From">The least number of updates, 0 or more.</param>
/// <param name="To">The greatest; null where there is none.</param>
/// <param name="Parts">Parts of the first partition.</param>
public sealed record StalenessShare(long From, long? To, long Parts)
{
    /// <summary>A histogram, from the first place to the last that has any; null for none.</summary>
    internal static IReadOnlyList<StalenessShare>? Of(IReadOnlyList<long>? counts) => counts is null
        ? null
        :
        [
            .. counts.Take(counts.Count - counts.Reverse().TakeWhile(count => count == 0).Count())
                .Select((parts, place) => new StalenessShare(
                    StalenessCounts.FirstOf(place), place == StalenessCounts.Places - 1 ? null : StalenessCounts.FirstOf(place + 1) - 1, parts)),
        ];
}
