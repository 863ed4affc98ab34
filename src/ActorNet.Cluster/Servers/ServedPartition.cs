using System.Diagnostics;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Transfer;
using ActorNet.Core;
using ActorNet.Core.Training;
using Akka.Actor;

namespace ActorNet.Cluster.Servers;

/// <summary>A partition while it is served: what Core decides, turned into messages.</summary>
internal sealed class ServedPartition
{
    private readonly IActorRef _coordinator;
    private readonly ServePartition _message;
    private readonly IActorRef _self;
    private readonly string _node;
    private readonly JobRuntime _runtime;
    private readonly TrainingSetup _setup;
    private readonly PartitionInlet _inlet;
    private readonly PartitionReaders _readers;
    private readonly List<ArrivedPart> _inUse = [];
    private readonly List<Share> _shares = [];
    private readonly ParameterPartition _partition;
    private readonly GradientAccumulator _accumulator;
    private readonly PartitionAccount _account;
    private readonly Unanswered _dueSaid;
    private readonly Unanswered _heldSaid;
    private readonly int[] _counts;
    private IReadOnlyList<RateChange> _changes;
    private long _stepStarted;
    private TimeSpan _slowest;
    private PartitionCopy? _outgoing;
    private long _limit;
    private bool _snapshotDue;
    private SquaresSummed? _squares;
    private float? _factor;
    private bool _isStandby;
    private SnapshotDue? _due;
    private long _kept = -1;

    public ServedPartition(ServePartition message, string node, IActorRef self, IActorRef coordinator)
    {
        _coordinator = coordinator;
        _message = message;
        _node = node;
        _self = self;
        _dueSaid = new Unanswered(coordinator, self);
        _heldSaid = new Unanswered(coordinator, self);
        _runtime = message.Runtime;
        _setup = message.Runtime.Setup;
        _inlet = new PartitionInlet(_setup.Tree, message.Range.Length, codecOf: _setup.CodecOf);
        _runtime.Inlets[message.Range.Index] = _inlet;
        _readers = new PartitionReaders(_runtime, message.Range);
        _partition = _setup.CreatePartition(message.Range);
        _partition.Restore(message.Start.Version);
        Restore(message.Start.Vectors);
        _accumulator = _setup.CreateAccumulator(message.Range);
        _account = new PartitionAccount(_setup.Plan, message.Start);
        _changes = message.Start.Changes;
        _counts = new int[_setup.Job.Slices];
        _limit = message.Holds ? Version : _setup.TotalSteps;
        _isStandby = message.IsStandby;
        Begin();
    }

    private long Version => _partition.Version;

    /// <summary>Who wants the weights from now on.</summary>
    /// <param name="readers">The nodes.</param>
    /// <param name="standby">The node of the standby; null for none.</param>
    /// <returns>The ways to those that want them no more.</returns>
    public IReadOnlyList<RemoteNode> SetReaders(IReadOnlyDictionary<string, IWeightsReader> readers, string? standby)
    {
        var gone = _readers.Set(readers, standby, Version, RateOf(Version));
        ApplyIfAllowed();
        return gone;
    }

    /// <summary>The standby, or who was or will be one, has made a version.</summary>
    public void Note(VersionReached reached)
    {
        _readers.NoteMade(reached.Host, reached.Version);
        ApplyIfAllowed();
    }

    /// <summary>Sends a version once more. The one before this is still there: nobody can have made the next but one.</summary>
    public void Send(SendVersion send)
    {
        if (send.Version == Version || send.Version == Version - 1)
        {
            _readers.Tell(send.Node, send.Version, RateOf(send.Version));
        }
    }

    public void Add(GradientReady ready)
    {
        // Only while this partition is at the message's step do the part's buffers surely hold that step.
        if (ready.Step != Version)
        {
            return;
        }

        var outcome = _accumulator.Add(ready.Part, ready.Part.Gradient.Slice(_message.Range.Start, _message.Range.Length));
        if (outcome is AddOutcome.Stored or AddOutcome.Completed)
        {
            _shares.Add(new Share(ready.Part, _node, ready.Worker, ready.Part.Samples));
        }

        GoOn(ready.Part, outcome);
    }

