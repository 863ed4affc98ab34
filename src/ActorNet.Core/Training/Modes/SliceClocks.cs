namespace ActorNet.Core.Training.Modes;

/// <summary>
/// How many steps of each slice a partition has applied, where parts are applied as they arrive: a slice's next part is that of its own next step and no other, so
/// what arrives twice is applied once and nothing is passed over. A slice that has no samples in an epoch's short last step is past it without a part, and one that
/// has none at all is past everything.
/// </summary>
internal sealed class SliceClocks
{
    private const long Never = long.MaxValue;

    private readonly SlicePlan _plan;
    private readonly long[] _clocks;

    /// <summary>Every slice at one step.</summary>
    /// <param name="plan">The job's plan.</param>
    /// <param name="step">Steps that all slices have made.</param>
    public SliceClocks(SlicePlan plan, long step)
    {
        _plan = plan;
        _clocks = new long[plan.Slices];
        for (var slice = 0; slice < _clocks.Length; slice++)
        {
            SetTo(slice, step);
        }
    }

    /// <summary>Each slice's next step.</summary>
    public ReadOnlySpan<long> Steps => _clocks;

    /// <summary>Steps that all slices have made.</summary>
    public long Slowest => _clocks.Min();

    /// <summary>Steps that the slice furthest ahead has made, of those that have samples.</summary>
    public long Furthest => _clocks.Where(step => step < Never).Max();

    /// <summary>The slices that are at <see cref="Slowest"/>.</summary>
    public int[] Behind()
    {
        var slowest = Slowest;
        return [.. Enumerable.Range(0, _clocks.Length).Where(slice => _clocks[slice] == slowest)];
    }

    /// <summary>What a part is.</summary>
    /// <param name="node">The slices that it has.</param>
    /// <param name="step">Their step.</param>
    public PartTurn TurnOf(TreeNode node, long step)
    {
        var clocks = _clocks.AsSpan(node.First, node.Count);
        return !clocks.ContainsAnyExcept(step) ? PartTurn.Next
            : !clocks.ContainsAnyInRange(0, step) ? PartTurn.Over
            : PartTurn.Mixed;
    }

    /// <summary>A part is applied.</summary>
    /// <param name="node">The slices that it has.</param>
    public void Advance(TreeNode node)
    {
        for (var slice = node.First; slice < node.End; slice++)
        {
            SetTo(slice, _clocks[slice] + 1);
        }
    }

    private void SetTo(int slice, long step)
    {
        if (_plan.SliceSamples(slice) == 0)
        {
            _clocks[slice] = Never;
            return;
        }

        _clocks[slice] = _plan.Draws((int)(step % _plan.StepsPerEpoch), slice).Count > 0 ? step : step + 1;
    }
}

/// <summary>What a part is to a partition that applies parts as they arrive.</summary>
internal enum PartTurn
{
    /// <summary>Every slice's next: it can be applied.</summary>
    Next,

    /// <summary>Every slice has made that step: it is ignored.</summary>
    Over,

    /// <summary>Some of its slices have made that step and some have not, or it is early: it cannot be applied as a whole, and must be computed otherwise.</summary>
    Mixed,
}
