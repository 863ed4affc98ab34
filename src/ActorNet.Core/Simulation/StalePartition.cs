using ActorNet.Core.Training;
using ActorNet.Core.Training.Modes;

namespace ActorNet.Core.Simulation;

/// <summary>A partition that applies parts as they arrive.</summary>
internal sealed class StalePartition : SimulatedPartition
{
    private readonly ClusterSpec _spec;
    private readonly StaleServing _serving;
    private readonly Action<SimulatedPartition> _moved;
    private readonly Action<StalePartition, string, long, StaleNews> _tell;
    private long _updates;
    private long _number;

    /// <summary>A partition at version 0.</summary>
    /// <param name="spec">The cluster.</param>
    /// <param name="queue">The events.</param>
    /// <param name="server">Who serves it.</param>
    /// <param name="range">Its parameters.</param>
    /// <param name="steps">Steps of the run.</param>
    /// <param name="moved">Told of each step that all slices have made.</param>
    /// <param name="tell">Sends weights and news to a worker.</param>
    public StalePartition(
        ClusterSpec spec,
        EventQueue queue,
        SimulatedNode server,
        PartitionRange range,
        int steps,
        Action<SimulatedPartition> moved,
        Action<StalePartition, string, long, StaleNews> tell)
        : base(queue, server, range)
    {
        (_spec, _moved, _tell) = (spec, moved, tell);
        // One epoch: nobody meets at a fence before the run's end.
        var plan = new SlicePlan(spec.BatchSize, new PlainOrder(checked(steps * spec.BatchSize), spec.Slices));
        _serving = new StaleServing(plan, ((UpdateMode.Stale)spec.Mode).Bound, snapshotEvery: 0, step: 0, steps);
    }

    /// <inheritdoc/>
    public override long Version => _serving.Version;

    /// <summary>Parts applied, and by how many updates the weights had moved on since the weights that each was computed from.</summary>
    public (long Parts, long Staleness) Applied { get; private set; }

    /// <inheritdoc/>
    protected override int[] Missing => _serving.Missing;

    /// <summary>Who is told of the weights from now on; who is new is told at once.</summary>
    public void SetAudience(IEnumerable<string> workers)
    {
        foreach (var worker in _serving.SetAudience(workers).New)
        {
            Tell(worker);
        }
    }

    /// <summary>A worker has other slices than before.</summary>
    public void Ask(string worker)
    {
        _serving.NoteQuestion(worker);
        Tell(worker);
    }

    /// <inheritdoc/>
    public override void Add(SimulatedPart part) => Work(Range.Length / _spec.ApplyRate, () => Apply(part));

    private void Apply(SimulatedPart part)
    {
        // Early is none: the only fence is the run's end.
        if (_serving.Judge(part.Part.Node, part.Part.Step, part.From) == PartFate.Apply)
        {
            Applied = (Applied.Parts + 1, Applied.Staleness + _updates - part.Updates);
            _updates++;
            if (_serving.Applied(part.Part.Node))
            {
                NoteStep();
                _moved(this);
            }
        }

        Send(part.From, _serving.ReplyTo(part.From, _updates));
        foreach (var worker in _serving.Unblocked)
        {
            Tell(worker);
        }
    }

    private void Tell(string worker) => Send(worker, _serving.NewsFor(worker, _updates));

    private void Send(string worker, StaleNews? news)
    {
        if (news is not null)
        {
            _tell(this, worker, ++_number, news);
        }
    }

    /// <summary>Samples that nobody reads.</summary>
    private sealed class PlainOrder(int samples, int slices) : Data.SampleOrder(samples, slices, seed: 0)
    {
        public override int SampleAt(int place) => place;

        public override void Write(int epoch, int slice, Span<int> order) => throw new NotSupportedException("nothing is drawn");
    }
}
