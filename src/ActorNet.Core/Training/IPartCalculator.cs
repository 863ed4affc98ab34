namespace ActorNet.Core.Training;

/// <summary>Computes what one worker brings to a version: a part for each node of the reduction tree that it has in lease.</summary>
internal interface IPartCalculator
{
    /// <summary>Takes another lease.</summary>
    /// <param name="nodes">Nodes of the reduction tree without a slice in common, ascending.</param>
    void SetLease(IReadOnlyList<TreeNode> nodes);

    /// <summary>
    /// Computes the leased parts of a step. What was computed for this step already, under an earlier lease, stays as it is: somebody may be reading it.
    /// </summary>
    /// <param name="step">The step, from 0: the version of the weights.</param>
    /// <param name="weights">The whole parameter vector at that version.</param>
    /// <param name="rate">The learning rate before its schedule, for who makes local steps; null for the job's own.</param>
    /// <returns>One part per leased node, valid until the next call.</returns>
    /// <exception cref="SliceException">Reading a slice's samples failed.</exception>
    /// <exception cref="ActorNetException">The cost is not finite; names step, slice and layer. Or this thread loses denormal numbers.</exception>
    PartList Compute(long step, ReadOnlySpan<float> weights, double? rate);
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
