using ActorNet.Core.Numerics;
using ActorNet.Core.Training;
using ActorNet.Core.Training.Leases;
using ActorNet.Core.Training.Modes;

namespace ActorNet.Core.Simulation;

/// <summary>A node with one worker: computes what is leased to it when it has the weights for that, and sends the sums of complete sub-trees.</summary>
internal abstract class SimulatedWorker
{
    private readonly SimulatedNode _node;
    private readonly RandomStream _random;
    private readonly double _factor;
    private int _generation;
    private double _begunSeconds;
    private double _recentBusy;
    private double _recentSeconds;
    private long _recentSlices;
    private ulong _draws;

    /// <summary>A node that has no weights yet.</summary>
    /// <param name="spec">The cluster.</param>
    /// <param name="partitions">Where gradients go.</param>
    /// <param name="node">Where it runs.</param>
    /// <param name="place">Its place in the cluster, from 0.</param>
    /// <param name="life">Which node at that place: another one is there after a failure.</param>
    protected SimulatedWorker(ClusterSpec spec, IReadOnlyList<SimulatedPartition> partitions, SimulatedNode node, int place, int life)
    {
        (Spec, Partitions, _node) = (spec, partitions, node);
        (Place, Life) = (place, life);
        Name = $"worker {place}.{life}";
        _random = spec.Random(kind: 1, ((ulong)place << 32) | (uint)life);
        _factor = place >= spec.Workers - (int)Math.Round(spec.SlowShare * spec.Workers) ? spec.SlowFactor : 1;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its place in the cluster.</summary>
    public int Place { get; }

    /// <summary>Which node at that place it is.</summary>
    public int Life { get; }

    /// <summary>Its link.</summary>
    public Link Link => _node.Link;

    /// <summary>Whether it runs.</summary>
    public bool IsAlive { get; private set; } = true;

    /// <summary>Seconds that it has computed.</summary>
    public double Busy { get; private set; }

    /// <summary>The cluster.</summary>
    protected ClusterSpec Spec { get; }

    /// <summary>Where gradients go.</summary>
    protected IReadOnlyList<SimulatedPartition> Partitions { get; }

    /// <summary>The slices leased to it.</summary>
    protected IReadOnlyList<int> Lease { get; private set; } = [];

    /// <summary>The slices of a slow node that it computes too where a step waits for them.</summary>
    protected IReadOnlyList<int> Backups { get; private set; } = [];

    /// <summary>The time, in seconds.</summary>
    protected double Now => _node.Queue.Now;

    /// <summary>It is killed: nothing that it does counts from now on.</summary>
    public void Kill() => IsAlive = false;

    /// <summary>The coordinator's lease has come.</summary>
    public void TakeLease(int generation, Lease lease)
    {
        if (generation > _generation)
        {
            (_generation, Lease, Backups) = (generation, lease.Slices, lease.Backups ?? []);
            BeginAnew();
        }
    }

    /// <summary>A partition's weights have come.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="version">Their version.</param>
    /// <param name="news">What goes with them where parts are applied as they arrive.</param>
    public abstract void NoteWeights(int partition, long version, StaleNews? news);

    /// <summary>Samples that it has computed in a second of computing since the last time, null for none; and the part of the time that it has computed.</summary>
    /// <param name="seconds">Since the last time.</param>
    public (double? Speed, double Busy) TakeFigures(double seconds)
    {
        var figures = (_recentSlices > 0 ? _recentSlices * Spec.SamplesPerSlice / _recentSeconds : (double?)null, Math.Min(1, _recentBusy / seconds));
        (_recentSlices, _recentSeconds, _recentBusy) = (0, 0, 0);
        return figures;
    }

    /// <summary>It has another lease.</summary>
    protected abstract void BeginAnew();

    /// <summary>How long it takes for some slices, drawn anew each time.</summary>
    protected double DrawSeconds(int slices)
    {
        var seconds = 0.0;
        for (var i = 0; i < slices * Spec.BatchesPerStep; i++)
        {
            seconds += _factor * (Spec.Compute.At(_random.UniformDouble(_draws++)) + Spec.OwnUpdate);
        }

        return seconds;
    }

    /// <summary>It computes.</summary>
    /// <param name="seconds">For how long.</param>
    /// <param name="done">What happens then, unless it was killed meanwhile.</param>
    protected void Compute(double seconds, Action done) => _node.Processor.Work(seconds, () =>
    {
        (Busy, _recentBusy, _begunSeconds) = (Busy + seconds, _recentBusy + seconds, _begunSeconds + seconds);
        if (IsAlive)
        {
            done();
        }
    });

    /// <summary>It does something later, if it still runs then.</summary>
    protected void After(double seconds, Action does) => _node.Queue.After(seconds, () =>
    {
        if (IsAlive)
        {
            does();
        }
    });

    /// <summary>It has computed slices to the end: only those count, and what they took, when it says how fast it is.</summary>
    protected void NoteComputed(int slices)
    {
        _recentSlices += slices * Spec.BatchesPerStep;
        (_recentSeconds, _begunSeconds) = (_recentSeconds + _begunSeconds, 0);
    }

    /// <summary>Asks a partition for its weights.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="version">The version, where parts are summed.</param>
    protected void Ask(SimulatedPartition partition, long version) => Link.Send(partition.Link, bytes: 0, () => partition.SendVersion(version, this));

    /// <summary>The parts of some slices: one for each complete sub-tree.</summary>
    protected GradientPart[] PartsOf(ReductionTree tree, long step, IReadOnlyList<int> slices) =>
    [
        .. tree.Cover(slices).Select(node =>
        {
            var part = new GradientPart(node, default) { Step = step };
            Array.Fill(part.Slices, new SliceTally(Spec.SamplesPerSlice, 0));
            return part;
        })
    ];

    /// <summary>Sends parts to a partition.</summary>
    /// <param name="parts">The parts.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="updates">Updates in the weights that they were computed from, where parts are applied as they arrive.</param>
    protected void Send(IEnumerable<GradientPart> parts, SimulatedPartition partition, long updates)
    {
        foreach (var part in parts)
        {
            var sent = new SimulatedPart(part, this, updates);
            Link.Send(partition.Link, partition.Bytes, () => partition.Add(sent));
        }
    }
}
