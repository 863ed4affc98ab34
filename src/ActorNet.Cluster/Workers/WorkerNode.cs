using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;
using ActorNet.Core;
using ActorNet.Core.Data.Shards;
using ActorNet.Core.Training;
using ActorNet.Core.Training.Modes;
using Akka.Actor;
using Akka.Event;

namespace ActorNet.Cluster.Workers;

/// <summary>
/// One process's workers. It learns of every version's weights once, and when it has the first partitions of one, with all weights of the first layer, lets its workers
/// begin with the slices leased to it. A worker that ends is replaced and its slices are computed again: a part that was sent already has the same bits and is ignored.
/// </summary>
internal sealed class WorkerNode : ReceiveActor
{
    /// <summary>Why a worker ended that said nothing.</summary>
    private const string Stopped = "it was stopped";

    private readonly IActorRef _coordinator;
    private readonly LocalNode _node;
    private readonly JobRuntime _runtime;
    private readonly SliceFailures _failures;
    private readonly HeldVersions _weights;
    private readonly VersionWitness? _witness;
    private readonly StaleSchedule? _schedule;
    private readonly Place[] _places;
    private readonly BlockQueue _blocks = new();
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<int, WorkerFault> _faults = [];
    private readonly (long Version, double? Rate)[] _rates = [(-1, null), (-1, null)];
    private readonly BegunStep _begun;
    private LeaseSlices? _lease;

    public WorkerNode(IActorRef coordinator, LocalNode node, JobRuntime runtime)
    {
        _coordinator = coordinator;
        _node = node;
        _runtime = runtime;
        _failures = new SliceFailures(runtime.Setup.Job.Slices);
        _weights = new HeldVersions(runtime.Ranges.Count);
        _witness = runtime.HasStandbys ? new VersionWitness(runtime.Ranges.Count) : null;
        _schedule = runtime.Setup.IsStale ? new StaleSchedule(runtime.Ranges.Count) : null;
        BoundWeights();
        _begun = new BegunStep(_weights, runtime.Ranges, runtime.Setup.OpeningParameters);
        _places = [.. Enumerable.Range(0, node.Threads).Select(_ => new Place())];
        Receive<LeaseSlices>(TakeLease);
        Receive<WeightsReady>(NoteWeights);
        Receive<VersionReached>(reached => NoteMade(reached.Partition, reached.Version, reached.Host, reached.Hash));
        Receive<JudgeSet>(Judge);
        Receive<BlockJudged>(NoteBlock);
        Receive<WorkerFault>(fault => _faults[fault.Worker] = fault);
        Receive<WorkerEnded>(Replace);
    }

    /// <summary>On the first compute thread: a message between node, first worker and first server wakes no other thread.</summary>
    public static Props Props(IActorRef coordinator, LocalNode node, JobRuntime runtime) =>
        Akka.Actor.Props.Create(() => new WorkerNode(coordinator, node, runtime)).WithDispatcher(ComputeDispatchers.Name(0));

    protected override void PreStart()
    {
        for (var i = 0; i < _places.Length; i++)
        {
            StartWorker(i);
        }
    }

    protected override void PreRestart(Exception reason, object message)
    {
        _coordinator.Tell(new JobFailed($"The worker node failed on {message.GetType().Name}: {reason.Message}"));
        base.PreRestart(reason, message);
    }

    /// <summary>A worker that throws ends; its death is what the node acts on.</summary>
    protected override SupervisorStrategy SupervisorStrategy() =>
        new OneForOneStrategy(_ => Directive.Stop, loggingEnabled: false);

    private void TakeLease(LeaseSlices lease)
    {
        if (lease.Generation <= _lease?.Generation)
        {
            return;
        }

        ShareOut(lease);
        if (lease.Hosts is { } hosts && _witness is not null)
        {
            _witness.SetHosts(hosts);
            BoundWeights();
        }

        AskForLacking();
        Look();
        DispatchAnew();
    }

    private void ShareOut(LeaseSlices lease)
    {
        _lease = lease;
        for (var i = 0; i < _places.Length; i++)
        {
            var (first, end) = (lease.Slices.Count * i / _places.Length, lease.Slices.Count * (i + 1) / _places.Length);
            _places[i].Lease = _runtime.Setup.Tree.Cover([.. lease.Slices.Take(first..end)]);
            _places[i].Backup = [];
            _places[i].Due = null;
        }

        if (_schedule is null && lease.Backups is { } backups && _places.Where(place => place.Lease.Count > 0).MinBy(place => Slices(place.Lease).Count()) is { } least)
        {
            least.Backup = _runtime.Setup.Tree.Cover(backups);
        }
    }

