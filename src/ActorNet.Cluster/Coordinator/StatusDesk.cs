using System.Diagnostics;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;
using ActorNet.Cluster.Protocol;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Coordinator;

/// <summary>Puts together how the run is, for people: from the nodes' reports, the partitions' progress and what the coordinator has decided.</summary>
internal sealed class StatusDesk(
    CoordinatedJob job, LocalNode local, JobStart start, Roster roster, PartitionDesk partitions, LeaseDesk leases, CommandDesk commands, RunState run)
{
    /// <summary>Rates are taken over so long.</summary>
    private static readonly TimeSpan _window = NodeStatus.Window;

    private static readonly TimeSpan _progressInterval = TimeSpan.FromMilliseconds(250);

    private readonly TrainingSetup _setup = job.Setup;
    private readonly Dictionary<string, (NodeFigures Figures, long Lag)> _figures = [];
    private readonly Queue<(TimeSpan Time, long Version)> _progress = new();
    private Score _running;
    private IReadOnlyList<long>? _staleness;
    private (TimeSpan Time, long Version)? _said;

    /// <summary>Steps made.</summary>
    public long Version { get; private set; } = start.Version;

    /// <summary>A node says how it is doing.</summary>
    public void Note(NodeReport report)
    {
        if (report.Incarnation == start.Incarnation && roster.Find(report.Node) is not null)
        {
            // The version known now is a moment old, the node's step is not: who keeps up has no lag.
            _figures[report.Node] = (report.Figures, report.Figures.Step < 0 ? 0 : Math.Max(0, Version - 1 - report.Figures.Step));
            job.Monitor.Trace(report.Node, report.Spans);
        }
    }

    /// <summary>The first partition says how far it is.</summary>
    public void Note(ProgressReport report, TimeSpan now)
    {
        (Version, _running, _staleness) = (report.Version, report.Running, report.Staleness);
        _progress.Enqueue((now, report.Version));
        while (now - _progress.Peek().Time > _window)
        {
            _progress.Dequeue();
        }

        SayProgress(report, now);
    }

    /// <summary>A node is gone.</summary>
    public void Forget(string node) => _figures.Remove(node);

    /// <summary>Nothing that was measured before counts for the rate any more: the run was paused.</summary>
    public void ForgetRate() => _progress.Clear();

    /// <summary>Shows the run to whoever watches it.</summary>
    /// <param name="now">The coordinator's time.</param>
    /// <param name="checkpoint">The last checkpoint.</param>
    public void Show(TimeSpan now, CheckpointStatus? checkpoint) => job.Monitor.Show(Take(now, checkpoint));

    private RunStatus Take(TimeSpan now, CheckpointStatus? checkpoint)
    {
        var samplesPerSecond = SamplesPerSecond(now);
        var nodes = roster.Nodes.Select(node => StatusOf(node, now)).ToList();
        var median = Median(nodes.Select(MillisecondsPerSlice));
        return new RunStatus
        {
            Time = DateTime.UtcNow,
            Phase = Phase,
            JobHash = _setup.Job.Hash,
            Network = _setup.Job.Model.Shape,
            Parameters = _setup.Network.Layout.Length,
            Data = _setup.Data.Name,
            Mode = _setup.Job.Mode,
            Epoch = (int)Math.Min(Version / _setup.Plan.StepsPerEpoch, _setup.Job.Epochs - 1) + 1,
            Epochs = _setup.Job.Epochs,
            Step = Version,
            TotalSteps = _setup.TotalSteps,
            StepsPerEpoch = _setup.Plan.StepsPerEpoch,
            BatchSize = _setup.Plan.BatchSize,
            Slices = _setup.Job.Slices,
            Partitions = partitions.Count,
            LearningRate = _setup.LearningRate(Version, job.RateChanges),
            SamplesPerSecond = samplesPerSecond,
            RunningCost = _running.Samples > 0 && double.IsFinite(_running.MeanCost) ? _running.MeanCost : null,
            Staleness = StalenessShare.Of(_staleness),
            SecondsLeft = samplesPerSecond > 0 ? (_setup.TotalSteps - Version) * (double)_setup.Plan.BatchSize / samplesPerSecond : null,
            Seconds = run.Started is { } began ? Stopwatch.GetElapsedTime(began).TotalSeconds : 0,
            Generation = leases.Generation,
            Incarnation = start.Incarnation,
            Coordinator = local.Id,
            LastCheckpoint = checkpoint,
            Nodes = [.. nodes.Select(node => node with { SlowFactor = MillisecondsPerSlice(node) / median })],
        };
    }

    /// <summary>Tells the run's observer a few times a second that it goes on.</summary>
    private void SayProgress(ProgressReport report, TimeSpan now)
    {
        var (time, version) = _said ??= (now, report.Version);
        if (now - time < _progressInterval)
        {
            return;
        }

        _said = (now, report.Version);
        var samplesPerSecond = (report.Version - version) * _setup.Plan.BatchSize / (now - time).TotalSeconds;
        job.Raise(new TrainingEvent.Progressed(report.Version, samplesPerSecond, report.Running.Samples > 0 ? report.Running.MeanCost : double.NaN));
    }

    private RunPhase Phase => commands switch
    {
        { HasBegun: false } => RunPhase.Waiting,
        { IsStopping: true } => RunPhase.Stopping,
        { IsPaused: true } => RunPhase.Paused,
        _ => RunPhase.Training,
    };

    private NodeStatus StatusOf(RosterNode node, TimeSpan now)
    {
        var id = node.Address.Id;
        var status = new NodeStatus
        {
            Node = id,
            Phase = PhaseOf(node),
            Reason = leases.Suspicion(id),
            IsCoordinator = id == local.Id,
            Address = node.Address.Agent.Path.Address is { Host: { } host } address ? $"{host}:{address.Port}" : "",
            Workers = node.Workers,
            Slices = leases.SlicesOf(id),
            Partitions = partitions.Of(id),
            Standbys = partitions.StandbysOf(id),
            LastSeen = DateTime.UtcNow - (now - node.LastHeard),
            Joined = node.Joined,
        };
        return _figures.TryGetValue(id, out var known)
            ? status.With(known.Figures) with { Lag = status.Slices.Count > 0 ? known.Lag : 0 }
            : status;
    }

    private NodePhase PhaseOf(RosterNode node)
    {
        if (node.IsLeaving || commands.Leavers.Contains(node.Address.Id))
        {
            return NodePhase.Leaving;
        }

        if (!node.IsReady)
        {
            return NodePhase.Joining;
        }

        if (leases.Suspicion(node.Address.Id) is not null)
        {
            return NodePhase.Suspected;
        }

        var isSpare = commands.HasBegun && leases.SlicesOf(node.Address.Id).Count == 0 && !partitions.Has(node.Address.Id);
        return isSpare ? NodePhase.Spare : NodePhase.Active;
    }

    private double? SamplesPerSecond(TimeSpan now)
    {
        if (_progress.Count < 2 || commands.IsPaused)
        {
            return null;
        }

        var (time, version) = _progress.Peek();
        var seconds = (now - time).TotalSeconds;
        return seconds > 0 ? (Version - version) * (double)_setup.Plan.BatchSize / seconds : null;
    }

    /// <summary>A node's workers compute their slices one after the other: so many has the one with most of them.</summary>
    private static double? MillisecondsPerSlice(NodeStatus node) =>
        node is { StepMedian: { } median, Slices.Count: > 0 } ? median / Math.Ceiling(node.Slices.Count / (double)node.Workers) : null;

    private static double? Median(IEnumerable<double?> values)
    {
        var known = values.OfType<double>().Order().ToArray();
        return known.Length == 0 ? null : (known[(known.Length - 1) / 2] + known[known.Length / 2]) / 2;
    }
}
