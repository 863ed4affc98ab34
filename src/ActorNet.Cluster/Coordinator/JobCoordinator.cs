using System.Diagnostics;
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
/// is not in the loop of a step. What it decides is in its desks, for nodes, partitions, leases, progress, snapshots, commands and status, in
/// <see cref="RunState"/> and in <see cref="ReignEnding"/>; it receives, and says to whom a message goes.
/// </summary>
internal sealed class JobCoordinator : ReceiveActor, IWithTimers
{
    /// <summary>How often partitions are asked how far they are: a lost node is noticed so much later than it could be.</summary>
    private static readonly TimeSpan _watchInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>After how long what is given out and not served is given out again: long beside what a node needs for that, short beside the deadline.</summary>
    private static readonly TimeSpan _assignInterval = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan _statusInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a run that went back waits for the nodes that it had: opening their data again can take seconds.</summary>
    private static readonly TimeSpan _gatherDeadline = TimeSpan.FromSeconds(5);

    private readonly CoordinatedJob _job;
    private readonly TrainingRequest _request;
    private readonly TrainingSetup _setup;
    private readonly JobStart _start;
    private readonly PartitionDesk _partitions;
    private readonly LeaseDesk _leases;
    private readonly SnapshotDesk _desk;
    private readonly RunState _run;
    private readonly CommandDesk _commands;
    private readonly DrainDesk _drains;
    private readonly StatusDesk _status;
    private readonly Gathering _gathering;
    private readonly ReignEnding _ending;
    private readonly NodeDesk _nodes;
    private readonly ProgressDesk _progress;
    private bool _hasEnded;
    private readonly long _clock = Stopwatch.GetTimestamp();

    public JobCoordinator(CoordinatedJob job, JobStart start, LocalNode local)
    {
        _job = job;
        _request = job.Request;
        _setup = job.Setup;
        _start = start;
        _run = new RunState(_setup, start);
        var roster = new Roster();
        _partitions = new PartitionDesk(job, local, roster, start);
        var self = Self;
        _leases = new LeaseDesk(job, roster, _partitions, start.Incarnation, () => self.Tell(Tick.Leases));
        _gathering = new Gathering(_request, local, start, roster, _leases);
        _commands = new CommandDesk(job, _partitions, _run);
        _drains = new DrainDesk(local, roster, _commands);
        _desk = new SnapshotDesk(job, local, _partitions, () => roster.Find(local.Id)!.Address, _run, StartWriter(), Self);
        _status = new StatusDesk(job, local, start, roster, _partitions, _leases, _commands, _run);
        _ending = new ReignEnding(job, start, roster, _partitions, _commands, _drains, _desk, _status, _run, Context, () => Become(Ended));
        _nodes = new NodeDesk(job, local, start, roster, _partitions, _leases, _gathering, _drains, _status, _commands, _desk, _ending, Context);
        _progress = new ProgressDesk(job, local, roster, _partitions, _leases, _commands, _desk, _status, _nodes, _ending);

        Receive<RegisterNode>(register => _nodes.Register(register, Now));
        Receive<NodeReady>(NoteReady);
        Receive<NodeHolds>(NoteData);
        Receive<NodeUnable>(unable => Drop(unable.Node, unable.Reason));
        Receive<NodeAlive>(alive => _nodes.NoteAlive(alive, Sender, Now));
        Receive<NodeReport>(report =>
        {
            _status.Note(report);
            _leases.Note(report, Now);
        });
        Receive<NodeEnded>(ended => Drop(ended.Node, $"{ended.What} ended, or cannot be reached"));
        Receive<DrainNode>(Drain);
        Receive<LinkLost>(NoteCut);
        Receive<SendState>(_partitions.Send);
        Receive<PartitionServed>(NoteServed);
        Receive<SnapshotDue>(due => _desk.Reach(due), _ => !_partitions.IsFormer(Sender));
        Receive<SnapshotTaken>(NoteTaken);
        Receive<SetJudging>(_ => _progress.Moved());
        Receive<SetJudged>(judged =>
        {
            _progress.Moved();
            _desk.NoteJudged(judged);
        });
        Receive<CheckpointWriter.Written>(written =>
        {
            _progress.Moved();
            _desk.NoteWritten(written);
        });
        Receive<SnapshotDone>(done => NoteDone(done.Work));
        var norms = new NormDesk(_partitions.Count, _partitions.Tell, start.Incarnation);
        Receive<SquaresSummed>(summed => norms.Note(summed, Sender, IsStandby(summed.Partition)), _ => !_partitions.IsFormer(Sender));
        Receive<ProgressReport>(report =>
        {
            _partitions.NoteOrders(Sender, report.Orders, Now);
            _progress.Note(report, IsStandby(report.Partition), Now);
        }, _ => !_partitions.IsFormer(Sender));
        Receive<JobKeeper.StopRequested>(_ => Stop());
        Receive<RunCommand>(Ask);
        Receive<Held>(held => _commands.Note(held, IsStandby(held.Partition)), _ => !_partitions.IsFormer(Sender));
        Receive<WorkerReplacement>(replaced => _job.Raise(
            new TrainingEvent.WorkerReplaced(replaced.Node, replaced.Worker, replaced.Step, replaced.Slices, replaced.Cause)));
        Receive<JobFailed>(failed => _ending.Fail(failed.Message));
        Receive<WriterEnded>(_ => _ending.Fail("The checkpoint writer was stopped. Go on with --resume."));
        Receive<Tick>(When);
        Receive<IWireMessage>(_ => { }, _ => _partitions.IsFormer(Sender));
    }

