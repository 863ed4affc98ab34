using System.Diagnostics;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Transfer;
using ActorNet.Core.Training;
using ActorNet.Core.Training.Modes;
using Akka.Actor;

namespace ActorNet.Cluster.Servers;

/// <summary>A partition while it is served where parts are applied as they arrive: what Core decides, turned into messages.</summary>
internal sealed class StalePartition
{
    private readonly IActorRef _coordinator;
    private readonly ServePartition _message;
    private readonly IActorRef _self;
    private readonly string _node;
    private readonly JobRuntime _runtime;
    private readonly TrainingSetup _setup;
    private readonly ParameterPartition _partition;
    private readonly PartitionInlet _inlet;
    private readonly PartitionAccount _account;
    private readonly Unanswered _dueSaid;
    private readonly Unanswered _heldSaid;
    private readonly StaleServing _serving;
    private IReadOnlyDictionary<string, IStaleReader> _readers = new Dictionary<string, IStaleReader>();
    private readonly StalenessCounts _staleness = new();
    private readonly Dictionary<TreeNode, GradientAccumulator> _accumulators = [];
    private readonly List<IncomingPart> _early = [];
    private readonly int[] _counts;
    private IReadOnlyList<RateChange> _changes;
    private PartitionCopy? _outgoing;
    private long _number;
    private bool _hasFailed;
    private long _stepStarted = Stopwatch.GetTimestamp();
    private TimeSpan _slowest;

    public StalePartition(ServePartition message, string node, IActorRef self, IActorRef coordinator)
    {
        _coordinator = coordinator;
        _message = message;
        _node = node;
        _self = self;
        _dueSaid = new Unanswered(coordinator, self);
        _heldSaid = new Unanswered(coordinator, self);
        _runtime = message.Runtime;
        _setup = _runtime.Setup;
        _partition = _setup.CreatePartition(message.Range);
        _partition.Restore(message.Start.Version);
        _inlet = new PartitionInlet(_setup.Tree, message.Range.Length, takesAll: true);
        _runtime.Inlets[message.Range.Index] = _inlet;
        _account = new PartitionAccount(_setup.Plan, message.Start);
        var bound = ((UpdateMode.Stale)_setup.Mode).Bound;
        _serving = new StaleServing(_setup.Plan, bound, message.SnapshotEvery, message.Start.Version, _setup.TotalSteps, message.Holds);
        _changes = message.Start.Changes;
        _counts = new int[_setup.Job.Slices];
        Restore(message.Start.Vectors);
    }

    private Span<float> Weights => _runtime.Weights(0).Span.Slice(_message.Range.Start, _message.Range.Length);

    /// <summary>Who is told of the weights from now on.</summary>
    /// <returns>The ways to those that are told no more.</returns>
    public IReadOnlyList<RemoteNode> SetReaders(IReadOnlyDictionary<string, IStaleReader> readers)
    {
        var former = _readers;
        _readers = readers;
        var (added, gone) = _serving.SetAudience(readers.Keys);
        foreach (var node in added)
        {
            Tell(node);
        }

        return [.. gone.Select(node => former[node].Way).OfType<RemoteNode>()];
    }

    /// <summary>A node has other slices than before, and asks where they are.</summary>
    public void Send(SendVersion send)
    {
        _serving.NoteQuestion(send.Node);
        Tell(send.Node);
    }

    public void Add(GradientReady ready)
    {
        // A part of another step is over: its buffers have been used again.
        if (ready.Part.Step == ready.Step && ready.Part.Samples > 0)
        {
            var gradient = ready.Part.Gradient.Slice(_message.Range.Start, _message.Range.Length);
            Add(new IncomingPart(ready.Part, ready.Step, gradient, _node, [(ready.Worker, ready.Part.Samples)], ready.Updates![_message.Range.Index], null));
        }
    }

