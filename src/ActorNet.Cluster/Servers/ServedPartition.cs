using ActorNet.Cluster.Protocol;
using ActorNet.Core.Training;
using Akka.Actor;

namespace ActorNet.Cluster.Servers;

/// <summary>A partition while it is served: what Core decides, turned into messages.</summary>
internal sealed class ServedPartition
{
    private readonly IActorRef _coordinator;
    private readonly ServePartition _message;
    private readonly IActorRef _self;
    private readonly TrainingSetup _setup;
    private readonly ParameterPartition _partition;
    private readonly GradientAccumulator _accumulator;
    private readonly SampleLedger _ledger;
    private readonly int[] _counts;
    private readonly List<long> _workerSamples = [];
    private Score _running;
    private long _limit;
    private bool _snapshotDue;

    public ServedPartition(ServePartition message, IActorRef self, IActorRef coordinator)
    {
        _coordinator = coordinator;
        _message = message;
        _self = self;
        _setup = message.Runtime.Setup;
        _partition = _setup.CreatePartition(message.Range);
        _partition.Restore(message.Start.Version);
        message.Start.State?.Give(_partition, message.Start.Version);
        _accumulator = new GradientAccumulator(_setup.Tree, message.Range.Length);
        _ledger = new SampleLedger(_setup.Plan);
        _ledger.Restore((int)(message.Start.Version / _setup.Plan.StepsPerEpoch) + 1, message.Start.Ledger);
        _running = message.Start.Running;
        _counts = new int[_setup.Job.Slices];
        _limit = _setup.TotalSteps;
        Begin();
    }

    private long Version => _partition.Version;

    public void Publish()
    {
        foreach (var node in _message.Nodes)
        {
            node.Tell(new WeightsReady(_message.Range.Index, Version), _self);
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
            Credit(ready.Worker, ready.Part.Samples);
        }

        if (outcome == AddOutcome.Completed && !double.IsFinite(_accumulator.Cost))
        {
            _coordinator.Tell(new JobFailed(
                $"The cost of step {Version} is {_accumulator.Cost}: lower the learning rate, or look in '{_setup.Data.Name}' for values that are not finite."));
        }
        else if (outcome == AddOutcome.Completed)
        {
            ApplyIfAllowed();
        }
        else if (outcome is AddOutcome.WrongSamples or AddOutcome.WrongPartition or AddOutcome.UnknownNode)
        {
            throw new InvalidOperationException($"worker {ready.Worker} sent {ready.Part.Node} of step {ready.Step}: {outcome}");
        }
    }

    public void Take(TakeSnapshot take)
    {
        take.Room.Take(_partition, Range(Version));
        _coordinator.Tell(new SnapshotTaken(_message.Range.Index, Version), _self);
        _snapshotDue = false;
        ApplyIfAllowed();
    }

    public ProgressReport Report() => new(_message.Range.Index, Version, _running, _accumulator.Missing);

    public Held Hold()
    {
        _limit = Version;
        return new Held(_message.Range.Index, Version);
    }

    public void RunTo(long version)
    {
        _limit = version;
        ApplyIfAllowed();
    }

    private void ApplyIfAllowed()
    {
        // A gradient whose cost is not finite is never applied: the weights and the last checkpoint stay finite.
        if (_snapshotDue || Version >= _limit || !_accumulator.IsComplete || !double.IsFinite(_accumulator.Cost))
        {
            return;
        }

        _partition.Apply(_accumulator, _setup.LearningRate(Version), Range(Version), Range(Version + 1));
        _ledger.Add(_accumulator);
        _running += new Score(_accumulator.Samples, _accumulator.Cost, _accumulator.Correct);
        if (SnapshotIsDue())
        {
            _snapshotDue = true;
            _coordinator.Tell(new SnapshotDue(_message.Range.Index, Version, TakeStock()), _self);
        }

        if (Version < _setup.TotalSteps)
        {
            Begin();
            Publish();
        }
    }

    private bool SnapshotIsDue() =>
        Version % _setup.Plan.StepsPerEpoch == 0
        || Version == _limit
        || (_message.SnapshotEvery > 0 && Version % _message.SnapshotEvery == 0);

    /// <summary>What has been counted; at an epoch's end its ledger is closed and its score starts anew.</summary>
    private PartitionProgress TakeStock()
    {
        var score = _running;
        string? difference = null;
        if (Version % _setup.Plan.StepsPerEpoch == 0)
        {
            difference = _ledger.CloseEpoch();
            _running = default;
        }

        return new PartitionProgress(score, difference, _ledger.ToRecord(), [.. _workerSamples]);
    }

    private void Begin()
    {
        if (Version < _setup.TotalSteps)
        {
            _setup.Plan.CountSlices((int)(Version % _setup.Plan.StepsPerEpoch), _counts);
            _accumulator.Begin(Version, _counts);
        }
    }

    private void Credit(int worker, int samples)
    {
        while (_workerSamples.Count <= worker)
        {
            _workerSamples.Add(0);
        }

        _workerSamples[worker] += samples;
    }

    private Span<float> Range(long version) => _message.Runtime.Weights(version).Span.Slice(_message.Range.Start, _message.Range.Length);
}