    /// <summary>What the coordinator says to itself, mostly by timers.</summary>
    private enum Tick
    {
        /// <summary>Look how far the partitions are.</summary>
        Watch,

        /// <summary>Show how the run is.</summary>
        Status,

        /// <summary>Give out again what is not served.</summary>
        Assign,

        /// <summary>The run must have begun by now.</summary>
        StartDeadline,

        /// <summary>Nodes that the run had before are not waited for any longer.</summary>
        GatherDeadline,

        /// <summary>Leases have changed. Not a timer's: it comes after what was in the mailbox already.</summary>
        Leases,
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The time since this coordinator began.</summary>
    private TimeSpan Now => Stopwatch.GetElapsedTime(_clock);

    protected override void PreStart()
    {
        _job.TakeOver();
        Timers.StartPeriodicTimer(Tick.Status, Tick.Status, TimeSpan.Zero, _statusInterval);
        Timers.StartPeriodicTimer(Tick.Assign, Tick.Assign, _assignInterval);
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
                _progress.Check(Now);
                GoOnWithStandbys();
                break;
            case Tick.Status:
                _status.Show(Now, _desk.LastCheckpoint);
                break;
            case Tick.Assign:
                _partitions.AssignAgain();
                break;
            case Tick.StartDeadline:
                _ending.Fail(_gathering.Explain(_job.Settings.StartDeadline));
                break;
            case Tick.GatherDeadline:
                _gathering.AwaitNoFormer();
                _nodes.AssignWhenReady();
                break;
            case Tick.Leases:
                _leases.SendLeases(Now);
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

    // ---- Nodes come and go, and the run begins ----

    /// <summary>Others may wait for nothing else than shards: so they count as progress, and a run that has not begun waits anew.</summary>
    private void NoteData(NodeHolds holds)
    {
        if (!_nodes.NoteData(holds, Now))
        {
            return;
        }

        _progress.Moved();
        if (!_partitions.IsAssigned)
        {
            Timers.StartSingleTimer(Tick.StartDeadline, Tick.StartDeadline, _job.Settings.StartDeadline);
            _nodes.AssignWhenReady();
        }
    }

    private void Drain(DrainNode drain)
    {
        if (_partitions.Has(drain.Node) && _commands.HasBegun && _partitions.CanSpare(drain.Node))
        {
            _nodes.HandOver(drain.Node, Sender, Now);
            GoOnWithStandbys();
        }
        else if (_partitions.Has(drain.Node))
        {
            Obey(_commands.Leave(drain.Node));
        }
        else
        {
            _nodes.Drain(drain.Node, Sender, Now);
        }
    }

    private void NoteServed(PartitionServed served)
    {
        if (!_nodes.NoteServed(served, Sender))
        {
            return;
        }

        if (_commands.HasBegun)
        {
            _progress.Moved();
            // It was told of the changes of when it was assigned; of those made since only hosts are told.
            _partitions.Order(served.Server, new ChangeRates(RateStep.Of(_job.RateChanges)));
            _leases.ChangeHosts(Now);
            _job.Raise(new TrainingEvent.StandsBy(
                served.Partition, _partitions.Standbys[served.Partition]!.Node.Id, _commands.HeldAt?.Pending.Version ?? _status.Version));
            GoOnWithStandbys();
        }
        else
        {
            BeginWhenServed();
        }
    }

    private void BeginWhenServed()
    {
        if (!_hasEnded && !_commands.HasBegun && _partitions.IsAssigned && _partitions.IsServed)
        {
            Begin();
        }
    }

    private void NoteReady(NodeReady ready)
    {
        _nodes.NoteReady(ready, Now);
        GoOnWithStandbys();
    }

    private void Drop(string node, string reason)
    {
        _nodes.Drop(node, reason, Now);
        // It may have been the last standby that the beginning waited for.
        BeginWhenServed();
        GoOnWithStandbys();
    }

    /// <summary>A node whose process has ended need not be waited for, where the run can do without it.</summary>
    private void NoteCut(LinkLost lost)
    {
        if (!_nodes.Takes(Sender))
        {
            // It leaves, or was put out: the others have ended its connections, and are not to blame for that.
            return;
        }

        if (lost.IsGone && _commands.HasBegun && _partitions.Has(lost.Node) && _partitions.CanSpare(lost.Node))
        {
            Drop(lost.Node, "nobody listens there any more");
            return;
        }

        _nodes.NoteCut(lost.Node, Now);
        _leases.Lose(lost, Now);
    }

    /// <summary>
    /// Leaves the barrier at which standbys got what they start from, once those that are still there have it; has the run come to it where a node can stand by that does not.
    /// </summary>
    private void GoOnWithStandbys()
    {
        if (_hasEnded || !_commands.HasBegun || !_partitions.IsServed)
        {
            return;
        }

        if (_commands.AwaitsStandbys)
        {
            _leases.SuspectUnaware(Now);
        }

        if (_leases.KnowHosts)
        {
            Obey(_commands.NoteStandbys());
        }

        if (_partitions.LacksStandbys)
        {
            Obey(_commands.FillStandbys());
        }
    }

    private bool IsStandby(int partition) => _partitions.IsStandby(partition, Sender);

    private void NoteTaken(SnapshotTaken taken)
    {
        if (_partitions.Standbys[taken.Partition] is { } standby)
        {
            _partitions.Order(standby.Server, new SnapshotKept(taken.Version));
        }

        AtDesk(() => _desk.NoteTaken(taken));
    }

    private void Begin()
    {
        Timers.Cancel(Tick.StartDeadline);
        _run.Begin(Stopwatch.GetTimestamp());
        _progress.Moved();
        _job.Raise(new TrainingEvent.Started(
            _start.Version, _setup.TotalSteps, _setup.Plan.StepsPerEpoch, _setup.Network.Layout.Length, _leases.Capacity, _partitions.Count));
        _leases.Open(Now);
        Timers.StartPeriodicTimer(Tick.Watch, Tick.Watch, _watchInterval);
        _commands.Begin(_start.IsPaused);
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
            _ending.Fail(error.Message);
        }
    }

    private void NoteDone(SnapshotWork work)
    {
        if (work.End is { } reason)
        {
            _ending.Complete(work, reason, Now);
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
                _ending.Abandon(pending);
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
                _ending.Complete(_commands.HeldAt!, EndReason.Stopped, Now);
                break;
            case CommandDesk.Verdict.LetGo:
                _ending.LetGo(_leases.Generation);
                break;
            case CommandDesk.Verdict.Fill when !_partitions.AssignStandbys(_commands.HeldAt!):
                Obey(_commands.NoteStandbys());
                break;
        }
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
        else
        {
            _ending.Cancel();
        }
    }

    /// <summary>
    /// The others train on until they hear of it. None of that may show: a checkpoint of a later version than the result's would be resumed in its place.
    /// </summary>
    private void Ended()
    {
        _hasEnded = true;
        Timers.CancelAll();
        ReceiveAny(_ => { });
    }

    private sealed record WriterEnded;
}
