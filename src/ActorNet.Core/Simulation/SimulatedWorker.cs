using ActorNet.Core.Numerics;
using ActorNet.Core.Training;
using ActorNet.Core.Training.Modes;

namespace ActorNet.Core.Simulation;

/// <summary>A node with one worker: computes what is leased to it whenever it has all partitions of a version, and sends the sums of complete sub-trees.</summary>
internal sealed class SimulatedWorker
{
    private readonly ClusterSpec _spec;
    private readonly ReductionTree _tree;
    private readonly IReadOnlyList<SimulatedPartition> _partitions;
    private readonly SimulatedNode _node;
    private readonly RandomStream _random;
    private readonly double _factor;
    private readonly long[] _held;
    private readonly HashSet<int> _computed = [];
    private readonly StaleSchedule? _schedule;
    private readonly long[] _told;
    private IReadOnlyList<int> _lease = [];
    private int _generation;
    private long _step = -1;
    private DueSlices? _due;
    private double _recentBusy;
    private long _recentSlices;
    private ulong _draws;

    /// <summary>A node that has no weights yet.</summary>
    /// <param name="spec">The cluster.</param>
    /// <param name="tree">The job's tree.</param>
    /// <param name="partitions">Where gradients go.</param>
    /// <param name="node">Where it runs.</param>
    /// <param name="place">Its place in the cluster, from 0.</param>
    /// <param name="life">Which node at that place: another one is there after a failure.</param>
    public SimulatedWorker(ClusterSpec spec, ReductionTree tree, IReadOnlyList<SimulatedPartition> partitions, SimulatedNode node, int place, int life)
    {
        (_spec, _tree, _partitions, _node) = (spec, tree, partitions, node);
        (Place, Life) = (place, life);
        Name = $"worker {place}.{life}";
        _random = spec.Random(kind: 1, ((ulong)place << 32) | (uint)life);
        _factor = place >= spec.Workers - (int)Math.Round(spec.SlowShare * spec.Workers) ? spec.SlowFactor : 1;
        _held = new long[partitions.Count];
        Array.Fill(_held, -1);
        _schedule = spec.Mode is UpdateMode.Stale ? new StaleSchedule(partitions.Count) : null;
        _told = new long[partitions.Count];
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

    /// <summary>It is killed: nothing that it does counts from now on.</summary>
    public void Kill() => IsAlive = false;

    /// <summary>The coordinator's lease has come.</summary>
    public void TakeLease(int generation, IReadOnlyList<int> slices)
    {
        if (generation > _generation)
        {
            (_generation, _lease) = (generation, slices);
            if (_schedule is null)
            {
                Compute();
            }
            else
            {
                Ask();
            }
        }
    }

    /// <summary>A partition's weights have come.</summary>
    public void NoteWeights(int partition, long version)
    {
        _held[partition] = Math.Max(_held[partition], version);
        var step = _held.Min();
        if (step > _step)
        {
            _step = step;
            _computed.Clear();
            Compute();
        }
    }

    /// <summary>The weights of a partition that applies parts as they arrive have come, and what goes with them. Of such messages the newest counts.</summary>
    public void NoteNews(int partition, long number, StaleNews news)
    {
        if (number < _told[partition])
        {
            return;
        }

        _told[partition] = number;
        if (_schedule!.Note(partition, news))
        {
            _due = null;
        }

        ComputeDue();
    }

    /// <summary>Samples that it has computed in a second of computing since the last time, null for none; and the part of the time that it has computed.</summary>
    /// <param name="seconds">Since the last time.</param>
    public (double? Speed, double Busy) TakeFigures(double seconds)
    {
        var figures = (_recentSlices > 0 ? _recentSlices * _spec.SamplesPerSlice / _recentBusy : (double?)null, Math.Min(1, _recentBusy / seconds));
        (_recentSlices, _recentBusy) = (0, 0);
        return figures;
    }

    /// <summary>Computes the leased slices that it has not computed at this step.</summary>
    private void Compute()
    {
        int[] slices = _step < 0 ? [] : [.. _lease.Where(_computed.Add)];
        if (slices.Length == 0 || !IsAlive)
        {
            return;
        }

        Compute(_step, slices);
    }

    /// <summary>Where parts are applied as they arrive: what is due of its slices, unless it is at that already.</summary>
    private void ComputeDue()
    {
        if (IsAlive && _schedule!.Next(_lease) is { } due && _due?.Covers(due) != true)
        {
            _due = due;
            Compute(due.Step, due.Slices);
        }
    }

    private void Compute(long step, int[] slices)
    {
        var minibatches = slices.Length * _spec.BatchesPerStep;
        var seconds = 0.0;
        for (var i = 0; i < minibatches; i++)
        {
            seconds += _factor * (_spec.Compute.At(_random.UniformDouble(_draws++)) + _spec.OwnUpdate);
        }

        var updates = _schedule?.Updates;
        _node.Processor.Work(seconds, () =>
        {
            (Busy, _recentBusy, _recentSlices) = (Busy + seconds, _recentBusy + seconds, _recentSlices + minibatches);
            Send(step, slices, updates);
        });
    }

    private void Ask()
    {
        _due = null;
        foreach (var partition in _partitions.Cast<StalePartition>())
        {
            Link.Send(partition.Link, bytes: 0, () => partition.Ask(Name));
        }

        ComputeDue();
    }

    private void Send(long step, int[] slices, long[]? updates)
    {
        if (!IsAlive)
        {
            return;
        }

        foreach (var node in _tree.Cover(slices))
        {
            var part = new GradientPart(node, default) { Step = step };
            Array.Fill(part.Slices, new SliceTally(_spec.SamplesPerSlice, 0));
            foreach (var partition in _partitions)
            {
                var sent = new SimulatedPart(part, Name, updates?[partition.Range.Index] ?? step);
                Link.Send(partition.Link, partition.Bytes, () => partition.Add(sent));
            }
        }
    }
}
