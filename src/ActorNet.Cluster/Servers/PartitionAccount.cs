using System.Runtime.InteropServices;
using ActorNet.Cluster.Protocol;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Servers;

/// <summary>What a partition counts of the parts that entered its weights: the ledger of samples, the running epoch's score, and who contributed how much.</summary>
internal sealed class PartitionAccount
{
    private readonly SlicePlan _plan;
    private readonly SampleLedger _ledger;
    private readonly Dictionary<(string Node, int Worker), long> _contributions = [];

    /// <summary>What had been counted where the partition starts.</summary>
    public PartitionAccount(SlicePlan plan, StartingPoint start)
    {
        _plan = plan;
        _ledger = new SampleLedger(plan);
        _ledger.Restore((int)(start.Version / plan.StepsPerEpoch) + 1, start.Ledger);
        Running = start.Running;
        foreach (var made in start.Contributions ?? [])
        {
            _contributions[(made.Node, made.Worker)] = made.Samples;
        }
    }

    /// <summary>The score of the running epoch.</summary>
    public Score Running { get; private set; }

    /// <summary>Parts have been applied.</summary>
    public void Add(GradientAccumulator applied)
    {
        _ledger.Add(applied);
        Running += new Score(applied.Samples, applied.Cost, applied.Correct);
    }

    /// <summary>A worker's samples have entered the weights.</summary>
    public void Credit(string node, int worker, int samples) =>
        CollectionsMarshal.GetValueRefOrAddDefault(_contributions, (node, worker), out _) += samples;

    /// <summary>What has been counted; at an epoch's end its ledger is closed and its score starts anew.</summary>
    /// <param name="version">Steps that have been applied whole.</param>
    public PartitionProgress TakeStock(long version)
    {
        var score = Running;
        string? difference = null;
        if (version % _plan.StepsPerEpoch == 0)
        {
            difference = _ledger.CloseEpoch();
            Running = default;
        }

        var contributions = _contributions.Select(entry => new Contribution(entry.Key.Node, entry.Key.Worker, entry.Value));
        return new PartitionProgress(score, difference, _ledger.ToRecord(), [.. contributions]);
    }
}
