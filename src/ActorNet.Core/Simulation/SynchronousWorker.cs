using ActorNet.Core.Training;
using ActorNet.Core.Training.Leases;
using ActorNet.Core.Training.Modes;

namespace ActorNet.Core.Simulation;

/// <summary>A worker whose parts are summed: begins a step with the first layer's weights, and sends each partition's part when that is final.</summary>
internal sealed class SynchronousWorker : SimulatedWorker
{
    private readonly ReductionTree _tree;
    private readonly IReadOnlyList<Stage> _stages;
    private readonly int _parameters;
    private readonly HeldVersions _weights;
    private readonly BegunStep _begun;
    private readonly (long Step, HashSet<int> Slices)[] _taken = [(-1, []), (-1, [])];
    private readonly List<Pass> _passes = [];
    private BackupWait _wait = new();
    private double? _doneWithOwn;
    private Pass? _current;
    private bool _computes;

    /// <summary>A node that has no weights yet.</summary>
    /// <param name="spec">The cluster.</param>
    /// <param name="tree">The job's tree.</param>
    /// <param name="partitions">Where gradients go.</param>
    /// <param name="node">Where it runs.</param>
    /// <param name="place">Its place in the cluster, from 0.</param>
    /// <param name="life">Which node at that place.</param>
    public SynchronousWorker(ClusterSpec spec, ReductionTree tree, IReadOnlyList<SimulatedPartition> partitions, SimulatedNode node, int place, int life)
        : base(spec, partitions, node, place, life)
    {
        _tree = tree;
        _stages = spec.Mode is UpdateMode.Local ? Stage.Round(spec.Parameters) : Stage.Of(spec.Layers);
        _parameters = spec.Parameters;
        _weights = new HeldVersions(partitions.Count);
        _begun = new BegunStep(_weights, [.. partitions.Select(partition => partition.Range)], _stages[0].Needs);
    }

    /// <inheritdoc/>
    public override void NoteWeights(int partition, long version, StaleNews? news)
    {
        _weights.Note(partition, version);
        switch (_begun.Look())
        {
            case StepNews.Newer:
                Begin(_begun.Step);
                break;
            case StepNews.Earlier:
                BeginBoth();
                break;
        }

        GoOn();
    }

    /// <inheritdoc/>
    protected override void BeginAnew()
    {
        // What was waited under other leases says nothing.
        (_wait, _doneWithOwn) = (new BackupWait(), null);
        foreach (var partition in Lease.Count == 0 ? [] : _weights.Lacking)
        {
            Ask(Partitions[partition], _weights.Slowest);
        }

        _begun.Look();
        BeginBoth();
        GoOn();
    }

    /// <summary>The last partitions may still wait for parts of the step before the one that was begun.</summary>
    private void BeginBoth()
    {
        if (_weights.Step is >= 0 and var whole && whole < _begun.Step)
        {
            Begin(whole);
        }

        Begin(_begun.Step);
    }

    /// <summary>Begins the leased slices that it has not begun at this step.</summary>
    private void Begin(long step)
    {
        ref var taken = ref _taken[step & 1];
        if (taken.Step < step)
        {
            taken = (step, []);
        }

        int[] slices = step < 0 ? [] : [.. Lease.Where(taken.Slices.Add)];
        if (slices.Length > 0)
        {
            NoteWait();
            _passes.Add(CreatePass(step, slices, isBackup: false));
        }
    }

    private Pass CreatePass(long step, IReadOnlyList<int> slices, bool isBackup) =>
        new(step, slices.Count, DrawSeconds(slices.Count), PartsOf(_tree, step, slices), Partitions.Count, isBackup);

    private void NoteWait()
    {
        if (_doneWithOwn is { } since)
        {
            _wait.Observe(TimeSpan.FromSeconds(Now - since));
            _doneWithOwn = null;
        }
    }

    /// <summary>As a real worker does: when it is done with its own, and the step has waited for a while since.</summary>
    /// <param name="own">What it is done with.</param>
    private void HoldBackup(Pass own)
    {
        _doneWithOwn = Now;
        if (_wait.Next(TimeSpan.FromSeconds(own.Seconds / own.Slices * Backups.Count)) is { } wait)
        {
            After(wait.TotalSeconds, () => BackUp(own.Step));
        }
    }

    private void BackUp(long step)
    {
        if (_begun.Step == step && _passes.Count == 0 && Backups.Count > 0)
        {
            _passes.Add(CreatePass(step, Backups, isBackup: true));
            GoOn();
        }
    }

    /// <summary>Computes the next stage, if there is one and its weights are there.</summary>
    private void GoOn()
    {
        if (_computes || !IsAlive || Next() is not { } pass)
        {
            return;
        }

        var stage = _stages[pass.Stage];
        if (stage.Needs > (pass.Step == _begun.Step ? _begun.There : _parameters))
        {
            return;
        }

        _computes = true;
        Compute(pass.Seconds * stage.Share, () =>
        {
            _computes = false;
            pass.Stage++;
            Send(pass, stage.Final);
            GoOn();
        });
    }

    /// <summary>What to go on with. The way back is gone to its end; what waits for weights is given up for a step before it, and begun again.</summary>
    private Pass? Next()
    {
        if (_current is { } current && _passes.Contains(current) && _stages[current.Stage].Final < _parameters)
        {
            return current;
        }

        _passes.RemoveAll(pass => pass.Step < _begun.Whole);
        var next = _passes.MinBy(pass => pass.Step);
        if (next != _current && _current is not null)
        {
            _current.Stage = 0;
        }

        return _current = next;
    }

    /// <summary>Sends what has become final, the last partitions first.</summary>
    private void Send(Pass pass, int final)
    {
        while (pass.Unsent > 0 && Partitions[pass.Unsent - 1].Range.Start >= final)
        {
            Send(pass.Parts, Partitions[--pass.Unsent], pass.Step);
        }

        if (pass.Unsent == 0)
        {
            NoteComputed(pass.Slices);
            _passes.Remove(pass);
            _current = null;
            if (Backups.Count > 0 && _passes.Count == 0 && !pass.IsBackup)
            {
                HoldBackup(pass);
            }
        }
    }

    /// <summary>Some slices on their way through the layers.</summary>
    private sealed class Pass(long step, int slices, double seconds, GradientPart[] parts, int partitions, bool isBackup)
    {
        public long Step => step;

        public int Slices => slices;

        public bool IsBackup => isBackup;

        public double Seconds => seconds;

        public GradientPart[] Parts => parts;

        /// <summary>The stage that is next.</summary>
        public int Stage { get; set; }

        /// <summary>Partitions, from the first on, that have not been sent their parts.</summary>
        public int Unsent { get; set; } = partitions;
    }
}
