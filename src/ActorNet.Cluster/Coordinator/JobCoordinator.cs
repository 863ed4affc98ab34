using System.Diagnostics;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Transfer;
using ActorNet.Core;
using ActorNet.Core.Checkpoints;
using ActorNet.Core.Training;
using Akka.Actor;

namespace ActorNet.Cluster.Coordinator;

/// <summary>
/// Runs a job: takes nodes in, gives out partitions and slices, takes snapshots, has them judged and written, and ends the job. It
/// is not in the loop of a step. What it decides is in <see cref="LeaseDesk"/>, <see cref="SnapshotDesk"/>, <see cref="StopPlan"/> and
/// <see cref="RunState"/>; it sends and receives.
/// </summary>
internal sealed class JobCoordinator : ReceiveActor, IWithTimers
{
    /// <summary>How often partitions are asked how far they are: a lost node is noticed so much later than it could be.</summary>
    private static readonly TimeSpan _watchInterval = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan _progressInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// A node with a partition that has shown no life for so long is lost: the run goes back to its last checkpoint. Should it come back, it is a node like any
    /// other, and what it still sends of its partition is of a reign that is over.
    /// </summary>
    private static readonly TimeSpan _lostAfter = TimeSpan.FromSeconds(3);

    /// <summary>How long a run that went back waits for the nodes that it had: opening their data again can take seconds.</summary>
    private static readonly TimeSpan _gatherDeadline = TimeSpan.FromSeconds(5);

    private readonly CoordinatedJob _job;
    private readonly LocalNode _local;
    private readonly TrainingRequest _request;
    private readonly TrainingSetup _setup;
    private readonly IReadOnlyList<PartitionRange> _ranges;
    private readonly Roster _roster = new();
    private readonly LeaseDesk _leases;
    private readonly SnapshotDesk _desk;
    private readonly StopPlan _stop;
    private readonly RunState _run;
    private readonly ProgressWatch _watch;
    private readonly PartitionHost?[] _hosts;
    private readonly string?[] _assignees;
    private readonly JobStart _start;
    private readonly long _incarnation;
    private readonly byte[] _nonce = RegistrationProof.CreateNonce();
    private readonly HashSet<string> _awaited;
    private readonly List<string> _leavers = [];
    private readonly long _clock = Stopwatch.GetTimestamp();
    private bool _hasBegun;
    private bool _isStopAsked;
    private ProgressReport? _lastReport;
    private long _lastReportTime;
    private TimeSpan _lastWatch;

