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
/// Carries out what people ask of a run, in the order in which they ask: what has to happen between two steps waits until <see cref="StepBarrier"/> has brought
/// all partitions to one version and the snapshot of that is written. The coordinator's hand for that.
/// </summary>
internal sealed class CommandDesk(CoordinatedJob job, PartitionDesk partitions, RunState run)
{
    private readonly StepBarrier _barrier = new(job.Setup.TotalSteps);
    private readonly List<PendingCommand> _pending = [];
    private readonly List<string> _leavers = [];
    private SnapshotWork? _heldAt;
    private bool _isPaused;
    private bool _isStopAsked;
    private Standbys _standbys;

    /// <summary>What becomes of a run at the barrier.</summary>
    public enum Verdict
    {
        /// <summary>It goes on as it was, or waits for the barrier.</summary>
        None,

        /// <summary>It leaves the barrier, whose snapshot is needed no more.</summary>
        GoOn,

        /// <summary>It ends with the barrier's snapshot.</summary>
        End,

        /// <summary>Nodes with partitions leave, and it goes back to the barrier's checkpoint.</summary>
        LetGo,

        /// <summary>Standbys start from the barrier's snapshot; then <see cref="NoteStandbys"/>.</summary>
        Fill,
    }

    /// <summary>What becomes of partitions without a standby.</summary>
    private enum Standbys
    {
        /// <summary>Nothing.</summary>
        AsTheyAre,

        /// <summary>They get one at the barrier.</summary>
        Wanted,

        /// <summary>They are about to get one.</summary>
        OnTheirWay,
    }

    /// <summary>Whether steps can be made: the partitions are served.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Whether it holds until somebody resumes it.</summary>
    public bool IsPaused => _isPaused && _heldAt is not null;

    /// <summary>Whether it was asked to end.</summary>
    public bool IsStopping => _isStopAsked || run.StopsAfterEpoch;

    /// <summary>The snapshot at which the partitions hold; null while they do not.</summary>
    public SnapshotWork? HeldAt => _heldAt;

    /// <summary>The nodes with partitions that want to leave.</summary>
    public IReadOnlyList<string> Leavers => _leavers;

    /// <summary>The partitions are served.</summary>
    /// <param name="isPaused">Whether the reign before was paused.</param>
    public void Begin(bool isPaused)
    {
        HasBegun = true;
        _isPaused = isPaused;
        if (isPaused || _isStopAsked)
        {
            Hold();
        }
    }

    /// <summary>The program itself is to end, after the step that is under way. A run that has not begun makes one first, so that there is a checkpoint.</summary>
    public Verdict Stop()
    {
        _isStopAsked = true;
        return HasBegun ? HoldOrCarryOut() : Verdict.None;
    }

    /// <summary>Takes a command for which the partitions hold, or that needs none to.</summary>
    /// <param name="pending">The command: any but <see cref="RunCommand.Drain"/> and a stop at once.</param>
    /// <param name="step">Steps made.</param>
    public Verdict Ask(PendingCommand pending, long step)
    {
        if (Fault(pending.Command) is { } fault)
        {
            Answer(pending, step, isDone: false, fault);
            return Verdict.None;
        }

        if (pending.Command is RunCommand.Stop { When: StopTime.Epoch })
        {
            run.StopsAfterEpoch = true;
            Answer(pending, step, isDone: true, $"the run ends after epoch {(step / job.Setup.Plan.StepsPerEpoch) + 1}");
            return Verdict.None;
        }

        _isStopAsked |= pending.Command is RunCommand.Stop;
        _pending.Add(pending);
        return HoldOrCarryOut();
    }

    /// <summary>A node that has a partition wants to leave: it may when that is in a checkpoint, from which the run then goes on without it.</summary>
    public Verdict Leave(string node)
    {
        if (_leavers.Contains(node))
        {
            return Verdict.None;
        }

        _leavers.Add(node);
        return HasBegun ? HoldOrCarryOut() : Verdict.LetGo;
    }

    /// <summary>There are nodes for standbys that are lacking: they get what they start from at the barrier.</summary>
    public Verdict FillStandbys()
    {
        if (_standbys != Standbys.AsTheyAre || _isStopAsked)
        {
            return Verdict.None;
        }

        _standbys = Standbys.Wanted;
        return HoldOrCarryOut();
    }

    /// <summary>Whether the run holds until standbys are there that are on their way, and all know of them.</summary>
    public bool AwaitsStandbys => _standbys == Standbys.OnTheirWay;

    /// <summary>The standbys that were on their way are there, or there is none to be had.</summary>
    public Verdict NoteStandbys()
    {
        if (_standbys != Standbys.OnTheirWay)
        {
            return Verdict.None;
        }

        _standbys = Standbys.AsTheyAre;
        return CarryOut();
    }

    /// <summary>Partitions have other hosts than before: who took over may not have been heard yet.</summary>
    public void ChangeHosts()
    {
        if (_barrier.ChangeHosts())
        {
            partitions.Order(new Hold(_barrier.Number));
        }
    }

    /// <summary>A partition holds.</summary>
    public void Note(Held held, bool isStandby)
    {
        if (_barrier.Note(held, isStandby, partitions.Servers))
        {
            partitions.Order(new RunTo(_barrier.Version!.Value));
        }
    }

