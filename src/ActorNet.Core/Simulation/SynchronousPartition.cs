using ActorNet.Core.Training;

namespace ActorNet.Core.Simulation;

/// <summary>A partition that makes a version of all parts of a step.</summary>
internal sealed class SynchronousPartition : SimulatedPartition
{
    private readonly ClusterSpec _spec;
    private readonly GradientAccumulator _accumulator;
    private readonly int[] _samples;
    private readonly Action _moved;
    private IReadOnlyList<SimulatedWorker> _audience = [];
    private long _version;

    /// <summary>A partition at version 0.</summary>
    /// <param name="spec">The cluster.</param>
    /// <param name="queue">The events.</param>
    /// <param name="server">Who serves it.</param>
    /// <param name="tree">The job's tree.</param>
    /// <param name="range">Its parameters.</param>
    /// <param name="moved">Told of each new version.</param>
    public SynchronousPartition(
        ClusterSpec spec, EventQueue queue, SimulatedNode server, ReductionTree tree, PartitionRange range, Action moved)
        : base(queue, server, range)
    {
        (_spec, _moved) = (spec, moved);
        // Which parts are there is all that is asked of it: its numbers would be as many as those of the real one.
        _accumulator = new GradientAccumulator(tree, length: 0);
        _samples = new int[spec.Slices];
        Array.Fill(_samples, spec.SamplesPerSlice);
        _accumulator.Begin(0, _samples);
    }

    /// <inheritdoc/>
    public override long Version => _version;

    /// <inheritdoc/>
    protected override int[] Missing => _accumulator.IsComplete ? [] : _accumulator.MissingSlices();

    /// <inheritdoc/>
    public override void SetAudience(IReadOnlyList<SimulatedWorker> workers)
    {
        foreach (var worker in workers.Except(_audience))
        {
            SendWeights(worker, Version);
        }

        _audience = [.. workers];
    }

    /// <inheritdoc/>
    public override void SendVersion(long version, SimulatedWorker worker) => SendWeights(worker, version);

    /// <inheritdoc/>
    public override void Add(SimulatedPart part)
    {
        if (part.Part.Step != Version || _accumulator.Add(part.Part, default) != AddOutcome.Completed)
        {
            return;
        }

        var parts = 0;
        foreach (var one in _accumulator.Parts)
        {
            parts += one is null ? 0 : 1;
        }

        Work((parts * Range.Length / _spec.AddRate) + (Range.Length / _spec.ApplyRate), Apply);
    }

    private void Apply()
    {
        NoteStep();
        _accumulator.Begin(++_version, _samples);
        foreach (var worker in _audience)
        {
            SendWeights(worker, Version);
        }

        _moved();
    }
}