    public void Add(ArrivedPart arrived) =>
        Add(new IncomingPart(arrived.Part, arrived.Part.Step, arrived.Part.Gradient, arrived.From, arrived.Workers, arrived.Updates, arrived));

    public void Take(TakeSnapshot take)
    {
        take.Room.Take(_partition, Weights);
        _coordinator.Tell(new SnapshotTaken(_message.Range.Index, _serving.Version), _self);
        PassSnapshot();
    }

    /// <summary>Copies this partition's weights and optimizer state, sends the copy to the coordinator's node, and goes on.</summary>
    public void Send(SendSnapshot send, RemoteNode to)
    {
        if (send.Version == _serving.Version && _serving.IsSnapshotDue)
        {
            _outgoing ??= new PartitionCopy(_message.Range.Length, _partition.State.Count);
            _outgoing.Take(_partition, Weights);
            to.SendVectors(FrameKind.Snapshot, _runtime, _message.Range.Index, _serving.Version, _outgoing.Vectors);
            PassSnapshot();
        }
    }

    /// <summary>How far this partition is, and which slices are furthest behind while it waits for any.</summary>
    public ProgressReport Report()
    {
        var missing = _serving.Missing;
        var report = new ProgressReport(
            _message.Range.Index,
            _serving.Version,
            _account.Running,
            missing,
            missing.Length > 0 ? Stopwatch.GetElapsedTime(_stepStarted) : default,
            _slowest,
            _staleness.ToArray());
        _slowest = default;
        return report;
    }

    /// <summary>Lets no slice go further than the furthest has gone.</summary>
    public void Hold(int barrier) => _heldSaid.Say(new Held(_message.Range.Index, _serving.Hold(), barrier));

    public void RunTo(long version)
    {
        _heldSaid.Answered();
        GoOn(_serving.RunTo(version));
    }

    /// <summary>Says once more what waits for an answer: a message may have been lost.</summary>
    public void SayAgain()
    {
        _dueSaid.SayAgain();
        _heldSaid.SayAgain();
    }

    /// <summary>Takes every change of the learning rate so far.</summary>
    public void Change(ChangeRates change) => _changes = RateStep.Read(change.Changes);

    private void Restore(IReadOnlyList<Memory<float>>? vectors)
    {
        if (vectors is not null)
        {
            vectors[0].Span.CopyTo(Weights);
            for (var i = 0; i < _partition.State.Count; i++)
            {
                vectors[i + 1].Span.CopyTo(_partition.State[i].Span);
            }
        }
    }

    private void Add(IncomingPart incoming)
    {
        var fate = _serving.Judge(incoming.Part.Node, incoming.Step, incoming.From);
        if (fate == PartFate.Early)
        {
            _early.Add(incoming);
            return;
        }

        if (fate == PartFate.Apply)
        {
            Apply(incoming);
        }

        GiveBack(incoming);
        Send(incoming.From, _serving.ReplyTo(incoming.From, _partition.Version));
        TellUnblocked();
    }

    private void Apply(IncomingPart incoming)
    {
        var (part, began) = (incoming.Part, Stopwatch.GetTimestamp());
        var stepOfEpoch = (int)(part.Step % _setup.Plan.StepsPerEpoch);
        var sum = Sum(incoming, stepOfEpoch);
        if (!IsFinite(sum))
        {
            return;
        }

        var share = (float)sum.Samples / _setup.Plan.StepSamples(stepOfEpoch);
        _staleness.Add(_partition.Version - incoming.Updates);
        lock (_runtime.Shared!.LockOf(_message.Range.Index))
        {
            _partition.ApplyPart(sum, _setup.ServerRate(part.Step, _changes) * share, Weights);
        }

        _runtime.Meter.Applied(_message.Range.Index, part.Step, began);
        _account.Add(sum);
        foreach (var (worker, samples) in incoming.Workers)
        {
            _account.Credit(incoming.From, worker, samples);
        }

        if (_serving.Applied(part.Node))
        {
            NoteStep();
        }
    }