    public void Add(ArrivedPart arrived)
    {
        var outcome = arrived.Part.Step == Version ? _accumulator.Add(arrived.Part, arrived.Part.Gradient) : AddOutcome.WrongStep;
        if (outcome is not (AddOutcome.Stored or AddOutcome.Completed))
        {
            _inlet.Return(arrived);
        }
        else
        {
            _inUse.Add(arrived);
            foreach (var (worker, samples) in arrived.Workers)
            {
                _shares.Add(new Share(arrived.Part, arrived.From, worker, samples));
            }
        }

        GoOn(arrived.Part, outcome);
    }

    public void Take(TakeSnapshot take)
    {
        take.Room.Take(_partition, Range(Version));
        _coordinator.Tell(new SnapshotTaken(_message.Range.Index, Version), _self);
        PassSnapshot();
    }

    /// <summary>Copies this partition's weights and optimizer state, sends the copy to the coordinator's node, and goes on.</summary>
    public void Send(SendSnapshot send, RemoteNode to)
    {
        if (send.Version != Version || !_snapshotDue)
        {
            return;
        }

        _outgoing ??= new PartitionCopy(_message.Range.Length, _partition.State.Count);
        _outgoing.Take(_partition, Range(Version));
        to.SendVectors(FrameKind.Snapshot, _runtime, _message.Range.Index, Version, _outgoing.Vectors);
        PassSnapshot();
    }

    /// <summary>A snapshot has this standby's range from the node that serves it: it may go past that version.</summary>
    public void Pass(long version)
    {
        _kept = Math.Max(_kept, version);
        if (_isStandby && _snapshotDue && Version <= _kept)
        {
            PassSnapshot();
        }
    }

    /// <summary>The partition is this node's from now on. What the coordinator may not have heard from the other, it hears from here.</summary>
    public void TakeOver()
    {
        _isStandby = false;
        if (_snapshotDue)
        {
            _dueSaid.Say(_due!);
        }
    }

    /// <summary>How far this partition is; what it waits for, unless that is room for a snapshot, or leave to go on.</summary>
    public ProgressReport Report()
    {
        var waits = !_snapshotDue && Version < _limit && !_accumulator.IsComplete;
        var report = new ProgressReport(
            _message.Range.Index,
            Version,
            _account.Running,
            waits ? _accumulator.MissingSlices() : [],
            waits ? Stopwatch.GetElapsedTime(_stepStarted) : default,
            _slowest);
        _slowest = default;
        return report;
    }

    /// <summary>Says once more what waits for an answer: a message may have been lost.</summary>
    public void SayAgain()
    {
        _dueSaid.SayAgain();
        _heldSaid.SayAgain();
        if (_squares is not null && _factor is null)
        {
            _coordinator.Tell(_squares, _self);
        }
    }

    /// <summary>What the squares of all partitions come to: now the gradient can be applied.</summary>
    public void Clip(long step, SquareSum squares)
    {
        if (step != Version || _squares is null || _factor is not null)
        {
            return;
        }

        try
        {
            _factor = squares.Factor();
        }
        catch (ActorNetException error)
        {
            _coordinator.Tell(new JobFailed($"Step {Version}: {error.Message}"));
            return;
        }

        ApplyIfAllowed();
    }

    public void Hold(int barrier)
    {
        _limit = Version;
        _heldSaid.Say(new Held(_message.Range.Index, Version, barrier));
    }

    public void RunTo(long version)
    {
        _heldSaid.Answered();
        _limit = version;
        ApplyIfAllowed();
    }

    /// <summary>Takes every change of the learning rate so far. The coordinator says so only while all partitions hold at one version.</summary>
    public void Change(ChangeRates change) => _changes = RateStep.Read(change.Changes);

    private void Restore(IReadOnlyList<Memory<float>>? vectors)
    {
        if (vectors is null)
        {
            return;
        }

        vectors[0].Span.CopyTo(Range(Version));
        for (var i = 0; i < _partition.State.Count; i++)
        {
            vectors[i + 1].Span.CopyTo(_partition.State[i].Span);
        }
    }

    private void GoOn(GradientPart part, AddOutcome outcome)
    {
        if (outcome is AddOutcome.Stored or AddOutcome.Completed)
        {
            _inlet.Note(part.Node);
        }

        if (outcome == AddOutcome.Completed)
        {
            var took = Stopwatch.GetElapsedTime(_stepStarted);
            _slowest = took > _slowest ? took : _slowest;
        }

        if (outcome == AddOutcome.Completed && !double.IsFinite(_accumulator.Cost))
        {
            _coordinator.Tell(new JobFailed(
                $"The cost of step {Version} is {_accumulator.Cost}: lower the learning rate, or look in '{_setup.Data.Name}' for values that are not finite."));
        }
        else if (outcome == AddOutcome.Completed)
        {
            SumSquares();
            ApplyIfAllowed();
        }
        else if (outcome is AddOutcome.WrongSamples or AddOutcome.WrongPartition or AddOutcome.UnknownNode)
        {
            throw new InvalidOperationException($"a part of {part.Node} at step {part.Step} does not fit the job: {outcome}");
        }
    }

