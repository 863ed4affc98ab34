using ActorNet.Core.Training;
using ActorNet.Core.Training.Modes;

namespace ActorNet.Core.Simulation;

/// <summary>A worker whose parts are applied as they arrive: computes what is due of its slices as soon as its own are.</summary>
/// <param name="spec">The cluster.</param>
/// <param name="tree">The job's tree.</param>
/// <param name="partitions">Where gradients go.</param>
/// <param name="node">Where it runs.</param>
/// <param name="place">Its place in the cluster, from 0.</param>
/// <param name="life">Which node at that place.</param>
internal sealed class StaleWorker(ClusterSpec spec, ReductionTree tree, IReadOnlyList<SimulatedPartition> partitions, SimulatedNode node, int place, int life)
    : SimulatedWorker(spec, partitions, node, place, life)
{
    private readonly StaleSchedule _schedule = new(partitions.Count);
    private DueSlices? _due;

    /// <inheritdoc/>
    public override void NoteWeights(int partition, long version, StaleNews? news)
    {
        if (_schedule.Note(partition, news!))
        {
            _due = null;
        }

        ComputeDue();
    }

    /// <inheritdoc/>
    protected override void BeginAnew()
    {
        _due = null;
        foreach (var partition in Partitions)
        {
            Ask(partition, version: -1);
        }

        ComputeDue();
    }

    /// <summary>Computes what is due, unless it is at that already.</summary>
    private void ComputeDue()
    {
        if (!IsAlive || _schedule.Next(Lease) is not { } due || _due?.Covers(due) == true)
        {
            return;
        }

        _due = due;
        var updates = _schedule.Updates;
        Compute(DrawSeconds(due.Slices.Length), () =>
        {
            NoteComputed(due.Slices.Length);
            var parts = PartsOf(tree, due.Step, due.Slices);
            foreach (var partition in Partitions)
            {
                Send(parts, partition, updates[partition.Range.Index]);
            }
        });
    }
}
