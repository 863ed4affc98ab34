using ActorNet.Cluster.Monitoring;

namespace ActorNet.Cli.Runs;

/// <summary>How a run came to where it is: what <c>/api/v1/history</c> answers, and a part of <c>monitor --json</c>. Fields are only ever added.</summary>
/// <param name="Epochs">The epochs that are done, those before a resume too.</param>
/// <param name="Points">Moments in between, of this process, fewer in a long run.</param>
/// <param name="Commands">What people asked of this process, done or refused.</param>
internal sealed record RunHistory(IReadOnlyList<EpochSummary> Epochs, IReadOnlyList<MetricPoint> Points, IReadOnlyList<CommandAnswer> Commands)
{
    /// <summary>The version of this form.</summary>
    public int Schema { get; init; } = 1;
}
