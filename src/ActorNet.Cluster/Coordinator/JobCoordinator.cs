using System.Diagnostics;
using System.Globalization;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;
using ActorNet.Cluster.Protocol;
using ActorNet.Core;
using ActorNet.Core.Checkpoints;
using ActorNet.Core.Training;
using Akka.Actor;

namespace ActorNet.Cluster.Coordinator;

/// <summary>
/// Runs a job: takes nodes in, gives out partitions and slices, takes snapshots, has them judged and written, and ends the job. It
/// is not in the loop of a step. What it decides is in its desks, for registration, partitions, leases, snapshots, commands and status, and in
/// <see cref="RunState"/>; it sends and receives.
/// </summary>
internal sealed class JobCoordinator : ReceiveActor, IWithTimers
{
    /// <summary>How often partitions are asked how far they are: a lost node is noticed so much later than it could be.</summary>
    private static readonly TimeSpan _watchInterval = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan _statusInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a run that went back waits for the nodes that it had: opening their data again can take seconds.</summary>
    private static readonly TimeSpan _gatherDeadline = TimeSpan.FromSeconds(5);

    private readonly CoordinatedJob _job;
    private readonly LocalNode _local;
    private readonly TrainingRequest _request;
    private readonly TrainingSetup _setup;
    private readonly JobStart _start;
    private readonly Roster _roster = new();
    private readonly RegistrationDesk _registration;
    private readonly PartitionDesk _partitions;
    private readonly LeaseDesk _leases;
    private readonly SnapshotDesk _desk;
    private readonly RunState _run;
    private readonly CommandDesk _commands;
    private readonly DrainDesk _drains;
    private readonly StatusDesk _status;
    private readonly Gathering _gathering;
    private readonly ProgressWatch _watch;
    private readonly SilenceWatch _silence;
    private readonly long _clock = Stopwatch.GetTimestamp();

    public JobCoordinator(CoordinatedJob job, JobStart start, LocalNode local)
    {
        _job = job;
        _local = local;
        _request = job.Request;
        _setup = job.Setup;
        _start = start;
        _run = new RunState(_setup, start);
        _registration = new RegistrationDesk(job, local, start);
        _partitions = new PartitionDesk(job, local, _roster, start);
        _leases = new LeaseDesk(job, _roster, _partitions.Hosts, start.Incarnation);
        _watch = new ProgressWatch(_partitions.Count, job.Settings.StallDeadline);
        _silence = new SilenceWatch(_roster);
        _gathering = new Gathering(_request, local, start, _roster, _leases);
        _commands = new CommandDesk(job, _partitions, _run);
        _drains = new DrainDesk(local, _roster, _commands);
        _desk = new SnapshotDesk(job, local, _partitions.Hosts, () => _roster.Find(local.Id)!.Address, _run, StartWriter(), Self);
        _status = new StatusDesk(job, local, start, _roster, _partitions, _leases, _commands, _run);

        Receive<RegisterNode>(Register);
        Receive<NodeReady>(NoteReady);
        Receive<NodeHolds>(NoteData);
        Receive<NodeUnable>(unable => Drop(unable.Node, unable.Reason));
        Receive<NodeAlive>(NoteAlive);
        Receive<NodeReport>(_status.Note);
        Receive<NodeEnded>(ended => Drop(ended.Node, $"{ended.What} ended, or cannot be reached"));
        Receive<DrainNode>(Drain);
        Receive<LinkLost>(lost => _leases.Lose(lost, Now));
        Receive<SendState>(_partitions.Send);
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
        Receive<ProgressReport>(NoteProgress);
        Receive<JobKeeper.StopRequested>(_ => Stop());
        Receive<RunCommand>(Ask);
        Receive<Held>(_commands.Note);
        Receive<WorkerReplacement>(replaced => _job.Raise(
            new TrainingEvent.WorkerReplaced(replaced.Node, replaced.Worker, replaced.Step, replaced.Slices, replaced.Cause)));
        Receive<JobFailed>(failed => Fail(failed.Message));
        Receive<WriterEnded>(_ => Fail("The checkpoint writer was stopped. Go on with --resume."));
        Receive<Tick>(When);
    }

    /// <summary>What the coordinator's timers say.</summary>
    private enum Tick
    {
        /// <summary>Look how far the partitions are.</summary>
        Watch,

        /// <summary>Show how the run is.</summary>
        Status,

        /// <summary>The run must have begun by now.</summary>
        StartDeadline,

        /// <summary>Nodes that the run had before are not waited for any longer.</summary>
        GatherDeadline,
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The time since this coordinator began.</summary>
    private TimeSpan Now => Stopwatch.GetElapsedTime(_clock);