    /// <summary>The part as what can be applied.</summary>
    /// <exception cref="InvalidOperationException">It did not read what the plan gives its slices: that ends the job.</exception>
    private GradientAccumulator Sum(IncomingPart incoming, int stepOfEpoch)
    {
        if (!_accumulators.TryGetValue(incoming.Part.Node, out var sum))
        {
            _accumulators[incoming.Part.Node] = sum = new GradientAccumulator(_setup.Tree, _message.Range.Length, incoming.Part.Node);
        }

        _setup.Plan.CountSlices(stepOfEpoch, _counts);
        sum.Begin(incoming.Step, _counts);
        var outcome = sum.Add(incoming.Part, incoming.Gradient);
        return outcome == AddOutcome.Completed
            ? sum
            : throw new InvalidOperationException($"a part of {incoming.Part.Node} at step {incoming.Step} from {incoming.From} does not fit the job: {outcome}");
    }

    /// <summary>A gradient whose cost is not finite is never applied: the weights and the last checkpoint stay finite.</summary>
    private bool IsFinite(GradientAccumulator sum)
    {
        if (!double.IsFinite(sum.Cost) && !_hasFailed)
        {
            _hasFailed = true;
            _coordinator.Tell(new JobFailed(
                $"The cost of step {sum.Step} is {sum.Cost}: lower the learning rate, or look in '{_setup.Data.Name}' for values that are not finite."));
        }

        return double.IsFinite(sum.Cost);
    }

    /// <summary>All slices have made another step.</summary>
    private void NoteStep()
    {
        var took = Stopwatch.GetElapsedTime(_stepStarted);
        _slowest = took > _slowest ? took : _slowest;
        _stepStarted = Stopwatch.GetTimestamp();
        if (_serving.IsSnapshotDue)
        {
            var stock = _account.TakeStock(_serving.Version) with { Staleness = _staleness.ToArray() };
            _dueSaid.Say(new SnapshotDue(_message.Range.Index, _serving.Version, stock));
        }
    }

    /// <summary>The snapshot has this partition's range.</summary>
    private void PassSnapshot()
    {
        _dueSaid.Answered();
        GoOn(_serving.GoOn());
    }

    /// <summary>The fence is lifted.</summary>
    /// <param name="isLifted">Whether it is.</param>
    private void GoOn(bool isLifted)
    {
        if (!isLifted)
        {
            return;
        }

        _stepStarted = Stopwatch.GetTimestamp();
        var early = _early.ToArray();
        _early.Clear();
        Array.ForEach(early, Add);
        TellUnblocked();
    }

    private void GiveBack(IncomingPart incoming)
    {
        if (incoming.Arrived is { } arrived)
        {
            _inlet.Return(arrived);
        }
    }

    private void Tell(string node) => Send(node, _serving.NewsFor(node, _partition.Version));

    private void Send(string node, StaleNews? news)
    {
        if (news is not null)
        {
            _readers[node].Tell(_message.Range.Index, ++_number, Weights, news);
        }
    }

    private void TellUnblocked()
    {
        foreach (var node in _serving.Unblocked)
        {
            Tell(node);
        }
    }

    /// <summary>A part, from this node or from another.</summary>
    /// <param name="Part">What was counted.</param>
    /// <param name="Step">Its step.</param>
    /// <param name="Gradient">The gradient of this partition alone.</param>
    /// <param name="From">The node.</param>
    /// <param name="Workers">Which worker computed how many of its samples.</param>
    /// <param name="Updates">Updates in the weights that it was computed from.</param>
    /// <param name="Arrived">What is given back; null for a part of this node.</param>
    private sealed record IncomingPart(
        GradientPart Part,
        long Step,
        ReadOnlyMemory<float> Gradient,
        string From,
        IReadOnlyList<(int Worker, int Samples)> Workers,
        long Updates,
        ArrivedPart? Arrived);
}
