using ActorNet.Core.Training;

namespace ActorNet.Core.Simulation;

/// <summary>A partition of the parameters: collects parts as a real one does, and takes the time that adding up and updating take.</summary>
internal sealed class SimulatedPartition
{
    private readonly ClusterSpec _spec;
    private readonly EventQueue _queue;
    private readonly SimulatedNode _server;
    private readonly GradientAccumulator _accumulator;
    private readonly int[] _samples;
    private readonly Action<SimulatedPartition> _moved;
    private double _began;
    private double _slowest;

    /// <summary>A partition at version 0.</summary>
    /// <param name="spec">The cluster.</param>
    /// <param name="queue">The events.</param>
    /// <param name="server">Who serves it.</param>
    /// <param name="tree">The job's tree.</param>
    /// <param name="range">Its parameters.</param>
    /// <param name="moved">Told of each new version.</param>
    public SimulatedPartition(
        ClusterSpec spec, EventQueue queue, SimulatedNode server, ReductionTree tree, PartitionRange range, Action<SimulatedPartition> moved)
    {
        (_spec, _queue, _server, _moved) = (spec, queue, server, moved);
        Range = range;
        // Which parts are there is all that is asked of it: its numbers would be as many as those of the real one.
        _accumulator = new GradientAccumulator(tree, length: 0);
        _samples = new int[spec.Slices];
        Array.Fill(_samples, spec.SamplesPerSlice);
        _accumulator.Begin(0, _samples);
    }

    /// <summary>Its parameters.</summary>
    public PartitionRange Range { get; }

    /// <summary>Updates applied.</summary>
    public long Version { get; private set; }

    /// <summary>The server's link.</summary>
    public Link Link => _server.Link;

    /// <summary>Bytes of its weights, and of a part.</summary>
    public double Bytes => sizeof(float) * (double)Range.Length;

    /// <summary>A part has arrived.</summary>
    public void Add(GradientPart part)
    {
        if (part.Step != Version || _accumulator.Add(part, default) != AddOutcome.Completed)
        {
            return;
        }

        var parts = 0;
        foreach (var one in _accumulator.Parts)
        {
            parts += one is null ? 0 : 1;
        }

        _server.Processor.Work((parts * Range.Length / _spec.AddRate) + (Range.Length / _spec.ApplyRate), Apply);
    }

    /// <summary>How far it is, as a real one reports it.</summary>
    /// <returns>The missing slices, how long the step has waited, and the slowest step since the last report.</returns>
    public (int[] Missing, TimeSpan Waited, TimeSpan Slowest) Report()
    {
        var slowest = TimeSpan.FromSeconds(_slowest);
        _slowest = 0;
        return _accumulator.IsComplete ? ([], default, slowest) : (_accumulator.MissingSlices(), TimeSpan.FromSeconds(_queue.Now - _began), slowest);
    }

    private void Apply()
    {
        _slowest = Math.Max(_slowest, _queue.Now - _began);
        _began = _queue.Now;
        _accumulator.Begin(++Version, _samples);
        _moved(this);
    }
}
