namespace ActorNet.Core.Training.Modes;

/// <summary>
/// What a partition does that applies parts as they arrive: which it applies, who may go on and who is told, and where all slices meet. They meet at fences: at every
/// epoch's end, where a snapshot is due, and where the run is told to hold. No part of a later step is applied before a fence is lifted, so that every partition's
/// snapshot has the same steps in it, and the ledger of an epoch is exact.
/// </summary>
internal sealed class StaleServing
{
    private readonly SlicePlan _plan;
    private readonly int? _bound;
    private readonly int _snapshotEvery;
    private readonly SliceClocks _clocks;
    private readonly StaleAudience _audience;
    private long _limit;
    private long _fence;
    private bool _holds;

    /// <summary>A partition of which all slices have made as many steps.</summary>
    /// <param name="plan">The job's plan.</param>
    /// <param name="bound">τ: how many steps a slice may be ahead of the slowest; null for any number.</param>
    /// <param name="snapshotEvery">Steps between snapshots beside those at epoch ends; 0 for none.</param>
    /// <param name="step">Steps made.</param>
    /// <param name="totalSteps">Steps of the job.</param>
    /// <param name="holds">Whether none more is made before it is told to.</param>
    public StaleServing(SlicePlan plan, int? bound, int snapshotEvery, long step, long totalSteps, bool holds = false)
    {
        _plan = plan;
        _bound = bound;
        _snapshotEvery = snapshotEvery;
        _clocks = new SliceClocks(plan, step);
        _audience = new StaleAudience(plan.Slices);
        _holds = holds;
        _limit = holds ? step : totalSteps;
        Version = step;
        _fence = step < _limit ? FenceAfter(step) : step;
    }

    /// <summary>Steps that all slices have made.</summary>
    public long Version { get; private set; }

    /// <summary>Whether a snapshot must be taken before it goes on.</summary>
    public bool IsSnapshotDue { get; private set; }

    /// <summary>The slices that are furthest behind, while anything can be applied; else none.</summary>
    public int[] Missing => Version < _fence ? _clocks.Behind() : [];

    /// <summary>The first step that no slice may begin.</summary>
    public long Allowed => _bound is { } most ? Math.Min(_fence, Version + most + 1) : _fence;

    /// <summary>Says what becomes of a part.</summary>
    /// <param name="node">Its slices.</param>
    /// <param name="step">Its step.</param>
    /// <param name="from">Who sent it.</param>
    public PartFate Judge(TreeNode node, long step, string from)
    {
        _audience.NoteSender(node, from);
        if (step >= _fence)
        {
            return PartFate.Early;
        }

        var turn = _clocks.TurnOf(node, step);
        if (turn == PartTurn.Mixed)
        {
            _audience.NoteRefusal(from);
        }

        return turn == PartTurn.Next ? PartFate.Apply : PartFate.Ignore;
    }

    /// <summary>A part has been applied.</summary>
    /// <returns>Whether with it all slices have made another step.</returns>
    public bool Applied(TreeNode node)
    {
        _clocks.Advance(node);
        if (_clocks.Slowest == Version)
        {
            return false;
        }

        Version = _clocks.Slowest;
        IsSnapshotDue = Version == _fence && IsSnapshot(Version);
        return true;
    }

    /// <summary>Lets no slice go further than the furthest has gone.</summary>
    /// <returns>How far that is.</returns>
    public long Hold()
    {
        _holds = true;
        _limit = Math.Max(Version, Math.Min(_clocks.Furthest, _fence));
        _fence = _limit;
        return _limit;
    }

    /// <summary>The run may go on to a step.</summary>
    /// <returns>Whether parts may be applied now that were early.</returns>
    public bool RunTo(long step)
    {
        (_holds, _limit) = (false, step);
        return !IsSnapshotDue && GoOn();
    }

    /// <summary>The snapshot that was due is taken, or there is none.</summary>
    /// <returns>Whether parts may be applied now that were early.</returns>
    public bool GoOn()
    {
        IsSnapshotDue = false;
        if (Version >= _limit)
        {
            return false;
        }

        _fence = FenceAfter(Version);
        return true;
    }

    /// <inheritdoc cref="StaleAudience.Set"/>
    public (IReadOnlyList<string> New, IReadOnlyList<string> Gone) SetAudience(IEnumerable<string> nodes) => _audience.Set(nodes);

    /// <inheritdoc cref="StaleAudience.NoteQuestion"/>
    public void NoteQuestion(string node) => _audience.NoteQuestion(node);

    /// <summary>What a node is told now; null where it does not listen.</summary>
    /// <param name="node">The node.</param>
    /// <param name="updates">Updates in the weights.</param>
    public StaleNews? NewsFor(string node, long updates) => _audience.Tell(node, updates, Allowed, _clocks.Steps);

    /// <summary>What a node is told when its part has been dealt with; null where it must wait, and is told later.</summary>
    /// <inheritdoc cref="NewsFor"/>
    public StaleNews? ReplyTo(string node, long updates) => _audience.Reply(node, updates, Allowed, _clocks.Steps);

    /// <summary>Those that could not go on when they were told, and now may: they are to be told.</summary>
    public IReadOnlyList<string> Unblocked => _audience.Unblocked(Allowed);

    private long FenceAfter(long step)
    {
        var next = Math.Min(_limit, NextMultiple(step, _plan.StepsPerEpoch));
        return _snapshotEvery > 0 ? Math.Min(next, NextMultiple(step, _snapshotEvery)) : next;
    }

    private bool IsSnapshot(long step) =>
        step % _plan.StepsPerEpoch == 0 || (_snapshotEvery > 0 && step % _snapshotEvery == 0) || (step == _limit && !_holds);

    private static long NextMultiple(long step, long of) => (step / of + 1) * of;
}

/// <summary>What becomes of a part.</summary>
internal enum PartFate
{
    /// <summary>It is applied, and its sender told.</summary>
    Apply,

    /// <summary>It is kept until the fence is lifted. Its sender waits for it, and leaves it as it is.</summary>
    Early,

    /// <summary>It is over, or cannot be applied as a whole. Its sender is told.</summary>
    Ignore,
}
