using ActorNet.Cluster.Protocol;

namespace ActorNet.Cluster.Hosting;

/// <summary>What a run had done before one reign over it followed another.</summary>
/// <param name="Version">The version it began with.</param>
/// <param name="Started">When its first step began, as a timestamp; null when none did.</param>
/// <param name="Contributions">Who has contributed to the weights that it goes on from.</param>
internal sealed record RunBefore(long Version, long? Started, IReadOnlyList<Contribution> Contributions)
{
    /// <summary>A checkpoint that was being written when the reign ended, and who has contributed to it; null for none.</summary>
    public (long Version, IReadOnlyList<Contribution> Contributions)? Underway { get; init; }

    /// <summary>What the run had done up to the checkpoint that is found: the last that was heard of, or the one that was being written.</summary>
    /// <param name="version">The checkpoint's version.</param>
    public RunBefore At(long version) => this with { Contributions = Underway?.Version == version ? Underway.Value.Contributions : Contributions, Underway = null };

    /// <summary>Those contributions and further ones.</summary>
    public IReadOnlyList<Contribution> With(IReadOnlyList<Contribution> further) =>
    [
        .. from contribution in Contributions.Concat(further)
           group contribution.Samples by (contribution.Node, contribution.Worker) into samples
           orderby samples.Key.Node, samples.Key.Worker
           select new Contribution(samples.Key.Node, samples.Key.Worker, samples.Sum()),
    ];
}
