namespace ActorNet.Core.Training;

/// <summary>Computes what one worker brings to a version: a part for each node of the reduction tree that it has in lease.</summary>
internal interface IPartCalculator
{
    /// <summary>Takes another lease.</summary>
    /// <param name="nodes">Nodes of the reduction tree without a slice in common, ascending.</param>
    void SetLease(IReadOnlyList<TreeNode> nodes);

    /// <summary>One part per leased node, of the step that was begun last.</summary>
    PartList Parts { get; }

    /// <summary>
    /// Begins the leased parts of a step; a step that was begun before and is not done is given up. What was computed for this step already, under an earlier lease, stays as
    /// it is: somebody may be reading it. Until all parameters are asked for, no gradient is written.
    /// </summary>
    /// <param name="step">The step, from 0: the version of the weights.</param>
    /// <param name="rate">The learning rate before its schedule, for who makes local steps; null for the job's own.</param>
    /// <returns>What the first stage needs.</returns>
    /// <exception cref="SliceException">Reading a slice's samples failed.</exception>
    /// <exception cref="ActorNetException">This thread loses denormal numbers.</exception>
    StepProgress Begin(long step, double? rate);

    /// <summary>Goes on by one stage.</summary>
    /// <param name="weights">The parameter vector at the step's version; no more than the stage needs has to be there.</param>
    /// <returns>What the next stage needs, and what is done.</returns>
    /// <exception cref="SliceException">Reading a slice's samples failed.</exception>
    /// <exception cref="ActorNetException">The cost is not finite; names step, slice and layer.</exception>
    StepProgress Advance(ReadOnlySpan<float> weights);

    /// <summary>Computes the leased parts of a step in one go: <see cref="Begin"/> and every stage.</summary>
    /// <param name="step">The step.</param>
    /// <param name="weights">The whole parameter vector at that version.</param>
    /// <param name="rate">As that of <see cref="Begin"/>.</param>
    /// <returns>The parts, valid until the next step's.</returns>
    PartList Compute(long step, ReadOnlySpan<float> weights, double? rate)
    {
        var progress = Begin(step, rate);
        while (!progress.IsDone)
        {
            progress = Advance(weights);
        }

        return Parts;
    }
}

/// <summary>How far a step has come.</summary>
/// <param name="Needs">Parameters, from the first on, that the next stage reads and none before it did.</param>
/// <param name="Final">The parameter from which on, to the last, the parts' gradients are what they will be.</param>
internal readonly record struct StepProgress(int Needs, int Final)
{
    /// <summary>Whether no stage is left.</summary>
    public bool IsDone => Final == 0;
}

/// <summary>The parts that a calculator has just computed.</summary>
internal readonly struct PartList
{
    private readonly LeasedNode[] _nodes;

    internal PartList(LeasedNode[] nodes) => _nodes = nodes;

    /// <summary>How many.</summary>
    public int Count => _nodes.Length;

    /// <summary>One of them.</summary>
    public GradientPart this[int index] => _nodes[index].Part;
}

/// <summary>The work on one slice failed, and on which.</summary>
internal sealed class SliceException : Exception
{
    /// <summary>A failure of <paramref name="slice"/>.</summary>
    public SliceException(int slice, string message, Exception cause)
        : base(message, cause) => Slice = slice;

    /// <summary>The slice.</summary>
    public int Slice { get; }
}
