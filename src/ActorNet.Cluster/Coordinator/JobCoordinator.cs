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
/// the loop of a step. What it decides is in <see cref="SnapshotQueue"/>, <see cref="StopPlan"/> and <see cref="RunState"/>; it sends and receives.
/// </summary>
internal sealed class JobCoordinator : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan _progressInterval = TimeSpan.FromMilliseconds(250);

    private readonly CoordinatedJob _job;
    private readonly TrainingRequest _request;
    private readonly TrainingSetup _setup;
    private readonly JobRuntime _runtime;
    private readonly List<IActorRef> _servers = [];
    private readonly List<(IActorRef Node, int Capacity)> _nodes = [];
    private readonly IReadOnlyList<PartitionRange> _ranges;
    private readonly StartingPoint _start;
    private readonly SnapshotQueue _snapshots;
    private readonly StopPlan _stop;
    private readonly RunState _run;
    private readonly ProgressWatch _watch;
    private readonly IActorRef? _writer;
    private IActorRef[] _partitionServers = [];
    private SnapshotWork? _work;
    private bool _hasBegun;
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
        _ranges = PartitionPlan.Cut(_setup.Network.Layout.Length, _request.Servers);
        _snapshots = new SnapshotQueue(_setup, _ranges.Count);
        _stop = new StopPlan(_ranges.Count, _setup.TotalSteps);
        _run = new RunState(_setup, _start.Version, _request.Resume);
        _watch = new ProgressWatch(_ranges.Count, job.Settings.StallDeadline);
        if (_request.CheckpointFolder is { } folder)
        {
            _writer = Context.ActorOf(CheckpointWriter.Props(new CheckpointStore(folder, _request.KeepCheckpoints)), "checkpoint-writer");
            Watch("checkpoint writer", _writer);
        }

        Receive<RegisterServer>(Register);
        Receive<RegisterWorkerNode>(Register);
        Receive<SnapshotDue>(due => Grant(_snapshots.Reach(due)));
        Receive<SnapshotTaken>(NoteTaken);
        Receive<SetJudged>(NoteJudged);
        Receive<CheckpointWriter.Written>(NoteWritten);
        Receive<ProgressTick>(_ => CheckProgress());
        Receive<ProgressReport>(NoteProgress);
        Receive<StopRequested>(_ => Stop());
        Receive<Held>(NoteHeld);
        Receive<WorkerReplacement>(replaced =>
            _job.Raise(new TrainingEvent.WorkerReplaced(replaced.Worker, replaced.Step, replaced.Slices, replaced.Cause)));
        Receive<JobFailed>(failed => Fail(failed.Message));
        Receive<MemberEnded>(ended => Fail($"The {ended.Name} was stopped. Go on with --resume."));
        Receive<StartTimeout>(_ => FailToStart());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        _job.TakeOver();
        Timers.StartSingleTimer(StartTimeout.Instance, StartTimeout.Instance, _job.Settings.StartDeadline);
    }

    protected override void PostStop() => _job.Fail("The coordinator was stopped. Go on with --resume.");

    protected override void PreRestart(Exception reason, object message)
    {
        _job.Fail($"The coordinator failed on {message.GetType().Name}: {reason.Message}");
        base.PreRestart(reason, message);
    }

    private void Register(RegisterServer register)
    {
        register.Server.Tell(Registered.Instance);
        if (!_hasBegun && !_servers.Contains(register.Server))
        {
            _servers.Add(register.Server);
            Watch($"parameter server {register.Server.Path.Name}", register.Server);
            BeginWhenReady();
        }
    }

    private void Register(RegisterWorkerNode register)
    {
        register.Node.Tell(Registered.Instance);
        if (!_hasBegun && !_nodes.Any(node => node.Node.Equals(register.Node)))
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
        _hasBegun = true;
        _lastReportTime = Stopwatch.GetTimestamp();
        _run.Begin(_lastReportTime);
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
        if (_stop.IsRequested)
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

    private void Grant(IReadOnlyList<RoomGrant> grants)
    {
        foreach (var grant in grants)
        {
            _partitionServers[grant.Partition].Tell(grant.Message);
        }
    }

    private void NoteTaken(SnapshotTaken taken)
    {
        _snapshots.Take(taken);
        WorkOnOldest();
    }

    /// <summary>Snapshots are judged and written one by one in the order of their versions, so that the history is in order.</summary>
    private void WorkOnOldest()
    {
        if (_work is not null || _snapshots.Complete is not { } snapshot)
        {
            return;
        }

        try
        {
            _run.Require(snapshot);
        }
        catch (ActorNetException error)
        {
            Fail(error.Message);
            return;
        }

        _work = new SnapshotWork(snapshot, Stopwatch.GetTimestamp());
        if (!_run.EndsEpoch(snapshot.Version))
        {
            Keep(_work, epoch: null);
            return;
        }

        _work.Ask(Judge(snapshot, _request.Test, 0), Judge(snapshot, _request.Validation, 1));
        CloseEpochWhenJudged();
    }

    /// <summary>Has a set judged; the ticket is one of two of the version.</summary>
    private long? Judge(PendingSnapshot snapshot, Core.Data.DataSet? data, int number)
    {
        if (data is null)
        {
            return null;
        }

        var ticket = snapshot.Version * 2 + number;
        _nodes[0].Node.Tell(new JudgeSet(ticket, snapshot.Room!.Weights, data));
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
        if (_work is { IsJudged: true } work)
        {
            var epoch = _run.CloseEpoch(work);
            _job.Raise(new TrainingEvent.EpochDone(epoch));
            Keep(work, epoch);
        }
    }

    /// <summary>Has a snapshot written, if snapshots are.</summary>
    private void Keep(SnapshotWork work, EpochResult? epoch)
    {
        work.End = _run.Ending(work, epoch, _stop.Version);
        work.Progress = _run.Progress(work);
        if (_writer is null)
        {
            Release(work);
            return;
        }

        var room = work.Pending.Room!;
        _writer.Tell(new Checkpoint(
            _setup.Job.Hash, _setup.Job.ToJson(), work.Progress, room.WeightTensors(_setup.Network.Layout), room.StateTensors()));
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
        if (work.End is { } reason)
        {
            End(_run.Outcome(work, reason, _nodes[0].Node.Path.Address.ToString(), _ranges.Count, _lastCheckpoint));
            return;
        }

        Grant(_snapshots.Release(work.Pending));
        WorkOnOldest();
    }

    private void End(TrainingOutcome outcome)
    {
        _job.Complete(outcome);
        Become(Ended);
    }

    private void Fail(string message)
    {
        _job.Fail(message);
        Become(Ended);
    }

    /// <summary>
    /// The others train on until the system ends. None of that may show: a checkpoint of a later version than the result's would be resumed in its place.
    /// </summary>
    private void Ended()
    {
        Timers.CancelAll();
        ReceiveAny(_ => { });
    }

    private void CheckProgress()
    {
        // Not left to the reports: a server whose thread a worker blocks sends none.
        if (_watch.IsStalled)
        {
            Fail(_watch.Explain(_work));
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
        if (_stop.Request() && _hasBegun)
        {
            HoldPartitions();
        }
    }

    private void HoldPartitions()
    {
        foreach (var server in _partitionServers)
        {
            server.Tell(Protocol.Hold.Instance);
        }
    }

    private void NoteHeld(Held held)
    {
        if (!_stop.Note(held))
        {
            return;
        }

        foreach (var server in _partitionServers)
        {
            server.Tell(new RunTo(_stop.Version!.Value));
        }
    }

    private void FailToStart() => Fail(
        $"Training did not start within {_job.Settings.StartDeadline.TotalSeconds:0.###} s: {_servers.Count} of {_ranges.Count} parameter servers and {_nodes.Count} of 1 worker node are there.");

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
