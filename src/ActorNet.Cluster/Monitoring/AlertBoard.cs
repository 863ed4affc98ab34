using System.Globalization;
using ActorNet.Cluster.Hosting;

namespace ActorNet.Cluster.Monitoring;

/// <summary>
/// Decides what is wrong with a run: takes what happens and looks at its status now and then, and says which alerts begin and end. A pure state: whoever
/// holds it brings the time.
/// </summary>
internal sealed class AlertBoard
{
    /// <summary>A node is a straggler from this factor on, and no more below the other.</summary>
    internal const double SlowFrom = 2;
    internal const double SlowUntil = 1.5;

    /// <summary>How long a node must have been slow.</summary>
    internal static readonly TimeSpan SlowFor = TimeSpan.FromSeconds(10);

    /// <summary>So many epochs without a lower training cost are too many.</summary>
    internal const int FlatEpochs = 5;

    /// <summary>A checkpoint is late after so many times the longest time between two before, and never earlier than after <see cref="EarliestLate"/>.</summary>
    internal const double LateAfter = 3;

    internal static readonly TimeSpan EarliestLate = TimeSpan.FromMinutes(1);

    /// <summary>The disk must have room for so many more checkpoints.</summary>
    internal const int CheckpointsLeft = 10;

    /// <summary>Both clocks of a machine may differ by so much between two looks.</summary>
    internal static readonly TimeSpan MostDrift = TimeSpan.FromSeconds(2);

    /// <summary>What has no end of its own is over after so long.</summary>
    internal static readonly TimeSpan Remembered = TimeSpan.FromMinutes(10);

    private readonly Dictionary<(string Kind, string Subject), Alert> _alerts = [];
    private readonly Dictionary<string, DateTime> _slowSince = [];
    private readonly List<TrainingEvent> _changes = [];
    private DateTime? _lastCheckpoint;
    private TimeSpan _longestGap;
    private double _leastCost = double.PositiveInfinity;
    private int _flatEpochs;
    private (DateTime Utc, TimeSpan Steady)? _clocks;

    /// <summary>What is wrong now, the oldest first.</summary>
    public IReadOnlyList<Alert> Alerts => [.. _alerts.Values.OrderBy(alert => alert.Since)];

    /// <summary>Takes something that happened.</summary>
    /// <returns>The alerts that begin or end with it.</returns>
    public IReadOnlyList<TrainingEvent> See(TrainingEvent happened, DateTime now)
    {
        switch (happened)
        {
            case TrainingEvent.Started:
                _lastCheckpoint = now;
                break;
            case TrainingEvent.NodeSuspected suspected:
                Raise(AlertKinds.LeaseExpired, suspected.Node, Severity.Warning, happened.Message!, now, isEcho: true);
                break;
            case TrainingEvent.NodeTrusted trusted:
                Clear(AlertKinds.LeaseExpired, trusted.Node, isEcho: true);
                break;
            case TrainingEvent.NodeLeft { IsAsked: false } left:
                Clear(AlertKinds.LeaseExpired, left.Node, isEcho: true);
                Clear(AlertKinds.Straggler, left.Node, isEcho: true);
                Raise(AlertKinds.WorkerLost, left.Node, Severity.Warning, happened.Message!, now, isEcho: true);
                break;
            case TrainingEvent.NodeJoined:
                // Somebody has come in the place of the one that was lost first.
                ClearFirst(AlertKinds.WorkerLost);
                break;
            case TrainingEvent.EpochDone { Result: var epoch }:
                SeeCost(epoch.Epoch, epoch.TrainCost, now);
                break;
            case TrainingEvent.CheckpointWritten:
                SeeCheckpoint(now);
                break;
            case TrainingEvent.CheckpointFailed:
                Raise(AlertKinds.CheckpointFailed, "run", Severity.Error, happened.Message!, now, isEcho: true);
                break;
        }

        return TakeChanges();
    }

    /// <summary>Looks at the run.</summary>
    /// <param name="status">How it is.</param>
    /// <param name="now">The time, UTC.</param>
    /// <param name="steady">The same, by a clock that nobody sets.</param>
    /// <returns>The alerts that begin or end.</returns>
    public IReadOnlyList<TrainingEvent> Look(RunStatus status, DateTime now, TimeSpan steady)
    {
        LookAtClocks(now, steady);
        LookForStragglers(status, now);
        LookForCheckpoint(status, now);
        foreach (var old in _alerts.Values.Where(alert => alert.Kind is AlertKinds.WorkerLost or AlertKinds.ClockJump && now - alert.Since > Remembered).ToList())
        {
            Clear(old.Kind, old.Subject, isEcho: true);
        }

        return TakeChanges();
    }

    /// <summary>A checkpoint was written.</summary>
    /// <param name="bytes">Its size.</param>
    /// <param name="free">What its disk has left.</param>
    /// <param name="now">The time, UTC.</param>
    public IReadOnlyList<TrainingEvent> LookAtDisk(long bytes, long free, DateTime now)
    {
        if (free < CheckpointsLeft * bytes)
        {
            Raise(AlertKinds.DiskNearlyFull, "run", Severity.Error, $"the disk of the checkpoints has {Megabytes(free)} left, a checkpoint takes {Megabytes(bytes)}: free space, or keep fewer with --keep", now);
        }
        else
        {
            Clear(AlertKinds.DiskNearlyFull, "run");
        }

        return TakeChanges();
    }