    private void NoteWeights(WeightsReady ready)
    {
        if (ready.News is { } news)
        {
            NoteNews(ready.Partition, news);
            return;
        }

        _weights.Note(ready.Partition, ready.Version);
        if (ready.Version > _rates[ready.Version & 1].Version)
        {
            // As with the weights, only the newest two versions count; every partition says the same rate.
            _rates[ready.Version & 1] = (ready.Version, ready.Rate);
        }

        NoteMade(ready.Partition, ready.Version, ready.Host, ready.Hash);
    }

    /// <summary>Parts are applied as they arrive: each worker goes on as soon as its own are.</summary>
    private void NoteNews(int partition, StaleNews news)
    {
        if (_schedule!.Note(partition, news))
        {
            Array.ForEach(_places, place => place.Due = null);
        }

        Dispatch();
    }

    /// <summary>A host of a partition has made a version.</summary>
    private void NoteMade(int partition, long version, string host, ulong hash)
    {
        if (_witness?.Note(partition, version, host, hash) is { } difference)
        {
            _coordinator.Tell(new JobFailed(difference));
            return;
        }

        if (_witness is not null)
        {
            _weights.Bound(partition, _witness.Newest(partition));
        }

        switch (Look())
        {
            case StepNews.Newer:
                Dispatch();
                break;
            case StepNews.Earlier:
                DispatchAnew();
                break;
        }
    }

    /// <summary>Without standbys what is there counts, from whomever it came.</summary>
    private void BoundWeights()
    {
        for (var partition = 0; partition < _runtime.Ranges.Count && _witness is not null; partition++)
        {
            _weights.Bound(partition, _witness.Newest(partition));
        }
    }

    /// <summary>
    /// Looks for a step to begin, and tells workers of more weights of the one that was begun. Before any of them can write a gradient of a step that is whole, those of the step
    /// before are let go.
    /// </summary>
    private StepNews Look()
    {
        var whole = _begun.Whole;
        var news = _begun.Look();
        if (_begun.Whole > whole)
        {
            _node.DetachParts(_begun.Whole);
        }

        if (news == StepNews.More)
        {
            var more = new WeightsThere(_begun.Step, _begun.There);
            Array.ForEach(_places, place => place.Worker.Tell(more));
        }

        return news;
    }

    /// <summary>
    /// Partitions send only their newest version. One that is a step ahead of another may have passed over a version that this node needs now, because it has to
    /// compute what a lost node owes the other.
    /// </summary>
    private void AskForLacking()
    {
        if (_lease is not { Slices.Count: > 0 })
        {
            return;
        }

        foreach (var partition in _schedule is null ? _weights.Lacking : Enumerable.Range(0, _runtime.Ranges.Count))
        {
            _lease.Servers[partition].Tell(new SendVersion(_weights.Slowest, _node.Id));
        }
    }

    private void Dispatch()
    {
        foreach (var place in _places)
        {
            SendStep(place);
        }
    }

    private void DispatchAnew()
    {
        foreach (var place in _places)
        {
            SendAnew(place);
        }
    }

    /// <summary>The last partitions may still wait for parts of the step before the one that was begun.</summary>
    private void SendAnew(Place place)
    {
        if (_weights.Step is >= 0 and var whole && whole < _begun.Step && place.Lease.Count > 0)
        {
            Send(place, whole, place.Lease);
        }

        SendStep(place);
    }

    /// <summary>After a failure at this step its slices are computed one by one, so that another failure names its slice.</summary>
    private void SendStep(Place place)
    {
        if (_schedule is not null)
        {
            SendDue(place);
        }
        else if (_begun.Step >= 0 && place.Lease.Count > 0)
        {
            Send(place, _begun.Step, place.Lease);
            if (place.Backup.Count > 0)
            {
                place.Worker.Tell(Work(_begun.Step, place.Backup) with { IsBackup = true });
            }
        }
    }

    /// <summary>Lets a worker compute what is due of its slices, unless it is at that already.</summary>
    private void SendDue(Place place)
    {
        if (_schedule!.Next(Slices(place.Lease)) is not { } due || place.Due?.Covers(due) == true)
        {
            return;
        }

        place.Due = due;
        Send(place, due.Step, _runtime.Setup.Tree.Cover(due.Slices));
    }

    private void Send(Place place, long step, IReadOnlyList<TreeNode> nodes)
    {
        if (!_failures.HasFailed(step))
        {
            place.Worker.Tell(Work(step, nodes));
            return;
        }

        foreach (var slice in Slices(nodes))
        {
            place.Worker.Tell(Work(step, [new TreeNode(slice, 1)]));
        }
    }

    private ComputeGradient Work(long step, IReadOnlyList<TreeNode> nodes) =>
        new(step, nodes, _lease!.Takers, step == _begun.Step ? _begun.There : _runtime.Setup.Network.Layout.Length, RateOf(step), _schedule?.Updates);

    private long StepOf(Place place) => _schedule is null ? _begun.Step : place.Due?.Step ?? -1;