    /// <summary>Where gradients are clipped, says this partition's share of the norm. The only partition is all there is.</summary>
    private void SumSquares()
    {
        if (_setup.ServerClipNorm is not (> 0 and var clip))
        {
            return;
        }

        var sum = _partition.Squares(_accumulator, clip);
        _squares = new SquaresSummed(_runtime.Incarnation, _message.Range.Index, Version, (ulong)(sum.Units >> 64), (ulong)sum.Units);
        if (_message.Range.Length == _setup.Network.Layout.Length)
        {
            Clip(Version, sum);
        }
        else
        {
            _coordinator.Tell(_squares, _self);
        }
    }

    private void ApplyIfAllowed()
    {
        // A gradient whose cost is not finite is never applied: the weights and the last checkpoint stay finite.
        if (_readers.StandbyLacks(Version) || _snapshotDue || Version >= _limit || !_accumulator.IsComplete || !double.IsFinite(_accumulator.Cost) || _factor is not { } factor)
        {
            return;
        }

        var began = Stopwatch.GetTimestamp();
        _readers.Detach(_runtime.WrittenOverBy(Version + 1));
        var next = _runtime.BeginVersion(Version + 1, _message.Range);
        _partition.Apply(_accumulator, _setup.ServerRate(Version, _changes), factor, Range(Version), next.Span);
        _runtime.Meter.Applied(_message.Range.Index, Version - 1, began);
        _account.Add(_accumulator);
        CreditShares();
        if (SnapshotIsDue())
        {
            NoteSnapshotDue();
        }

        if (Version < _setup.TotalSteps)
        {
            Begin();
            _readers.Tell(Version, RateOf(Version));
        }
    }

    /// <summary>
    /// A standby waits, too, until the snapshot has the range: should it take over before, the snapshot is taken from it. One that took over behind a snapshot that has the range from
    /// the other host does not wait: nobody would answer.
    /// </summary>
    private void NoteSnapshotDue()
    {
        _due = new SnapshotDue(_message.Range.Index, Version, _account.TakeStock(Version));
        _snapshotDue = Version > _kept;
        if (!_isStandby && _snapshotDue)
        {
            _dueSaid.Say(_due);
        }
    }

    /// <summary>The snapshot has this partition's range.</summary>
    private void PassSnapshot()
    {
        _snapshotDue = false;
        _dueSaid.Answered();
        ApplyIfAllowed();
    }

    private bool SnapshotIsDue() =>
        Version % _setup.Plan.StepsPerEpoch == 0
        || Version == _limit
        || (_message.SnapshotEvery > 0 && Version % _message.SnapshotEvery == 0);

    /// <summary>What goes with the weights of a version.</summary>
    private double? RateOf(long version) => _setup.WorkerRate(version, _changes);

    private void Begin()
    {
        foreach (var part in _inUse)
        {
            _inlet.Return(part);
        }

        _inUse.Clear();
        _shares.Clear();
        _squares = null;
        _factor = _setup.ServerClipNorm > 0 ? null : 1f;
        if (Version < _setup.TotalSteps)
        {
            _setup.Plan.CountSlices((int)(Version % _setup.Plan.StepsPerEpoch), _counts);
            _accumulator.Begin(Version, _counts);
            _inlet.Begin(Version);
            _stepStarted = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>Counts who made the parts that entered the sum; one that another took the place of did not.</summary>
    private void CreditShares()
    {
        foreach (var share in _shares)
        {
            if (ReferenceEquals(_accumulator.Parts[share.Part.Node.First], share.Part))
            {
                _account.Credit(share.Node, share.Worker, share.Samples);
            }
        }
    }

    private Span<float> Range(long version) => _runtime.Weights(version).Span.Slice(_message.Range.Start, _message.Range.Length);

    /// <summary>What a worker has in a part.</summary>
    private readonly record struct Share(GradientPart Part, string Node, int Worker, int Samples);
}
