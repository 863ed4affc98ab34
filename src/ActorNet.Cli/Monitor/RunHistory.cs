using ActorNet.Cli.Runs;
using ActorNet.Cluster.Monitoring;

namespace ActorNet.Cli.Monitor;

/// <summary>How a run came to where it is: what <c>/api/v1/history</c> answers, and a part of <c>monitor --json</c>.</summary>
/// <param name="Epochs">The epochs that are done.</param>
/// <param name="Points">Moments in between, fewer in a long run.</param>
/// <param name="Commands">What people asked for.</param>
internal sealed record RunHistory(IReadOnlyList<EpochSummary> Epochs, IReadOnlyList<MetricPoint> Points, IReadOnlyList<CommandAnswer> Commands);
