using ActorNet.Cluster.Monitoring;
using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Transfer;
using ActorNet.Cluster.Workers;
using ActorNet.Core;
using Akka.Actor;
using Akka.Event;

namespace ActorNet.Cluster.Hosting;

/// <summary>
/// Speaks for one process with the coordinator: offers its workers and servers, makes the job ready, starts what is assigned to it, and shows life. It
/// computes nothing, and is on no compute thread, so that it answers while they work. It finds the coordinator by way of the cluster; what is of a job goes
/// straight to the coordinator that offered it, so that nothing of an old reign reaches a new one.
/// </summary>
internal sealed class NodeAgent : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan _registerInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan _aliveInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _reportInterval = TimeSpan.FromSeconds(1);

    private readonly IActorRef _coordinator;
    private readonly LocalNode _node;
    private readonly INodeObserver _observer;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly NodeRegistration _registration;
    private readonly CorruptLinks _corrupt;
    private int _lives;
    private int _generation;
    private IActorRef? _workers;
    private IActorRef _reign = ActorRefs.Nobody;
    private JobRuntime? _runtime;
    private JobOffer? _offer;
    private string? _unable;
    private HostedPartitions? _hosted;
    private PartitionHosts? _hosts;

    public NodeAgent(IActorRef coordinator, LocalNode node, INodeObserver observer)
    {
        _coordinator = coordinator;
        _node = node;
        _observer = observer;
        _registration = new NodeRegistration(node);
        _corrupt = new CorruptLinks(node.Id);
        Receive<RegisterTick>(_ => Register());
        Receive<AliveTick>(_ => ShowLife());
        Receive<ChallengeNode>(Prove);
        Receive<NodeRefused>(refused => observer.Refused(refused.Reason));
        Receive<JobOffer>(Prepare);
        Receive<Prepared>(Start);
        Receive<PreparationFailed>(GiveUp);
        Receive<NodeHeard>(Note);
        Receive<AssignPartition>(Assign);
        Receive<NodeInlets.StateArrived>(Serve);
        Receive<GrantLease>(Lease);
        Receive<FetchSlices>(Fetch);
        Receive<ShardFetcher.News>(TellHeld);
        Receive<SliceUnreadable>(LoseData);
        Receive<JudgeSet>(set => _workers.Forward(set));
        Receive<NodeLink.LinkBroken>(NoteBroken);
        Receive<DrainRequested>(_ => _coordinator.Tell(new DrainNode(node.Id)));
        Receive<AskToLeave>(Leave);
        Receive<ReportTick>(_ => Report());
        Receive<NodeDrained>(_ => observer.Drained());
        Receive<JobOver>(End);
        Receive<Terminated>(NoteEnd);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(IActorRef coordinator, LocalNode node, INodeObserver observer) =>
        Akka.Actor.Props.Create(() => new NodeAgent(coordinator, node, observer));

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(RegisterTick.Instance, RegisterTick.Instance, TimeSpan.Zero, _registerInterval);
        Timers.StartPeriodicTimer(AliveTick.Instance, AliveTick.Instance, _aliveInterval);
        Timers.StartPeriodicTimer(ReportTick.Instance, ReportTick.Instance, _reportInterval);
    }

    protected override void PostStop() => _runtime?.Shards?.Dispose();

    private void Register()
    {
        _node.Monitor?.Note("it looks for a coordinator");
        _coordinator.Tell(_registration.Say(Self));
    }

    private void Prove(ChallengeNode challenge)
    {
        if (_registration.Take(challenge) is { } reason)
        {
            _observer.Refused(reason);
            return;
        }

        Register();
    }

    /// <summary>Opens the job's data on another thread: it can take long, and this node must show life meanwhile.</summary>
    private void Prepare(JobOffer offer)
    {
        Timers.Cancel(RegisterTick.Instance);
        if (offer.Incarnation <= (_offer?.Incarnation ?? -1))
        {
            // It registered once more, because a question from before it was known was answered late, and is as ready as it was.
            if (offer.Incarnation == _offer?.Incarnation && _runtime is not null)
            {
                _node.Monitor?.Note(null);
            }

            return;
        }

        if (_registration.Doubt(offer) is { } doubt)
        {
            _observer.Refused(doubt);
            return;
        }

        StopChildren();
        _offer = offer;
        _unable = null;
        _reign = Sender;
        _node.Monitor?.Note($"it makes job {offer.JobHash[..Math.Min(8, offer.JobHash.Length)]} ready");
        _observer.Offered(offer.JobHash);
        Task.Run(() => new Prepared(offer, _node.Prepare(offer))).PipeTo(Self, failure: error => new PreparationFailed(offer, error));
    }

    private void Start(Prepared prepared)
    {
        if (prepared.Offer != _offer)
        {
            prepared.Runtime.Shards?.Dispose();
            return;
        }

        _runtime = prepared.Runtime;
        _workers = Context.ActorOf(WorkerNode.Props(_reign, _node, _runtime), NameOf("workers"));
        Context.Watch(_workers);
        var inlets = new NodeInlets(_runtime, Self, _workers, _node.Rooms, _node.Drop);
        _hosted = new HostedPartitions(_node, _runtime, _reign, inlets, Context, NameOf);
        _hosts = new PartitionHosts(_node, _runtime, _reign, inlets, Context);
        _node.Begin(_runtime, Self, _workers, inlets);
        _node.Monitor?.Note(null);
        SayHowReady();
    }

    /// <summary>Says that this node is ready, or why it cannot be, once it knows.</summary>
    private void SayHowReady()
    {
        if (_unable is { } reason)
        {
            _reign.Tell(new NodeUnable(_node.Id, reason));
        }
        else if (_runtime is { Held: var held })
        {
            _reign.Tell(new NodeReady(_node.Id, _offer!.Incarnation, held));
        }
    }

    private void GiveUp(PreparationFailed failed)
    {
        if (failed.Offer != _offer)
        {
            return;
        }

        var cause = failed.Cause;
        var reason = cause is ActorNetException ? cause.Message : $"the job could not be made ready: {cause.Message}";
        _unable = reason;
        SayHowReady();
        _observer.Refused(reason);
    }

    private void Note(NodeHeard heard)
    {
        _observer.Heard();
        if (!heard.IsKnown && heard.Asked == _offer?.Incarnation && _runtime is not null)
        {
            // It was given up for lost, others have what it had, and it is not listened to: it begins again, as a node that has just come.
            StopChildren();
            _offer = null;
            _lives++;
        }

        if (heard.IsAwaited && heard.Asked == _offer?.Incarnation)
        {
            SayHowReady();
        }

        if (!heard.IsKnown || heard.Incarnation != (_offer?.Incarnation ?? heard.Incarnation))
        {
            Timers.StartPeriodicTimer(RegisterTick.Instance, RegisterTick.Instance, TimeSpan.Zero, _registerInterval);
        }
    }

    private void Assign(AssignPartition assignment)
    {
        if (assignment.Incarnation == _offer?.Incarnation)
        {
            _hosted?.Assign(assignment);
        }
    }

    private void Serve(NodeInlets.StateArrived arrived)
    {
        if (arrived.Assignment.Incarnation == _offer?.Incarnation)
        {
            _hosted?.Serve(arrived.Assignment, arrived.Vectors);
        }
    }

    private void Lease(GrantLease grant)
    {
        if (grant.Incarnation != _offer?.Incarnation || _hosts is null)
        {
            return;
        }

        _workers.Tell(_hosts.Take(grant));
        _generation = grant.Generation;
        if (_runtime!.HasStandbys)
        {
            // The run may hold until all nodes know of a standby.
            ShowLife();
        }
    }

    private void ShowLife() => _coordinator.Tell(new NodeAlive(_node.Id, _offer?.Incarnation ?? 0, _generation));

    /// <summary>The name of an actor of this reign; of an earlier life in it one may not have ended yet.</summary>
    private string NameOf(string what) => _lives == 0 ? $"{what}-{_offer!.Incarnation}" : $"{what}-{_offer!.Incarnation}-{_lives}";

    private void NoteBroken(NodeLink.LinkBroken broken)
    {
        _reign.Tell(new LinkLost(broken.Node, broken.Reason, broken.IsGone));
        if (_corrupt.Note(broken) is { } reason)
        {
            _reign.Tell(new JobFailed(reason));
        }
    }

    private void Fetch(FetchSlices fetch)
    {
        if (fetch.Incarnation == _offer?.Incarnation)
        {
            _runtime?.Shards?.Fetch(fetch.Slices, Self);
        }
    }

    /// <summary>What a node has it can compute, though it can fetch no more; one that has nothing, and serves nothing, is of no use.</summary>
    private void TellHeld(ShardFetcher.News news)
    {
        if (news.Fetcher != _runtime?.Shards)
        {
            return;
        }

        if (news.Trouble is { } trouble && news.Slices.Length == 0 && _hosted!.Numbers.Count == 0)
        {
            GiveUp(new PreparationFailed(_offer!, new ActorNetException(trouble)));
            return;
        }

        _observer.Fetched(news.Slices, news.Shards, news.Bytes, news.Trouble);
        _reign.Tell(new NodeHolds(_node.Id, _runtime!.Incarnation, news.Slices, news.Trouble));
    }

    /// <summary>A worker could not read its data: it is fetched anew where it was fetched, else this node is of no use.</summary>
    private void LoseData(SliceUnreadable lost)
    {
        if (lost.Runtime != _runtime)
        {
            return;
        }

        _observer.Warned(lost.Reason);
        if (_runtime.Shards is { } fetcher)
        {
            fetcher.Lose(lost.Slice);
        }
        else
        {
            GiveUp(new PreparationFailed(_offer!, new ActorNetException(lost.Reason)));
        }
    }

    private void Report()
    {
        if (_runtime is not { Meter: var meter })
        {
            return;
        }

        var figures = meter.Take(_node.Monitor?.Http);
        _reign.Tell(new NodeReport(_node.Id, _runtime.Incarnation, figures, meter.TakeSpans()));
        _node.Monitor?.Publish(NodeFiguresStatus.Of(_node, figures, _hosted!.Numbers));
    }

    private void Leave(AskToLeave ask)
    {
        _observer.AskedToLeave(ask.By);
        _coordinator.Tell(new DrainNode(_node.Id));
    }

    private void End(JobOver over)
    {
        if (over.Incarnation < (_offer?.Incarnation ?? 0))
        {
            return;
        }

        StopChildren();
        _node.Monitor?.Note("the run is over");
        _observer.Ended(over.Error);
        _log.Debug("The run has ended: {0}", over.Error ?? "done");
    }

    /// <summary>Without its worker node this node would neither compute nor say so.</summary>
    private void NoteEnd(Terminated ended)
    {
        if (ended.ActorRef.Equals(_workers))
        {
            const string Reason = "its worker node ended";
            _reign.Tell(new NodeUnable(_node.Id, Reason));
            _observer.Refused(Reason);
        }
    }

    private void StopChildren()
    {
        foreach (var child in Context.GetChildren())
        {
            Context.Stop(child);
        }

        _node.End(Self);
        _runtime?.Shards?.Dispose();
        _generation = 0;
        _workers = null;
        _runtime = null;
        _hosted = null;
        _hosts = null;
    }

    /// <summary>Asks to leave once others have this node's slices.</summary>
    public sealed record DrainRequested
    {
        public static readonly DrainRequested Instance = new();
    }

    private sealed record Prepared(JobOffer Offer, JobRuntime Runtime);

    private sealed record PreparationFailed(JobOffer Offer, Exception Cause);

    private sealed record RegisterTick
    {
        public static readonly RegisterTick Instance = new();
    }

    private sealed record ReportTick
    {
        public static readonly ReportTick Instance = new();
    }

    private sealed record AliveTick
    {
        public static readonly AliveTick Instance = new();
    }
}
