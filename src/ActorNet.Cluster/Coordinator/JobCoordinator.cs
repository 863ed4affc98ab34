using System.Diagnostics;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;
using ActorNet.Core;
using ActorNet.Core.Checkpoints;
using ActorNet.Core.Training;
using Akka.Actor;

namespace ActorNet.Cluster.Coordinator;

/// <summary>
/// The cluster singleton that runs a job: gives out partitions and slices, takes snapshots, has them judged and written, and ends the job. It is not in
/// the loop of a step.
/// </summary>
internal sealed class JobCoordinator : ReceiveActor, IWithTimers
{
    /// <summary>Snapshots at once: one is judged and written while the next is taken. A third would only hide that disk or evaluation cannot keep up.</summary>
    private const int SnapshotRooms = 2;

    private static readonly TimeSpan _progressInterval = TimeSpan.FromMilliseconds(250);

    private readonly CoordinatedJob _job;
    private readonly TrainingRequest _request;
    private readonly TrainingSetup _setup;
    private readonly JobRuntime _runtime;
    private readonly List<IActorRef> _servers = [];
    private readonly List<(IActorRef Node, int Capacity)> _nodes = [];
    private readonly IReadOnlyList<PartitionRange> _ranges;
    private readonly Stack<Snapshot> _rooms = new();
    private readonly SortedDictionary<long, PendingSnapshot> _pending = [];
    private readonly List<EpochResult> _history;
    private readonly List<long> _held = [];
    private readonly StartingPoint _start;
    private readonly int _incarnation;
    private readonly ProgressWatch _watch;
    private readonly IActorRef? _writer;
    private IActorRef[] _partitionServers = [];
    private SnapshotWork? _work;
    private long _started;
    private long _epochStarted;
    private long _endVersion;
    private bool _stopping;
    private string? _lastCheckpoint;
    private ProgressReport? _lastReport;
    private long _lastReportTime;