    /// <summary>A snapshot is written. At the barrier's version, commands are carried out.</summary>
    /// <returns>What becomes of the run; <see cref="Verdict.GoOn"/> where it was not at the barrier.</returns>
    public Verdict Reach(SnapshotWork work)
    {
        if (work.Pending.Version != _barrier.Version)
        {
            return Verdict.GoOn;
        }

        _heldAt = work;
        return CarryOut();
    }

    /// <summary>Refuses what has not taken effect: the reign ends.</summary>
    public void RefuseAll(long step, string reason)
    {
        foreach (var pending in _pending)
        {
            Answer(pending, step, isDone: false, reason);
        }

        _pending.Clear();
    }

    /// <summary>Says what became of a command.</summary>
    /// <param name="pending">The command.</param>
    /// <param name="step">Steps made then.</param>
    /// <param name="isDone">Whether it took effect.</param>
    /// <param name="message">What happened, or why not.</param>
    public void Answer(PendingCommand pending, long step, bool isDone, string message)
    {
        if (pending.Asker.IsNobody())
        {
            return;
        }

        var (verb, by) = (pending.Command.Verb, pending.Command.By);
        var answer = new CommandAnswer(verb, by, DateTime.UtcNow, step, isDone, isDone ? message : $"{verb} was not done: {message}");
        job.Raise(new TrainingEvent.Commanded(answer));
        pending.Asker.Tell(answer);
    }

    private Verdict HoldOrCarryOut()
    {
        if (_heldAt is not null)
        {
            return CarryOut();
        }

        Hold();
        return Verdict.None;
    }

    private void Hold()
    {
        if (_barrier.Close())
        {
            partitions.Order(new Hold(_barrier.Number));
        }
    }

    private Verdict CarryOut()
    {
        foreach (var pending in _pending)
        {
            CarryOut(pending, _heldAt!);
        }

        _pending.Clear();
        if (_isStopAsked)
        {
            return Verdict.End;
        }

        if (_leavers.Count > 0)
        {
            return Verdict.LetGo;
        }

        if (_standbys == Standbys.Wanted)
        {
            _standbys = Standbys.OnTheirWay;
            return Verdict.Fill;
        }

        if (_isPaused || _standbys == Standbys.OnTheirWay)
        {
            return Verdict.None;
        }

        _heldAt = null;
        _barrier.Open();
        partitions.Order(new RunTo(job.Setup.TotalSteps));
        return Verdict.GoOn;
    }

    private void CarryOut(PendingCommand pending, SnapshotWork at)
    {
        var step = at.Pending.Version;
        switch (pending.Command)
        {
            case RunCommand.Pause:
                _isPaused = true;
                Answer(pending, step, isDone: true, $"paused at step {Say(step)}");
                break;
            case RunCommand.Resume:
                _isPaused = false;
                Answer(pending, step, isDone: true, $"goes on from step {Say(step)}");
                break;
            case RunCommand.Checkpoint:
                Answer(pending, step, at.Path is not null, at.Path is { } path ? $"a checkpoint of step {Say(step)} is in {path}" : $"the checkpoint of step {Say(step)} could not be written");
                break;
            case RunCommand.Stop:
                Answer(pending, step, isDone: true, $"the run ends at step {Say(step)}");
                break;
            case RunCommand.SetLearningRate set:
                Change(pending, set, step);
                break;
        }
    }

    /// <summary>The change is on the disk before any partition hears of it: whoever replays the step makes it again.</summary>
    private void Change(PendingCommand pending, RunCommand.SetLearningRate set, long step)
    {
        var first = job.Setup.FirstChanged(step);
        var change = new RateChange(first, set.Rate);
        try
        {
            if (job.Request.CheckpointFolder is { } folder)
            {
                CommandLog.Append(folder, change, set.By, DateTime.UtcNow);
            }
        }
        catch (ActorNetException error)
        {
            Answer(pending, step, isDone: false, error.Message);
            return;
        }

        job.RateChanges = [.. job.RateChanges, change];
        partitions.Order(new ChangeRates(RateStep.Of(job.RateChanges)));
        Answer(pending, step, isDone: true, string.Create(CultureInfo.InvariantCulture, $"learning rate {set.Rate} from step {first:N0} on"));
    }

    /// <summary>Why a command makes no sense now; null where it does.</summary>
    private string? Fault(RunCommand command) => command switch
    {
        RunCommand.Stop { When: StopTime.Step } when HasBegun => null,
        _ when !HasBegun => "the run has not begun: it waits for nodes, or for their data.",
        _ when _isStopAsked => "the run is about to end.",
        RunCommand.Pause when WillBePaused => "it is paused already.",
        RunCommand.Resume when !WillBePaused => "it is not paused.",
        RunCommand.Stop { When: StopTime.Epoch } when WillBePaused => "it is paused: resume it first, or stop it after the step.",
        RunCommand.Checkpoint when job.Request.CheckpointFolder is null => "the run has no folder for checkpoints.",
        RunCommand.SetLearningRate { Rate: var rate } when !(rate > 0 && double.IsFinite(rate)) =>
            string.Create(CultureInfo.InvariantCulture, $"the learning rate is {rate}: give a number above 0."),
        _ => null,
    };

    private bool WillBePaused => _pending.LastOrDefault(pending => pending.Command is RunCommand.Pause or RunCommand.Resume) is { } last
        ? last.Command is RunCommand.Pause
        : _isPaused;

    private static string Say(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