    /// <summary>The run has failed because of a cost that is not finite.</summary>
    public IReadOnlyList<TrainingEvent> SeeInfiniteCost(string message, DateTime now)
    {
        Raise(AlertKinds.CostNotFinite, "run", Severity.Error, message, now);
        return TakeChanges();
    }

    private void SeeCost(int epoch, double cost, DateTime now)
    {
        if (cost < _leastCost)
        {
            (_leastCost, _flatEpochs) = (cost, 0);
            Clear(AlertKinds.CostNotFalling, "run");
            return;
        }

        _flatEpochs++;
        if (_flatEpochs >= FlatEpochs)
        {
            var least = _leastCost.ToString("0.#####", CultureInfo.InvariantCulture);
            Raise(AlertKinds.CostNotFalling, "run", Severity.Warning, $"the training cost has not fallen below {least} for {_flatEpochs} epochs, up to epoch {epoch}: lower the learning rate, or stop", now);
        }
    }

    private void SeeCheckpoint(DateTime now)
    {
        if (_lastCheckpoint is { } last && now - last > _longestGap)
        {
            _longestGap = now - last;
        }

        _lastCheckpoint = now;
        Clear(AlertKinds.CheckpointFailed, "run");
        Clear(AlertKinds.CheckpointLate, "run");
    }

    private void LookForCheckpoint(RunStatus status, DateTime now)
    {
        if (status.Phase != RunPhase.Training)
        {
            // Time that nothing is trained in is no reason to expect a checkpoint.
            _lastCheckpoint = _lastCheckpoint is null ? null : now;
            return;
        }

        // Before there were two there is nothing to compare with.
        if (_longestGap > TimeSpan.Zero && _lastCheckpoint is { } last && now - last > Longer(LateAfter * _longestGap, EarliestLate))
        {
            Raise(AlertKinds.CheckpointLate, "run", Severity.Warning, $"no checkpoint for {Span(now - last)}, at most {Span(_longestGap)} lay between two before: look at the nodes' step times and at the disk", now);
        }
    }

    private void LookForStragglers(RunStatus status, DateTime now)
    {
        foreach (var gone in _slowSince.Keys.Except(status.Nodes.Select(node => node.Node)).ToList())
        {
            _slowSince.Remove(gone);
        }

        foreach (var node in status.Nodes)
        {
            if (node.SlowFactor is not { } factor || factor < SlowUntil || node.Phase != NodePhase.Active)
            {
                _slowSince.Remove(node.Node);
                Clear(AlertKinds.Straggler, node.Node);
            }
            else if (factor >= SlowFrom && _slowSince.TryAdd(node.Node, now))
            {
                // From now on it has to stay slow.
            }
            else if (_slowSince.TryGetValue(node.Node, out var since) && now - since >= SlowFor)
            {
                Raise(AlertKinds.Straggler, node.Node, Severity.Warning, string.Create(CultureInfo.InvariantCulture, $"{node.Node} takes {factor:0.0} times as long for a slice as the median of all nodes, for {(now - since).TotalSeconds:0} s: look what else runs there, or drain it"), now);
            }
        }
    }

    private void LookAtClocks(DateTime now, TimeSpan steady)
    {
        if (_clocks is { } before && (now - before.Utc) - (steady - before.Steady) is var jump && jump.Duration() > MostDrift)
        {
            Raise(AlertKinds.ClockJump, "run", Severity.Warning, string.Create(CultureInfo.InvariantCulture, $"the clock of the coordinator's machine has jumped by {jump.TotalSeconds:+0.0;-0.0} s: times before and after do not fit; training does not depend on it"), now);
        }

        _clocks = (now, steady);
    }

    private void Raise(string kind, string subject, Severity severity, string message, DateTime now, bool isEcho = false)
    {
        var alert = new Alert(kind, subject, severity, message, now);
        if (_alerts.TryGetValue((kind, subject), out var old))
        {
            // It lasts: what it says is renewed, and nobody is told again.
            _alerts[(kind, subject)] = alert with { Since = old.Since };
            return;
        }

        _alerts[(kind, subject)] = alert;
        _changes.Add(new TrainingEvent.AlertRaised(alert, isEcho));
    }

    private void Clear(string kind, string subject, bool isEcho = false)
    {
        if (_alerts.Remove((kind, subject), out var alert))
        {
            _changes.Add(new TrainingEvent.AlertCleared(alert, isEcho));
        }
    }

    private void ClearFirst(string kind)
    {
        if (_alerts.Values.Where(alert => alert.Kind == kind).MinBy(alert => alert.Since) is { } first)
        {
            Clear(kind, first.Subject, isEcho: true);
        }
    }

    private TrainingEvent[] TakeChanges()
    {
        TrainingEvent[] changes = [.. _changes];
        _changes.Clear();
        return changes;
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:N0} MB");

    private static string Span(TimeSpan time) => time switch
    {
        { TotalMinutes: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s"),
        { TotalHours: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.0} h"),
    };
}
