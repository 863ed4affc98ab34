using MessagePack;

namespace ActorNet.Cluster.Protocol;

/// <summary>A node says once a second how it is doing.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Incarnation">The one whose job it works on.</param>
/// <param name="Figures">Its figures.</param>
/// <param name="Spans">What it did in the steps that were looked at closely since the last report; a few.</param>
[MessagePackObject]
internal sealed record NodeReport(
    [property: Key(0)] string Node,
    [property: Key(1)] long Incarnation,
    [property: Key(2)] NodeFigures Figures,
    [property: Key(3)] TracedSpan[] Spans) : IWireMessage;

/// <summary>A node's figures of the last seconds.</summary>
/// <param name="Step">The newest step that all of its workers have computed; -1 for none.</param>
/// <param name="StepMedian">Median milliseconds of its part of a step, of its slowest worker; null for none.</param>
/// <param name="StepP95">The same, 95th percentile.</param>
/// <param name="SamplesPerSecond">Samples a second.</param>
/// <param name="Computing">Share of the workers' time that went into gradients and updates.</param>
/// <param name="Sending">Share that went into adding up and sending.</param>
/// <param name="Cpu">Processor time, in cores.</param>
/// <param name="MemoryBytes">Memory.</param>
/// <param name="BytesPerSecond">What the tensor link sends.</param>
/// <param name="Version">The version of ActorNet.</param>
/// <param name="Http">Its HTTP endpoint; null without one.</param>
/// <param name="Speed">Samples that one worker has computed in a second of computing, of the last few seconds; null where it computed none.</param>
/// <param name="Backups">How often a worker has computed what a slow node owed, since the node joined.</param>
[MessagePackObject]
internal sealed record NodeFigures(
    [property: Key(0)] long Step,
    [property: Key(1)] double? StepMedian,
    [property: Key(2)] double? StepP95,
    [property: Key(3)] double SamplesPerSecond,
    [property: Key(4)] double Computing,
    [property: Key(5)] double Sending,
    [property: Key(6)] double Cpu,
    [property: Key(7)] long MemoryBytes,
    [property: Key(8)] double BytesPerSecond,
    [property: Key(9)] string Version,
    [property: Key(10)] string? Http,
    [property: Key(11)] double? Speed = null,
    [property: Key(12)] long Backups = 0);

/// <summary>A stretch of time of a step.</summary>
/// <param name="Kind">What the time went into.</param>
/// <param name="Lane">The worker's number, or the partition's.</param>
/// <param name="Step">The step.</param>
/// <param name="Start">When it began, as UTC ticks of the node's clock.</param>
/// <param name="Duration">How long it took, in ticks of 100 ns.</param>
[MessagePackObject]
internal sealed record TracedSpan(
    [property: Key(0)] SpanKind Kind, [property: Key(1)] int Lane, [property: Key(2)] long Step, [property: Key(3)] long Start, [property: Key(4)] long Duration);

/// <summary>What the time of a step goes into.</summary>
internal enum SpanKind : byte
{
    /// <summary>A worker computes a gradient.</summary>
    Compute,

    /// <summary>A node adds up and sends what a partition of another node gets.</summary>
    Send,

    /// <summary>A worker waits for weights.</summary>
    Wait,

    /// <summary>A partition makes the next version.</summary>
    Apply,
}
