using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;
using ActorNet.Core.Checkpoints;
using Akka.Actor;

namespace ActorNet.Cluster.Coordinator;

/// <summary>
/// The cluster singleton: has a <see cref="JobCoordinator"/> run the job, and another, from the last checkpoint, when a part of the job's state is lost or has
/// to move. Each such reign has an incarnation of its own. What nodes say of a job goes straight to the coordinator that they have it from; here they
/// find it.
/// </summary>
internal sealed class JobKeeper : ReceiveActor
{
    /// <summary>A job that loses its state so often without a new checkpoint between would do so for ever.</summary>
    private const int MostInVain = 5;

    private readonly CoordinatedJob _job;
    private readonly LocalNode _local;
    private JobStart _start;
    private IActorRef _coordinator = ActorRefs.Nobody;
    private bool _isStopping;
    private int _inVain;

    public JobKeeper(CoordinatedJob job, LocalNode local)
    {
        _job = job;
        _local = local;
        _start = job.Start;
        Receive<StopRequested>(Stop);
        Receive<RunCommand>(Ask);
        Receive<GoBack>(EndReign);
        Receive<ReignEnded>(Reload);
        Receive<Reloaded>(Restart);
        Receive<Terminated>(_ => _job.Fail("The coordinator was stopped. Go on with --resume."));
        Receive<Status.Failure>(failure => _job.Fail($"The run cannot go back to its last checkpoint: {failure.Cause.Message}"));
        ReceiveAny(message => _coordinator.Forward(message));
    }

    protected override void PreStart() => Begin();

    protected override void PostStop() => _job.Fail("The coordinator was stopped. Go on with --resume.");

    private void Begin()
    {
        _local.Rooms.CloseAll();
        _coordinator = Context.ActorOf(Props.Create(() => new JobCoordinator(_job, _start, _local)), $"reign-{_start.Incarnation}");
        Context.Watch(_coordinator);
        if (_isStopping)
        {
            _coordinator.Tell(StopRequested.Instance);
        }
    }

    private void Stop(StopRequested request)
    {
        _isStopping = true;
        _coordinator.Forward(request);
    }

    /// <summary>The checkpoint writer must have ended before its folder is read, and before another one writes there.</summary>
    private void EndReign(GoBack back)
    {
        Context.Unwatch(_coordinator);
        Context.WatchWith(_coordinator, new ReignEnded(back));
        Context.Stop(_coordinator);
        _coordinator = ActorRefs.Nobody;
    }

    /// <summary>Between two reigns nobody can do what is asked.</summary>
    private void Ask(RunCommand command)
    {
        if (_coordinator.IsNobody())
        {
            Sender.Tell(new CommandAnswer(
                command.Verb, command.By, DateTime.UtcNow, _start.Version, IsDone: false, $"{command.Verb} was not done: the run goes back to its last checkpoint; ask again when it trains."));
        }
        else
        {
            _coordinator.Forward(command);
        }
    }

    private void Reload(ReignEnded ended) =>
        Task.Run(() => new Reloaded(ended.Back, LastCheckpoint(ended.Back))).PipeTo(Self);

    private JobStart LastCheckpoint(GoBack back)
    {
        var checkpoint = new CheckpointStore(_job.Request.CheckpointFolder!).LoadLatest(out var warnings, _job.Setup.Job.Hash);
        foreach (var warning in warnings)
        {
            _job.Raise(new TrainingEvent.Warned(warning));
        }

        var start = checkpoint is null ? _job.Start : JobStart.FromCheckpoint(checkpoint, _job.Setup);
        return start with
        {
            Incarnation = ClusterTrainer.TakeIncarnation(_job.Request, _start.Incarnation),
            Before = back.Before.At(start.Version),
            Awaited = back.Remaining,
            Leaving = back.Leaving,
            IsPaused = back.IsPaused,
        };
    }

    private void Restart(Reloaded reloaded)
    {
        _inVain = reloaded.Start.Version > _start.Version ? 0 : _inVain + 1;
        _start = reloaded.Start;
        if (_inVain >= MostInVain)
        {
            _job.Fail($"{reloaded.Back.Reason}: the {MostInVain}th time in a row without a checkpoint between. Mend the cause and go on with --resume.");
            return;
        }

        _job.Raise(new TrainingEvent.WentBack(_start.Version, reloaded.Back.Reason));
        Begin();
    }

    /// <summary>A coordinator cannot go on: the run is to go on from the last checkpoint.</summary>
    /// <param name="Reason">Why, as the beginning of a sentence.</param>
    /// <param name="Before">What the run has done.</param>
    /// <param name="Remaining">The nodes that are there.</param>
    /// <param name="Leaving">Those that may leave.</param>
    /// <param name="IsPaused">Whether the run was paused.</param>
    public sealed record GoBack(
        string Reason, RunBefore Before, IReadOnlyList<string> Remaining, IReadOnlyList<string> Leaving, bool IsPaused);

    /// <summary>Asks the run to finish its step and end.</summary>
    public sealed record StopRequested
    {
        public static readonly StopRequested Instance = new();
    }

    private sealed record ReignEnded(GoBack Back);

    private sealed record Reloaded(GoBack Back, JobStart Start);
}
