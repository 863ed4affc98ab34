using ActorNet.Core.Training;
using ActorNet.Core.Training.Modes;

namespace ActorNet.Core.Simulation;

/// <summary>A partition that applies parts as they arrive.</summary>
internal sealed class StalePartition : SimulatedPartition
{
    private readonly ClusterSpec _spec;
    private readonly StaleServing _serving;
    private readonly Action _moved;
    private Dictionary<string, SimulatedWorker> _audience = [];
    private long _updates;

    /// <summary>A partition at version 0.</summary>
    /// <param name="spec">The cluster.</param>
    /// <param name="queue">The events.</param>
    /// <param name="server">Who serves it.</param>
    /// <param name="range">Its parameters.</param>
    /// <param name="steps">Steps of the run.</param>
    /// <param name="moved">Told of each step that all slices have made.</param>
    public StalePartition(ClusterSpec spec, EventQueue queue, SimulatedNode server, PartitionRange range, int steps, Action moved)
        : base(queue, server, range)
    {
        (_spec, _moved) = (spec, moved);
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

    /// <inheritdoc/>
    public override void SetAudience(IReadOnlyList<SimulatedWorker> workers)
    {
        _audience = workers.ToDictionary(worker => worker.Name);
        foreach (var worker in _serving.SetAudience(_audience.Keys).New)
        {
            Tell(worker);
        }
    }

    /// <summary>A worker has other slices than before: it is told of the newest version, and where its slices are.</summary>
    public override void SendVersion(long version, SimulatedWorker worker)
    {
        _serving.NoteQuestion(worker.Name);
        Tell(worker.Name);
    }

    /// <inheritdoc/>
    public override void Add(SimulatedPart part) => Work(Range.Length / _spec.ApplyRate, () => Apply(part));

    private void Apply(SimulatedPart part)
    {
        // Early is none: the only fence is the run's end.
        if (_serving.Judge(part.Part.Node, part.Part.Step, part.From.Name) == PartFate.Apply)
        {
            Applied = (Applied.Parts + 1, Applied.Staleness + _updates - part.Updates);
            _updates++;
            if (_serving.Applied(part.Part.Node))
            {
                NoteStep();
                _moved();
            }
        }

        Send(part.From.Name, _serving.ReplyTo(part.From.Name, _updates));
        foreach (var worker in _serving.Unblocked)
        {
            Tell(worker);
        }
    }

    private void Tell(string worker) => Send(worker, _serving.NewsFor(worker, _updates));

    private void Send(string worker, StaleNews? news)
    {
        if (news is not null && _audience.TryGetValue(worker, out var to))
        {
            SendWeights(to, news.Updates, news);
        }
    }

    /// <summary>Samples that nobody reads.</summary>
    private sealed class PlainOrder(int samples, int slices) : Data.SampleOrder(samples, slices, seed: 0)
    {
        public override int SampleAt(int place) => place;

        public override void Write(int epoch, int slice, Span<int> order) => throw new NotSupportedException("nothing is drawn");
    }
}