    protected override void PreStart()
    {
        _job.TakeOver();
        Timers.StartPeriodicTimer(Tick.Status, Tick.Status, TimeSpan.Zero, _statusInterval);
        Timers.StartSingleTimer(Tick.StartDeadline, Tick.StartDeadline, _job.Settings.StartDeadline);
        if (_gathering.AwaitsFormer)
        {
            Timers.StartSingleTimer(Tick.GatherDeadline, Tick.GatherDeadline, _gatherDeadline);
        }
    }

    protected override void PreRestart(Exception reason, object message)
    {
        _job.Fail($"The coordinator failed on {message.GetType().Name}: {reason.Message}");
        base.PreRestart(reason, message);
    }

    private void When(Tick tick)
    {
        switch (tick)
        {
            case Tick.Watch:
                CheckProgress();
                break;
            case Tick.Status:
                ShowStatus();
                break;
            case Tick.StartDeadline:
                Fail(_gathering.Explain(_job.Settings.StartDeadline));
                break;
            case Tick.GatherDeadline:
                _gathering.AwaitNoFormer();
                AssignWhenReady();
                break;
        }
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
        if (_registration.Refuse(register) is { } answer)
        {
            agent.Tell(answer);
            return;
        }

        if (_roster.Add(register))
        {
            Context.WatchWith(agent, new NodeEnded(register.Node.Id, "it"));
            _roster.Find(register.Node.Id)!.LastHeard = Now;
        }

        agent.Tell(_registration.OfferTo(register));
    }

    private void NoteReady(NodeReady ready)
    {
        if (ready.Incarnation != _start.Incarnation || _roster.Find(ready.Node) is not { IsReady: false } node)
        {
            return;
        }

        node.IsReady = true;
        _gathering.Note(ready.Node);
        if (node.Workers > 0 && !node.IsLeaving)
        {
            _leases.Join(node, ready.Slices, Now);
        }

        AssignWhenReady();
    }

    /// <summary>A node has fetched shards: others may wait for nothing else, so it counts as progress.</summary>
    private void NoteData(NodeHolds holds)
    {
        if (holds.Incarnation != _start.Incarnation || _roster.Find(holds.Node) is not { } node)
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
        if (!_partitions.IsAssigned)
        {
            Timers.StartSingleTimer(Tick.StartDeadline, Tick.StartDeadline, _job.Settings.StartDeadline);
            AssignWhenReady();
        }
    }

    private void NoteAlive(NodeAlive alive)
    {
        var isKnown = alive.Incarnation == _start.Incarnation && _roster.Find(alive.Node) is not null;
        Sender.Tell(new NodeHeard(_start.Incarnation, isKnown));
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
        _gathering.Note(id);
        _status.Forget(id);
        if (id == _local.Id)
        {
            Fail($"The coordinator's own node cannot go on: {reason}. Go on with --resume.");
        }
        else if (_partitions.Has(id))
        {
            GoBack($"Node {id}, which had a partition, is lost: {reason}");
        }
        else
        {
            _leases.Leave(id, Now);
            _job.Raise(new TrainingEvent.NodeLeft(id, node.IsLeaving ? "it has handed over what it had" : reason, _leases.Generation, node.IsLeaving));
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

        if (_partitions.Has(drain.Node))
        {
            Obey(_commands.Leave(drain.Node));
            return;
        }

        node.IsLeaving = true;
        _leases.Leave(drain.Node, Now);
        Sender.Tell(new NodeDrained());
        _drains.Note(drain.Node, _status.Version);
    }

    private void LetGo()
    {
        foreach (var leaver in _commands.Leavers)
        {
            _roster.Find(leaver)?.Address.Agent.Tell(new NodeDrained());
            _drains.Note(leaver, _status.Version);
        }

        GoBack($"Node {string.Join(", ", _commands.Leavers)}, which had a partition, leaves");
    }

    /// <summary>Has the run go on from the last checkpoint under another coordinator.</summary>
    private void GoBack(string reason)
    {
        if (_request.CheckpointFolder is null)
        {
            Fail($"{reason}. There are no checkpoints to go on from: give the run a folder for them.");
            return;
        }

        RefuseCommands("the run goes back to its last checkpoint: ask again when it trains.");
        Become(Ended);
        var remaining = _roster.Nodes.Select(node => node.Address.Id).Except(_commands.Leavers);
        Context.Parent.Tell(new JobKeeper.GoBack(reason, _run.Before, [.. remaining], [.. _commands.Leavers], _commands.IsPaused));
    }

    // ---- Partitions are given out, and the run begins ----

    private void AssignWhenReady()
    {
        if (!_partitions.IsAssigned && _gathering.IsComplete)
        {
            _partitions.Assign();
        }
    }

    private void NoteServed(PartitionServed served)
    {
        if (_roster.Nodes.FirstOrDefault(node => node.Address.Agent.Equals(Sender))?.Address is not { } node || !_partitions.Note(served, node))
        {
            return;
        }

        Context.WatchWith(served.Server, new NodeEnded(node.Id, $"its server of partition {served.Partition}"));
        if (_partitions.IsServed)
        {
            Begin();
        }
    }

    private void Begin()
    {
        Timers.Cancel(Tick.StartDeadline);
        _run.Begin(Stopwatch.GetTimestamp());
        _watch.Moved();
        _job.Raise(new TrainingEvent.Started(
            _start.Version, _setup.TotalSteps, _setup.Plan.StepsPerEpoch, _setup.Network.Layout.Length, _leases.Capacity, _partitions.Count));
        _leases.Open(Now);
        Timers.StartPeriodicTimer(Tick.Watch, Tick.Watch, _watchInterval);
        _commands.Begin(_start.IsPaused);
    }

    // ---- Progress is watched ----

    private void CheckProgress()
    {
        if (_commands.IsPaused)
        {
            _watch.Moved();
            _status.ForgetRate();
        }

        // Not left to the reports: a server whose thread a worker blocks sends none.
        if (_watch.IsStalled)
        {
            Fail(_watch.Explain(_desk.Work));
            return;
        }

        if (_silence.FindLost(Now, id => id != _local.Id && _partitions.Has(id)) is { } lost)
        {
            Drop(lost, $"it has shown no life for {SilenceWatch.LostAfter.TotalSeconds:0} s");
            return;
        }

        _partitions.Tell(AskProgress.Instance);
    }

    private void NoteProgress(ProgressReport report)
    {
        _watch.Note(report);
        if (report.Partition == 0)
        {
            _status.Note(report, Now);
        }

        _leases.Note(report, Now);
    }

    private void ShowStatus() => _job.Monitor.Show(_status.Take(Now, _desk.LastCheckpoint));

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
        if (work.End is { } reason)
        {
            End(work, reason);
            return;
        }

        Obey(_commands.Reach(work), work);
    }

