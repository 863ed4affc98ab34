using ActorNet.Cluster.Protocol;

namespace ActorNet.Cluster.Hosting;

/// <summary>What a run had done before one reign over it followed another.</summary>
/// <param name="Version">The version it began with.</param>
/// <param name="Started">When its first step began, as a timestamp; null when none did.</param>
/// <param name="Contributions">Who has contributed to the weights that it goes on from.</param>
internal sealed record RunBefore(long Version, long? Started, IReadOnlyList<Contribution> Contributions)
{
    /// <summary>Those contributions and further ones.</summary>
    public IReadOnlyList<Contribution> With(IReadOnlyList<Contribution> further) =>
    [
        .. from contribution in Contributions.Concat(further)
           group contribution.Samples by (contribution.Node, contribution.Worker) into samples
           orderby samples.Key.Node, samples.Key.Worker
           select new Contribution(samples.Key.Node, samples.Key.Worker, samples.Sum()),
    ];
}