    public JobCoordinator(CoordinatedJob job)
    {
        _job = job;
        _request = job.Request;
        _setup = job.Runtime.Setup;
        _runtime = job.Runtime;
        _start = job.Start;
        _endVersion = _setup.TotalSteps;
        _ranges = PartitionPlan.Cut(_setup.Network.Layout.Length, _request.Servers);
        _watch = new ProgressWatch(_ranges.Count, job.Settings.StallDeadline);
        _history = [.. _request.Resume?.Progress.History ?? []];
        _incarnation = (_request.Resume?.Progress.Incarnation ?? 0) + 1;
        if (_request.CheckpointFolder is { } folder)
        {
            _writer = Context.ActorOf(CheckpointWriter.Props(new CheckpointStore(folder, _request.KeepCheckpoints)), "checkpoint-writer");
            Watch("checkpoint writer", _writer);
        }

        Receive<RegisterServer>(Register);
        Receive<RegisterWorkerNode>(Register);
        Receive<SnapshotDue>(NoteDue);
        Receive<SnapshotTaken>(NoteTaken);
        Receive<SetJudged>(NoteJudged);
        Receive<CheckpointWriter.Written>(NoteWritten);
        Receive<ProgressTick>(_ => CheckProgress());
        Receive<ProgressReport>(NoteProgress);
        Receive<StopRequested>(_ => Stop());
        Receive<Held>(NoteHeld);
        Receive<WorkerReplacement>(replaced =>
            _job.Raise(new TrainingEvent.WorkerReplaced(replaced.Worker, replaced.Step, replaced.Slices, replaced.Cause)));
        Receive<JobFailed>(failed => _job.Fail(failed.Message));
        Receive<MemberEnded>(ended => _job.Fail($"The {ended.Name} was stopped. Go on with --resume."));
        Receive<StartTimeout>(_ => FailToStart());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Timers.StartSingleTimer(StartTimeout.Instance, StartTimeout.Instance, _job.Settings.StartDeadline);

    protected override void PostStop() => _job.Fail("The coordinator was stopped. Go on with --resume.");

    protected override void PreRestart(Exception reason, object message)
    {
        _job.Fail($"The coordinator failed on {message.GetType().Name}: {reason.Message}");
        base.PreRestart(reason, message);
    }

    private void Register(RegisterServer register)
    {
        register.Server.Tell(Registered.Instance);
        if (_started == 0 && !_servers.Contains(register.Server))
        {
            _servers.Add(register.Server);
            Watch($"parameter server {register.Server.Path.Name}", register.Server);
            BeginWhenReady();
        }
    }

    private void Register(RegisterWorkerNode register)
    {
        register.Node.Tell(Registered.Instance);
        if (_started == 0 && !_nodes.Any(node => node.Node.Equals(register.Node)))
        {
            _nodes.Add((register.Node, register.Capacity));
            Watch($"worker node {register.Node.Path.Name}", register.Node);
            BeginWhenReady();
        }
    }

    private static void Watch(string name, IActorRef member) => Context.WatchWith(member, new MemberEnded(name));

    private void BeginWhenReady()
    {
        if (_servers.Count < _ranges.Count || _nodes.Count == 0)
        {
            return;
        }

        Timers.Cancel(StartTimeout.Instance);
        for (var i = 0; i < SnapshotRooms; i++)
        {
            _rooms.Push(new Snapshot(_setup.Network.Layout.Length, _setup.Job.Optimizer.Create().StateCount));
        }

        _started = _epochStarted = _lastReportTime = Stopwatch.GetTimestamp();
        _watch.Moved();
        _partitionServers = [.. _servers.OrderBy(server => server.Path.Name, StringComparer.Ordinal).Take(_ranges.Count)];
        _job.Raise(new TrainingEvent.Started(
            _start.Version, _setup.TotalSteps, _setup.Plan.StepsPerEpoch, _setup.Network.Layout.Length, _request.Workers, _ranges.Count));
        LeaseAllSlices();
        var nodes = _nodes.Select(node => node.Node).ToArray();
        foreach (var range in _ranges)
        {
            _partitionServers[range.Index].Tell(new ServePartition(_runtime, range, _start, _request.CheckpointEvery, nodes));
        }

        Timers.StartPeriodicTimer(ProgressTick.Instance, ProgressTick.Instance, _progressInterval);
        if (_stopping)
        {
            HoldPartitions();
        }
    }

    private void LeaseAllSlices()
    {
        var capacity = _nodes.Sum(node => node.Capacity);
        var before = 0;
        foreach (var (node, own) in _nodes)
        {
            var first = _setup.Job.Slices * before / capacity;
            before += own;
            node.Tell(new LeaseSlices(1, _runtime, first, _setup.Job.Slices * before / capacity - first, _partitionServers));
        }
    }

    private void NoteDue(SnapshotDue due)
    {
        if (!_pending.TryGetValue(due.Version, out var pending))
        {
            _pending[due.Version] = pending = new PendingSnapshot(due.Version, _ranges.Count);
        }

        pending.Reach(due);
        if (pending.Room is { } room)
        {
            _partitionServers[due.Partition].Tell(new TakeSnapshot(due.Version, room));
        }
        else
        {
            OfferRoom();
        }
    }

    /// <summary>Gives a free room to the oldest snapshot that has none.</summary>
    private void OfferRoom()
    {
        var pending = _pending.Values.FirstOrDefault(pending => pending.Room is null);
        if (pending is null || !_rooms.TryPop(out var room))
        {
            return;
        }

        pending.Room = room;
        foreach (var partition in pending.Reached)
        {
            _partitionServers[partition].Tell(new TakeSnapshot(pending.Version, room));
        }
    }

    private void NoteTaken(SnapshotTaken taken)
    {
        _pending[taken.Version].Take();
        WorkOnOldest();
    }

    /// <summary>Snapshots are judged and written one by one in the order of their versions, so that the history is in order.</summary>
    private void WorkOnOldest()
    {
        if (_work is not null || _pending.Count == 0 || !_pending.First().Value.IsTaken)
        {
            return;
        }

        var pending = _pending.First().Value;
        if (pending.LedgerDifference is { } difference)
        {
            _job.Fail($"The ledger is not exact: {difference}.");
            return;
        }

        try
        {
            FiniteNumbers.RequireWeights(_setup.Network.Layout, pending.Room!.Weights.Span, pending.Version);
        }
        catch (ActorNetException error)
        {
            _job.Fail(error.Message);
            return;
        }

        _work = new SnapshotWork(pending, Stopwatch.GetTimestamp());
        if (pending.Version % _setup.Plan.StepsPerEpoch != 0)
        {
            Finish(_work);
            return;
        }

        _work.Ask(Judge(pending, _request.Test, 0), Judge(pending, _request.Validation, 1));
        CloseEpochWhenJudged();
    }

    /// <summary>Has a set judged; the ticket is one of two of the version.</summary>
    private long? Judge(PendingSnapshot pending, Core.Data.DataSet? data, int number)
    {
        if (data is null)
        {
            return null;
        }

        var ticket = pending.Version * 2 + number;
        _nodes[0].Node.Tell(new JudgeSet(ticket, pending.Room!.Weights, data));
        return ticket;
    }

    private void NoteJudged(SetJudged judged)
    {
        _work?.Answer(judged);
        _watch.Moved();
        CloseEpochWhenJudged();
    }

    private void CloseEpochWhenJudged()
    {
        if (_work is not { IsJudged: true } work)
        {
            return;
        }

        var epoch = (int)(work.Pending.Version / _setup.Plan.StepsPerEpoch);
        var seconds = Stopwatch.GetElapsedTime(_epochStarted, work.TakenAt).TotalSeconds;
        _epochStarted = work.TakenAt;
        var result = EpochResults.Create(epoch, work.Pending.Progress.EpochScore, work.Test, work.Validation, seconds);
        _history.Add(result);
        _job.Raise(new TrainingEvent.EpochDone(result));
        if (EpochResults.ReachesTarget(_setup.Job, result))
        {
            work.End = EndReason.TargetReached;
        }

        Finish(work);
    }

    private void Finish(SnapshotWork work)
    {
        if (work.Pending.Version >= _setup.TotalSteps)
        {
            work.End ??= EndReason.Finished;
        }
        else if (_stopping && work.Pending.Version == _endVersion)
        {
            work.End ??= EndReason.Stopped;
        }

        work.Progress = Progress(work);
        if (_writer is null)
        {
            Release(work);
            return;
        }

        var room = work.Pending.Room!;
        _writer.Tell(new Checkpoint(
            _setup.Job.Hash, _setup.Job.ToJson(), work.Progress, room.WeightTensors(_setup.Network.Layout), room.StateTensors()));
    }

    private TrainingProgress Progress(SnapshotWork work)
    {
        var version = work.Pending.Version;
        var progress = work.Pending.Progress;
        var midEpoch = version % _setup.Plan.StepsPerEpoch != 0;
        return new TrainingProgress(
            version,
            (int)(version / _setup.Plan.StepsPerEpoch),
            _incarnation,
            work.End is EndReason.Finished or EndReason.TargetReached,
            [.. _history],
            midEpoch ? progress.Ledger : null,
            midEpoch ? progress.EpochScore.Cost : 0,
            midEpoch ? progress.EpochScore.Correct : 0,
            work.Pending.Room!.WeightsSha256);
    }

    private void NoteWritten(CheckpointWriter.Written written)
    {
        _watch.Moved();
        if (written.Path is { } path)
        {
            _lastCheckpoint = path;
            _job.Raise(new TrainingEvent.CheckpointWritten(path, written.Version));
        }
        else
        {
            _job.Raise(new TrainingEvent.Warned($"After step {written.Version}: {written.Error}"));
        }

        if (_work is { } work)
        {
            Release(work);
        }
    }

    private void Release(SnapshotWork work)
    {
        _work = null;
        _pending.Remove(work.Pending.Version);
        if (work.End is { } reason)
        {
            End(work, reason);
            return;
        }

        _rooms.Push(work.Pending.Room!);
        OfferRoom();
        WorkOnOldest();
    }

    private void End(SnapshotWork work, EndReason reason)
    {
        Timers.CancelAll();
        var steps = work.Pending.Version - _start.Version;
        _job.Complete(new TrainingOutcome
        {
            Reason = reason,
            Model = new Model(_setup.Job.Model, _setup.Job, _setup.Data.Task, work.Pending.Room!.Weights),
            Progress = work.Progress!,
            Seconds = Stopwatch.GetElapsedTime(_started, work.TakenAt).TotalSeconds,
            Steps = steps,
            Samples = work.Pending.Progress.WorkerSamples.Sum(),
            Contributions =
            [
                .. work.Pending.Progress.WorkerSamples.Select((samples, worker) =>
                    new WorkerContribution(worker, _nodes[0].Node.Path.Address.ToString(), samples)),
            ],
            Servers = _ranges.Count,
            Checkpoint = _lastCheckpoint,
        });
    }

    private void CheckProgress()
    {
        // Not left to the reports: a server whose thread a worker blocks sends none.
        if (_watch.IsStalled)
        {
            _job.Fail(_watch.Explain(_work));
            return;
        }

        foreach (var server in _partitionServers)
        {
            server.Tell(Protocol.AskProgress.Instance);
        }
    }

    private void NoteProgress(ProgressReport report)
    {
        _watch.Note(report);
        var now = Stopwatch.GetTimestamp();
        var elapsed = Stopwatch.GetElapsedTime(_lastReportTime, now);
        // Reports that waited behind a long step come all at once: one of them says it.
        if (report.Partition != 0 || elapsed < _progressInterval / 2)
        {
            return;
        }

        var samples = (report.Version - (_lastReport?.Version ?? _start.Version)) * _setup.Job.BatchSize;
        _lastReport = report;
        _lastReportTime = now;
        var runningCost = report.Running.Samples > 0 ? report.Running.MeanCost : double.NaN;
        _job.Raise(new TrainingEvent.Progressed(report.Version, samples / elapsed.TotalSeconds, runningCost));
    }

    /// <summary>A run that has not begun yet makes one step first, so that there is a checkpoint to go on from.</summary>
    private void Stop()
    {
        if (_stopping)
        {
            return;
        }

        _stopping = true;
        if (_started != 0)
        {
            HoldPartitions();
        }
    }

    /// <summary>All partitions must stop at the same version: they hold where they are, and go on together to one after the furthest.</summary>
    private void HoldPartitions()
    {
        foreach (var server in _partitionServers)
        {
            server.Tell(Protocol.Hold.Instance);
        }
    }

    private void NoteHeld(Held held)
    {
        _held.Add(held.Version);
        if (_held.Count < _partitionServers.Length)
        {
            return;
        }

        _endVersion = Math.Min(_held.Max() + 1, _setup.TotalSteps);
        foreach (var server in _partitionServers)
        {
            server.Tell(new RunTo(_endVersion));
        }
    }

    private void FailToStart() => _job.Fail(
        $"Training did not start within {_job.Settings.StartDeadline.TotalSeconds:F0} s: {_servers.Count} of {_ranges.Count} parameter servers and {_nodes.Count} of 1 worker node are there.");

    /// <summary>An actor has ended that the job cannot do without; the message of its death watch.</summary>
    /// <param name="Name">Which, for people.</param>
    private sealed record MemberEnded(string Name);

    /// <summary>Asks the run to finish its step and end.</summary>
    public sealed record StopRequested
    {
        public static readonly StopRequested Instance = new();
    }

    private sealed record ProgressTick
    {
        public static readonly ProgressTick Instance = new();
    }

    private sealed record StartTimeout
    {
        public static readonly StartTimeout Instance = new();
    }
}
