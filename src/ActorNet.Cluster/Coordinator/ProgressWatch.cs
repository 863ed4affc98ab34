using System.Diagnostics;
using ActorNet.Cluster.Protocol;

namespace ActorNet.Cluster.Coordinator;

/// <summary>How far the partitions have come, and since when nothing in the run has moved.</summary>
internal sealed class ProgressWatch(int partitions, TimeSpan deadline)
{
    private readonly ProgressReport?[] _reports = new ProgressReport?[partitions];
    private long _lastMove = Stopwatch.GetTimestamp();

    /// <summary>Whether the deadline has passed without a step, a judged set or a checkpoint.</summary>
    public bool IsStalled => Stopwatch.GetElapsedTime(_lastMove) > deadline;

    /// <summary>Something moved.</summary>
    public void Moved() => _lastMove = Stopwatch.GetTimestamp();

    /// <summary>Takes a partition's report.</summary>
    public void Note(ProgressReport report)
    {
        if (report.Version > (_reports[report.Partition]?.Version ?? -1))
        {
            Moved();
        }

        _reports[report.Partition] = report;
    }

    /// <summary>What a stalled run waits for.</summary>
    /// <param name="work">The snapshot that is judged or written, if any.</param>
    public string Explain(SnapshotWork? work)
    {
        var waits = _reports.Select((report, partition) => report is null
            ? $"partition {partition} has not answered"
            : $"partition {partition} is at step {report.Version} and lacks {report.Missing.Length} slices");
        if (work is not null)
        {
            waits = waits.Append(work.WaitsFor);
        }

        return $"Nothing has moved for {deadline.TotalSeconds:0.#} s: {string.Join("; ", waits)}. Go on with --resume.";
    }
}