    private void Judge(JudgeSet set)
    {
        _blocks.Add(set);
        for (var i = 0; i < _places.Length; i++)
        {
            SendBlock(i);
        }
    }

    private void NoteBlock(BlockJudged judged)
    {
        var worker = Array.FindIndex(_places, place => Sender.Equals(place.Worker));
        _coordinator.Tell((object?)_blocks.Done(worker, judged) ?? SetJudging.Instance);

        SendBlock(worker);
    }

    private void SendBlock(int worker)
    {
        if (worker >= 0 && _blocks.Next(worker) is { } block)
        {
            _places[worker].Worker.Tell(block);
        }
    }

    private void StartWorker(int number)
    {
        var place = _places[number];
        place.Incarnation++;
        place.Worker = Context.ActorOf(Worker.Props(number, _runtime), $"worker-{number}-{place.Incarnation}");
        Context.WatchWith(place.Worker, new WorkerEnded(number, place.Incarnation));
    }

    private void Replace(WorkerEnded ended)
    {
        var place = _places[ended.Worker];
        if (ended.Incarnation != place.Incarnation)
        {
            return;
        }

        _faults.Remove(ended.Worker, out var fault);
        if (fault is GradientFault { Slice: { } slice, Cause.InnerException: ShardException lost } && !_runtime.IsSource)
        {
            GiveBack(slice, lost.Message);
            StartWorker(ended.Worker);
            DispatchAnew();
            return;
        }

        var step = fault is GradientFault { Step: var faulty } ? faulty : StepOf(place);
        if (ReasonToEnd(place, step, fault) is { } reason)
        {
            _coordinator.Tell(new JobFailed(reason));
            return;
        }

        var cause = fault switch
        {
            JudgingFault judging => $"{judging.Block}: {judging.Cause.Message}",
            { } other => other.Cause.Message,
            null => Stopped,
        };
        _log.Warning("Worker {0} ended at step {1}: {2}; another takes its place", ended.Worker, step, cause);
        StartWorker(ended.Worker);
        place.Due = null;
        _coordinator.Tell(new WorkerReplacement(_node.Id, ended.Worker, step, string.Join(", ", place.Lease), cause));
        SendAnew(place);
        _blocks.TakeBack(ended.Worker);
        SendBlock(ended.Worker);
    }

    /// <summary>A slice's data cannot be read here: nobody computes it on this node before the coordinator says so again.</summary>
    private void GiveBack(int slice, string reason)
    {
        _log.Warning("The data of slice {0} cannot be read: {1}", slice, reason);
        ShareOut(_lease! with { Slices = [.. _lease.Slices.Where(other => other != slice)], Backups = null });
        Context.Parent.Tell(new SliceUnreadable(_runtime, slice, reason));
    }

    /// <summary>Counts a worker's end against what it was doing.</summary>
    /// <returns>Why the job must end; null when another worker may try again.</returns>
    private string? ReasonToEnd(Place place, long now, WorkerFault? fault)
    {
        if (fault is JudgingFault { Block: var block, Cause: var error })
        {
            return _blocks.CountFailure(block) < SliceFailures.Most
                ? null
                : $"Judging {block} failed {SliceFailures.Most} times: {error.Message}. Mend the cause and go on with --resume.";
        }

        if (fault is GradientFault { Step: var step } && _runtime.IsOver(step))
        {
            // Its slices are leased to others long since, and its weights were written over while it read them.
            return null;
        }

        if (fault?.Cause is ActorNetException { Message: var message })
        {
            // The job itself is at fault: another worker would find the same.
            return message;
        }

        var suspects = fault is GradientFault { Slice: { } slice } ? [slice] : Slices(place.Lease);
        var verdict = _failures.Add(now, suspects);
        return verdict.GivesUp
            ? $"Slice {verdict.Slice} failed {SliceFailures.Most} times at step {now}: {fault?.Cause.Message ?? Stopped}. Mend the cause and go on with --resume."
            : null;
    }

    /// <summary>What came with the weights of a step.</summary>
    private double? RateOf(long step) => _schedule is null ? _rates[step & 1].Rate : null;

    private static IEnumerable<int> Slices(IReadOnlyList<TreeNode> lease) => lease.SelectMany(node => Enumerable.Range(node.First, node.Count));

    /// <summary>A worker's place: the actor in it may change.</summary>
    private sealed class Place
    {
        public IActorRef? Worker { get; set; }

        public int Incarnation { get; set; }

        public IReadOnlyList<TreeNode> Lease { get; set; } = [];

        /// <summary>What its worker computes too where a step waits for it when it is done.</summary>
        public IReadOnlyList<TreeNode> Backup { get; set; } = [];

        /// <summary>What its worker is at, where parts are applied as they arrive; null for nothing.</summary>
        public DueSlices? Due { get; set; }
    }
}
