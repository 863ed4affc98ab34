using System.Diagnostics;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;

namespace ActorNet.Cluster.Monitoring;

/// <summary>
/// What is known of a run through all of its reigns: shows its status to whoever watches, keeps the alerts and the trail of failures, and has a thinned stream of
/// status and traced steps written to the record.
/// </summary>
/// <param name="control">Whoever watches; null for nobody.</param>
/// <param name="raise">Tells something to the run's observer.</param>
internal sealed class RunMonitor(RunControl? control, Action<TrainingEvent> raise)
{
    /// <summary>A node that is gone is shown for so long.</summary>
    private static readonly TimeSpan _shownWhenGone = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly AlertBoard _alerts = new();
    private readonly FailureTrail _trail = new();
    private readonly RecordPace _pace = new();
    private readonly Dictionary<string, NodeStatus> _gone = [];
    private readonly Dictionary<string, string> _reasons = [];
    private RunStatus _status = new();

    private TimeSpan Elapsed => Stopwatch.GetElapsedTime(_began);

    /// <summary>Takes something that has happened.</summary>
    public void See(TrainingEvent happened)
    {
        IReadOnlyList<TrainingEvent> changes;
        lock (_lock)
        {
            _trail.See(happened, DateTime.UtcNow);
            if (happened is TrainingEvent.NodeLeft left)
            {
                _reasons[left.Node] = left.Reason;
            }

            changes = _alerts.See(happened, DateTime.UtcNow);
        }

        RaiseAll(changes);
    }

    /// <summary>The run is so now. To be called a few times a second.</summary>
    public void Show(RunStatus status)
    {
        IReadOnlyList<TrainingEvent> changes;
        lock (_lock)
        {
            changes = _alerts.Look(status, status.Time, Elapsed);
            KeepGone(status);
            _status = status with { Alerts = _alerts.Alerts, Nodes = [.. status.Nodes, .. _gone.Values.OrderBy(node => node.Joined)] };
        }

        control?.Publish(_status);
        RaiseAll(changes);
        if (_pace.IsDue(Elapsed))
        {
            raise(new TrainingEvent.StatusTaken(_status));
        }
    }

    /// <summary>The run is over.</summary>
    /// <param name="error">Why it failed; null when it did not.</param>
    public void End(string? error)
    {
        _status = _status with
        {
            Time = DateTime.UtcNow,
            Phase = error is null ? RunPhase.Done : RunPhase.Failed,
            Error = error,
            SamplesPerSecond = null,
            SecondsLeft = null,
        };
        control?.Publish(_status);
    }

    /// <summary>What a node did in steps that were looked at closely: only as many as the record takes are passed on.</summary>
    public void Trace(string node, IReadOnlyList<TracedSpan> spans)
    {
        var perLine = _status.SamplesPerSecond / Math.Max(1, _status.BatchSize) * RecordPace.IntervalAt(Elapsed).TotalSeconds ?? 1;
        var mask = TraceMask.Of(perLine);
        StepSpan[] kept =
        [
            .. from span in spans
               where (span.Step & mask) == 0
               select new StepSpan(
                   node,
                   span.Lane,
                   span.Kind.ToString().ToLowerInvariant(),
                   span.Step,
                   new DateTime(Math.Clamp(span.Start, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks), DateTimeKind.Utc),
                   Math.Max(0, span.Duration) / (double)TimeSpan.TicksPerMillisecond),
        ];
        if (kept.Length > 0)
        {
            raise(new TrainingEvent.StepTraced(kept));
        }
    }

    /// <summary>A checkpoint was written.</summary>
    /// <param name="bytes">Its size.</param>
    /// <param name="free">What its disk has left.</param>
    public void NoteDisk(long bytes, long free)
    {
        lock (_lock)
        {
            RaiseAll(_alerts.LookAtDisk(bytes, free, DateTime.UtcNow));
        }
    }

    /// <summary>What a run says that fails.</summary>
    public string Explain(string failure)
    {
        lock (_lock)
        {
            return _trail.Explain(failure);
        }
    }

    private void KeepGone(RunStatus status)
    {
        foreach (var node in _status.Nodes.Where(node => node.Phase != NodePhase.Gone && !status.Nodes.Any(other => other.Node == node.Node)))
        {
            _gone[node.Node] = node with
            {
                Phase = NodePhase.Gone,
                Reason = _reasons.GetValueOrDefault(node.Node),
                Slices = [],
                Partitions = [],
                Standbys = [],
                SamplesPerSecond = 0,
                Computing = 0,
                Sending = 0,
                Waiting = 0,
                Cpu = 0,
                BytesPerSecond = 0,
            };
        }

        foreach (var (name, node) in _gone.ToList())
        {
            if (status.Time - node.LastSeen > _shownWhenGone || status.Nodes.Any(other => other.Node == name))
            {
                _gone.Remove(name);
            }
        }

        foreach (var name in _reasons.Keys.Where(name => !_gone.ContainsKey(name)).ToList())
        {
            _reasons.Remove(name);
        }
    }

    private void RaiseAll(IReadOnlyList<TrainingEvent> events)
    {
        foreach (var happened in events)
        {
            raise(happened);
        }
    }
}
