using ActorNet.Cluster.Protocol;

namespace ActorNet.Cluster.Coordinator;

/// <summary>How far the partitions have come, and since when nothing in the run has moved.</summary>
internal sealed class ProgressWatch(int partitions, TimeSpan deadline)
{
    /// <summary>Looks come many times a second: after so long without one this process was stopped itself, and nothing could have moved for it.</summary>
    private static readonly TimeSpan _wasStopped = TimeSpan.FromSeconds(2);

    private readonly ProgressReport?[] _reports = new ProgressReport?[partitions];
    private bool _hasMoved = true;
    private TimeSpan _lastMove;
    private TimeSpan _lastLook;

    /// <summary>Whether the deadline has passed without a step, a judged set or a checkpoint.</summary>
    /// <param name="now">The coordinator's time.</param>
    public bool HasStalled(TimeSpan now)
    {
        if (_hasMoved || now - _lastLook > _wasStopped)
        {
            (_hasMoved, _lastMove) = (false, now);
        }

        _lastLook = now;
        return now - _lastMove > deadline;
    }

    /// <summary>Something moved.</summary>
    public void Moved() => _hasMoved = true;

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