    public JobCoordinator(CoordinatedJob job, JobStart start, LocalNode local)
    {
        _job = job;
        _local = local;
        _request = job.Request;
        _setup = job.Setup;
        _ranges = PartitionPlan.Cut(_setup.Network.Layout.Length, _request.Servers);
        _hosts = new PartitionHost?[_ranges.Count];
        _assignees = new string?[_ranges.Count];
        _start = start;
        _awaited = [.. start.Awaited];
        _stop = new StopPlan(_ranges.Count, _setup.TotalSteps);
        _run = new RunState(_setup, start);
        _incarnation = start.Incarnation;
        _leases = new LeaseDesk(job, _roster, _hosts, _incarnation);
        _watch = new ProgressWatch(_ranges.Count, job.Settings.StallDeadline);
        _desk = new SnapshotDesk(job, local, _hosts, () => _roster.Find(local.Id)!.Address, _run, _stop, StartWriter(), Self);

        Receive<RegisterNode>(Register);
        Receive<NodeReady>(NoteReady);
        Receive<NodeHolds>(NoteData);
        Receive<NodeUnable>(unable => Drop(unable.Node, unable.Reason));
        Receive<NodeAlive>(NoteAlive);
        Receive<NodeEnded>(ended => Drop(ended.Node, $"{ended.What} ended, or cannot be reached"));
        Receive<DrainNode>(Drain);
        Receive<LinkLost>(lost => _leases.Lose(lost, Now));
        Receive<SendState>(SendState);
        Receive<PartitionServed>(NoteServed);
        Receive<SnapshotDue>(due => _desk.Reach(due));
        Receive<SnapshotTaken>(taken => AtDesk(() => _desk.NoteTaken(taken)));
        Receive<SetJudged>(judged =>
        {
            _watch.Moved();
            _desk.NoteJudged(judged);
        });
        Receive<CheckpointWriter.Written>(written =>
        {
            _watch.Moved();
            _desk.NoteWritten(written);
        });
        Receive<SnapshotDone>(done => NoteDone(done.Work));
        Receive<WatchTick>(_ => CheckProgress());
        Receive<ProgressReport>(NoteProgress);
        Receive<JobKeeper.StopRequested>(_ => Stop());
        Receive<Held>(NoteHeld);
        Receive<WorkerReplacement>(replaced => _job.Raise(
            new TrainingEvent.WorkerReplaced(replaced.Node, replaced.Worker, replaced.Step, replaced.Slices, replaced.Cause)));
        Receive<JobFailed>(failed => Fail(failed.Message));
        Receive<WriterEnded>(_ => Fail("The checkpoint writer was stopped. Go on with --resume."));
        Receive<StartTimeout>(_ => FailToStart());
        Receive<GatherTimeout>(_ => AwaitNoMore());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private bool IsAssigned => _assignees[0] is not null;

    /// <summary>The time since this coordinator began.</summary>
    private TimeSpan Now => Stopwatch.GetElapsedTime(_clock);

    protected override void PreStart()
    {
        _job.TakeOver();
        Timers.StartSingleTimer(StartTimeout.Instance, StartTimeout.Instance, _job.Settings.StartDeadline);
        if (_awaited.Count > 0)
        {
            Timers.StartSingleTimer(GatherTimeout.Instance, GatherTimeout.Instance, _gatherDeadline);
        }
    }

    protected override void PreRestart(Exception reason, object message)
    {
        _job.Fail($"The coordinator failed on {message.GetType().Name}: {reason.Message}");
        base.PreRestart(reason, message);
    }

    private IActorRef? StartWriter()
    {
        if (_request.CheckpointFolder is not { } folder)
        {
            return null;
        }

        var writer = Context.ActorOf(CheckpointWriter.Props(new CheckpointStore(folder, _request.KeepCheckpoints)), "checkpoint-writer");
        return Context.WatchWith(writer, new WriterEnded());
    }

    // ---- Nodes come and go ----

    private void Register(RegisterNode register)
    {
        var agent = register.Node.Agent;
        if (register.ProtocolVersion != Wire.ProtocolVersion)
        {
            agent.Tell(new NodeRefused(
                $"the coordinator speaks version {Wire.ProtocolVersion} of the protocol, node {register.Node.Id} version {register.ProtocolVersion}: use the same version of ActorNet on both."));
            return;
        }

        if (_local.Secret is { } secret && RegistrationProof.Check(register, secret, _nonce) is { } answer)
        {
            agent.Tell(answer);
            return;
        }

        if (_start.Leaving.Contains(register.Node.Id))
        {
            agent.Tell(new NodeDrained());
            return;
        }

        if (_roster.Add(register))
        {
            Context.WatchWith(agent, new NodeEnded(register.Node.Id, "it"));
            _roster.Find(register.Node.Id)!.LastHeard = Now;
        }

        agent.Tell(new JobOffer(_incarnation, _setup.Job.Hash, _setup.Job.ToJson(), _request.Servers, _job.Shards));
    }

    private void NoteReady(NodeReady ready)
    {
        if (ready.Incarnation != _incarnation || _roster.Find(ready.Node) is not { IsReady: false } node)
        {
            return;
        }

        node.IsReady = true;
        _awaited.Remove(ready.Node);
        if (node.Workers > 0 && !node.IsLeaving)
        {
            _leases.Join(node, ready.Slices, Now);
        }

        AssignWhenReady();
    }

    /// <summary>A node has fetched shards: others may wait for nothing else, so it counts as progress.</summary>
    private void NoteData(NodeHolds holds)
    {
        if (holds.Incarnation != _incarnation || _roster.Find(holds.Node) is not { } node)
        {
            return;
        }

        if (holds.Slices.Length != node.Held)
        {
            node.Held = holds.Slices.Length;
            _job.Raise(new TrainingEvent.DataHeld(holds.Node, holds.Slices));
        }

        _watch.Moved();
        _leases.Hold(holds, Now);
        if (!IsAssigned)
        {
            Timers.StartSingleTimer(StartTimeout.Instance, StartTimeout.Instance, _job.Settings.StartDeadline);
            AssignWhenReady();
        }
    }

    private void NoteAlive(NodeAlive alive)
    {
        var isKnown = alive.Incarnation == _incarnation && _roster.Find(alive.Node) is not null;
        Sender.Tell(new NodeHeard(_incarnation, isKnown));
        if (isKnown)
        {
            _roster.Find(alive.Node)!.LastHeard = Now;
            _leases.Heard(alive.Node, Now);
        }
    }

    /// <summary>A node is gone, or of no use. Its slices are leased to others; but nobody else has what it served.</summary>
    private void Drop(string id, string reason)
    {
        if (_roster.Remove(id) is not { } node)
        {
            return;
        }

        Context.Unwatch(node.Address.Agent);
        _awaited.Remove(id);
        if (id == _local.Id)
        {
            Fail($"The coordinator's own node cannot go on: {reason}. Go on with --resume.");
        }
        else if (_assignees.Contains(id))
        {
            GoBack($"Node {id}, which had a partition, is lost: {reason}");
        }
        else
        {
            _leases.Leave(id, Now);
            _job.Raise(new TrainingEvent.NodeLeft(id, reason, _leases.Generation));
            AssignWhenReady();
        }
    }

    private void Drain(DrainNode drain)
    {
        if (_roster.Find(drain.Node) is not { } node)
        {
            Sender.Tell(new NodeDrained());
            return;
        }

        if (_assignees.Contains(drain.Node))
        {
            Hand(drain.Node);
            return;
        }

        node.IsLeaving = true;
        _leases.Leave(drain.Node, Now);
        Sender.Tell(new NodeDrained());
    }

    /// <summary>A node that has a partition may leave when that is in a checkpoint: the run then goes on from there without it.</summary>
    private void Hand(string leaver)
    {
        if (_leavers.Contains(leaver))
        {
            return;
        }

        _leavers.Add(leaver);
        if (!_hasBegun)
        {
            LetGo();
        }
        else if (_stop.Request())
        {
            TellPartitions(Protocol.Hold.Instance);
        }
    }

    private void LetGo()
    {
        foreach (var leaver in _leavers)
        {
            _roster.Find(leaver)?.Address.Agent.Tell(new NodeDrained());
        }

        GoBack($"Node {string.Join(", ", _leavers)}, which had a partition, leaves");
    }

    /// <summary>Has the run go on from the last checkpoint under another coordinator.</summary>
    private void GoBack(string reason)
    {
        if (_request.CheckpointFolder is null)
        {
            Fail($"{reason}. There are no checkpoints to go on from: give the run a folder for them.");
            return;
        }

        Become(Ended);
        var remaining = _roster.Nodes.Select(node => node.Address.Id).Except(_leavers);
        Context.Parent.Tell(new JobKeeper.GoBack(reason, _run.Before, [.. remaining], [.. _leavers]));
    }

    // ---- Partitions are given out, and the run begins ----

    private void AssignWhenReady()
    {
        var servers = _roster.Servers.ToArray();
        if (IsAssigned || !IsGathered(servers.Length, _roster.Workers.Sum(node => node.Workers)))
        {
            return;
        }

        foreach (var range in _ranges)
        {
            var server = servers[range.Index % servers.Length].Address;
            _assignees[range.Index] = server.Id;
            server.Agent.Tell(new AssignPartition(
                _incarnation, range.Index, _start.Version, _start.State is null, _start.Ledger, _start.Running, _request.CheckpointEvery));
        }
    }

    /// <summary>Whether all are there: at first as many as were asked for, later those that were there before, or what is left of them.</summary>
    private bool IsGathered(int servers, int workers)
    {
        var isFirst = _start.Before is null;
        return _roster.Find(_local.Id) is { IsReady: true }
            && _awaited.Count == 0
            && _leases.IsComplete
            && servers >= (isFirst ? _request.MinServers : 1)
            && workers >= (isFirst ? _request.MinWorkers : 1);
    }

    private void AwaitNoMore()
    {
        _awaited.Clear();
        AssignWhenReady();
    }

    /// <summary>A node is ready to take the state of a partition. The coordinator's own has no way to itself, and needs none.</summary>
    private void SendState(SendState send)
    {
        if (send.To.Id == _local.Id)
        {
            _local.Inlets?.Hand(send.Partition, _start.State!.Vectors(_ranges[send.Partition]));
            return;
        }

        var vectors = _start.State!.ByteVectors(_ranges[send.Partition]);
        _local.Remote(send.To).SendVectors(FrameKind.State, _local.Runtime!, send.Partition, _start.Version, vectors);
    }

    private void NoteServed(PartitionServed served)
    {
        if (served.Incarnation != _incarnation || _hosts[served.Partition] is not null)
        {
            return;
        }

        var node = _roster.Nodes.First(node => node.Address.Agent.Equals(Sender));
        _hosts[served.Partition] = new PartitionHost(served.Server, node.Address);
        Context.WatchWith(served.Server, new NodeEnded(node.Address.Id, $"its server of partition {served.Partition}"));
        if (Array.TrueForAll(_hosts, host => host is not null))
        {
            Begin();
        }
    }

    private void Begin()
    {
        Timers.Cancel(StartTimeout.Instance);
        _hasBegun = true;
        _lastReportTime = Stopwatch.GetTimestamp();
        _run.Begin(_lastReportTime);
        _watch.Moved();
        _job.Raise(new TrainingEvent.Started(
            _start.Version, _setup.TotalSteps, _setup.Plan.StepsPerEpoch, _setup.Network.Layout.Length, _leases.Capacity, _ranges.Count));
        _leases.Open(Now);
        Timers.StartPeriodicTimer(WatchTick.Instance, WatchTick.Instance, _watchInterval);
        if (_stop.IsRequested)
        {
            TellPartitions(Protocol.Hold.Instance);
        }
    }

    private void TellPartitions(object message)
    {
        foreach (var host in _hosts)
        {
            host!.Server.Tell(message);
        }
    }

    // ---- Progress is watched ----

    private void CheckProgress()
    {
        // Not left to the reports: a server whose thread a worker blocks sends none.
        if (_watch.IsStalled)
        {
            Fail(_watch.Explain(_desk.Work));
            return;
        }

        if (SilentAssignee() is { } silent)
        {
            Drop(silent, $"it has shown no life for {_lostAfter.TotalSeconds:0} s");
            return;
        }

        TellPartitions(AskProgress.Instance);
    }

    /// <summary>A node with a partition that is lost; null for none. Whoever was stopped itself has heard of nobody meanwhile, and accuses nobody.</summary>
    private string? SilentAssignee()
    {
        var wasStopped = Now - _lastWatch > _lostAfter / 2;
        _lastWatch = Now;
        foreach (var node in _roster.Nodes)
        {
            if (wasStopped)
            {
                node.LastHeard = Now;
            }
            else if (Now - node.LastHeard > _lostAfter && node.Address.Id != _local.Id && _assignees.Contains(node.Address.Id))
            {
                return node.Address.Id;
            }
        }

        return null;
    }

    private void NoteProgress(ProgressReport report)
    {
        _watch.Note(report);
        if (report.Partition == 0)
        {
            ShowProgress(report);
        }

        _leases.Note(report, Now);
    }

    private void ShowProgress(ProgressReport report)
    {
        var now = Stopwatch.GetTimestamp();
        var elapsed = Stopwatch.GetElapsedTime(_lastReportTime, now);
        if (elapsed < _progressInterval)
        {
            return;
        }

        var samples = (report.Version - (_lastReport?.Version ?? _start.Version)) * _setup.Job.BatchSize;
        _lastReport = report;
        _lastReportTime = now;
        var runningCost = report.Running.Samples > 0 ? report.Running.MeanCost : double.NaN;
        _job.Raise(new TrainingEvent.Progressed(report.Version, samples / elapsed.TotalSeconds, runningCost));
    }

    // ---- Snapshots are done ----

    /// <summary>Has the desk go on. It stops the run where no run may go on from what came.</summary>
    private void AtDesk(Action work)
    {
        try
        {
            work();
        }
        catch (ActorNetException error)
        {
            Fail(error.Message);
        }
    }

    private void NoteDone(SnapshotWork work)
    {
        if (work.End is EndReason.Stopped && !_isStopAsked)
        {
            LetGo();
        }
        else if (work.End is { } reason)
        {
            End(_run.Outcome(work, reason, _ranges.Count, _desk.LastCheckpoint));
        }
        else
        {
            AtDesk(() => _desk.Release(work));
        }
    }

    // ---- The run ends ----

    private void End(TrainingOutcome outcome)
    {
        TellNodes(new JobOver(_incarnation, null));
        _job.Complete(outcome);
        Become(Ended);
    }

    private void Fail(string message)
    {
        TellNodes(new JobOver(_incarnation, message));
        _job.Fail(message);
        Become(Ended);
    }

    private void TellNodes(JobOver over)
    {
        foreach (var node in _roster.Nodes)
        {
            Context.Unwatch(node.Address.Agent);
            node.Address.Agent.Tell(over);
        }
    }

    /// <summary>
    /// The others train on until they hear of it. None of that may show: a checkpoint of a later version than the result's would be resumed in its place.
    /// </summary>
    private void Ended()
    {
        Timers.CancelAll();
        ReceiveAny(_ => { });
    }

    /// <summary>
    /// A run that is about to begin makes one step first, so that there is a checkpoint to go on from. One that waits for nodes may wait long: it ends at once.
    /// </summary>
    private void Stop()
    {
        _isStopAsked = true;
        if (!_stop.Request())
        {
            return;
        }

        if (_hasBegun)
        {
            TellPartitions(Protocol.Hold.Instance);
        }
        else if (!IsAssigned && _request.Node is not null && _start.Before is null)
        {
            TellNodes(new JobOver(_incarnation, null));
            _job.Cancel();
            Become(Ended);
        }
        else if (!IsAssigned && _request.Node is not null)
        {
            Fail("The run was stopped while it waited for the nodes that it had. Go on with --resume.");
        }
    }

    private void NoteHeld(Held held)
    {
        if (_stop.Note(held))
        {
            TellPartitions(new RunTo(_stop.Version!.Value));
        }
    }

    private void FailToStart()
    {
        var (servers, workers) = (_roster.Servers.Count(), _roster.Workers.Sum(node => node.Workers));
        Fail(
            $"Training did not start within {_job.Settings.StartDeadline.TotalSeconds:0.###} s: {servers} of {_request.MinServers} server nodes and {workers} of {_request.MinWorkers} workers are there{(workers == 0 || _leases.IsComplete ? "" : ", which have not all of the data between them yet")}.");
    }

    /// <summary>A node, or a server on it, has ended; the message of a death watch.</summary>
    /// <param name="Node">The node.</param>
    /// <param name="What">What ended.</param>
    private sealed record NodeEnded(string Node, string What);

    private sealed record WriterEnded;

    private sealed record WatchTick
    {
        public static readonly WatchTick Instance = new();
    }

    private sealed record StartTimeout
    {
        public static readonly StartTimeout Instance = new();
    }

    private sealed record GatherTimeout
    {
        public static readonly GatherTimeout Instance = new();
    }
}
