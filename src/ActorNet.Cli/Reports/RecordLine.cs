using System.Text.Json;
using System.Text.Json.Serialization;
using ActorNet.Cli.Runs;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;
using RunSettings = ActorNet.Cli.Runs.RunSettings;

namespace ActorNet.Cli.Reports;

/// <summary>
/// A line of a record, as <see cref="RunEventJson"/> writes it. Every event has some of these properties; docs/record.md says which, in which
/// units. What a line has not is null.
/// </summary>
internal sealed record RecordLine
{
    /// <summary>The newest form that this program knows.</summary>
    public const int KnownSchema = 1;

    /// <summary>The number of the line in its file, from 1.</summary>
    [JsonIgnore]
    public long Number { get; set; }

    public int Schema { get; init; }

    public DateTime Time { get; init; }

    public string Event { get; init; } = "";

    public Severity? Severity { get; init; }

    public string? Message { get; init; }

    public string? Job { get; init; }

    public JsonElement? JobSpec { get; init; }

    public RunSettings? Settings { get; init; }

    public string? At { get; init; }

    public long? Version { get; init; }

    public long? TotalSteps { get; init; }

    public int? StepsPerEpoch { get; init; }

    public int? Parameters { get; init; }

    public int? Workers { get; init; }

    public int? Servers { get; init; }

    public double? SamplesPerSecond { get; init; }

    public double? RunningCost { get; init; }

    public RunStatus? Status { get; init; }

    public IReadOnlyList<StepSpan>? Spans { get; init; }

    public int? Epoch { get; init; }

    public double? TrainCost { get; init; }

    public double? TrainAccuracy { get; init; }

    public double? TestAccuracy { get; init; }

    public double? TestCost { get; init; }

    public double? ValidationAccuracy { get; init; }

    public double? Seconds { get; init; }

    public string? Path { get; init; }

    public string? Node { get; init; }

    public int? Worker { get; init; }

    public int? Generation { get; init; }

    public string? Reason { get; init; }

    public bool? IsAsked { get; init; }

    public string? Cause { get; init; }

    public string? Verb { get; init; }

    public string? By { get; init; }

    public long? Step { get; init; }

    public bool? IsDone { get; init; }

    public string? Kind { get; init; }

    public string? Subject { get; init; }

    public DateTime? Since { get; init; }

    public string? WeightsSha256 { get; init; }

    public double? BestTestAccuracy { get; init; }

    public int? BestEpoch { get; init; }

    public int? Epochs { get; init; }

    public long? Steps { get; init; }

    public long? Samples { get; init; }

    public long? PeakMemoryBytes { get; init; }

    public IReadOnlyList<WorkerContribution>? Contributions { get; init; }

    /// <summary>Whether it ends a run, well or badly.</summary>
    [JsonIgnore]
    public bool IsEnd => Event is "finished" or "stopped" or "failed";

    /// <summary>Whether it begins a process's part of a run: the first, or one that goes on with it.</summary>
    [JsonIgnore]
    public bool IsBegin => Event == "run";
}