    // ---- People ask for something ----

    private void Ask(RunCommand command)
    {
        var pending = new PendingCommand(command, Sender);
        switch (command)
        {
            case RunCommand.Drain drain:
                _drains.Ask(drain, pending, _status.Version);
                break;
            case RunCommand.Stop { When: StopTime.Now }:
                StopNow(pending);
                break;
            case RunCommand.Stop { When: StopTime.Step } when !_commands.HasBegun:
                _commands.Answer(pending, _status.Version, isDone: true, "the run ends before its first step");
                Stop();
                break;
            default:
                Obey(_commands.Ask(pending, _status.Version));
                break;
        }
    }

    private void Obey(CommandDesk.Verdict verdict, SnapshotWork? work = null)
    {
        switch (verdict)
        {
            case CommandDesk.Verdict.GoOn:
                AtDesk(() => _desk.Release(work ?? _desk.Work!));
                break;
            case CommandDesk.Verdict.End:
                End(_commands.HeldAt!, EndReason.Stopped);
                break;
            case CommandDesk.Verdict.LetGo:
                LetGo();
                break;
        }
    }

    private void StopNow(PendingCommand pending)
    {
        var rest = _desk.LastCheckpoint is { } last ? $"the checkpoint of step {last.Step:N0} is what remains" : "no checkpoint of this process is there";
        var message = string.Create(CultureInfo.InvariantCulture, $"the run ended at once at step {_status.Version:N0}: {rest}");
        _commands.Answer(pending, _status.Version, isDone: true, message);
        TellNodes(new JobOver(_start.Incarnation, null));
        _job.Abandon($"{message}; go on with --resume.");
        Become(Ended);
    }

    private void RefuseCommands(string reason)
    {
        _commands.RefuseAll(_status.Version, reason);
        _drains.RefuseAll(_status.Version, reason);
    }

    // ---- The run ends ----

    private void End(SnapshotWork work, EndReason reason)
    {
        RefuseCommands("the run has ended.");
        TellNodes(new JobOver(_start.Incarnation, null));
        ShowStatus();
        _job.Complete(_run.Outcome(work, reason, _partitions.Count, _desk.LastCheckpoint?.Path));
        Become(Ended);
    }

    private void Fail(string message)
    {
        RefuseCommands($"the run has failed: {message}");
        TellNodes(new JobOver(_start.Incarnation, _job.Monitor.Explain(message)));
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
        if (_commands.HasBegun || _partitions.IsAssigned || _request.Node is null)
        {
            Obey(_commands.Stop());
        }
        else if (_start.Before is null)
        {
            TellNodes(new JobOver(_start.Incarnation, null));
            _job.Cancel();
            Become(Ended);
        }
        else
        {
            Fail("The run was stopped while it waited for the nodes that it had. Go on with --resume.");
        }
    }

    /// <summary>A node, or a server on it, has ended; the message of a death watch.</summary>
    /// <param name="Node">The node.</param>
    /// <param name="What">What ended.</param>
    private sealed record NodeEnded(string Node, string What);

    private sealed record WriterEnded;
}
