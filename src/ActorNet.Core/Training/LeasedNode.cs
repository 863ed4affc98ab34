using ActorNet.Core.Numerics;

namespace ActorNet.Core.Training;

/// <summary>A leased node of the reduction tree, its part and its rows of the batch.</summary>
internal sealed class LeasedNode
{
    /// <summary>
    /// What is counted of two steps in turn: the next step begins, up to its first gradient, while a partition may still wait for other parts of this one. The gradient
    /// of both is in one buffer.
    /// </summary>
    private readonly GradientPart[] _parts;

    /// <summary>A node with a buffer of its own.</summary>
    public LeasedNode(TreeNode node, int parameters)
        : this(node, new AlignedBuffer(parameters))
    {
    }

    /// <summary>A node whose part is written to a buffer.</summary>
    public LeasedNode(TreeNode node, AlignedBuffer buffer)
    {
        _parts = [new GradientPart(node, buffer.Memory), new GradientPart(node, buffer.Memory)];
        Part = _parts[0];
    }

    /// <summary>Nodes in lease from now on: those that were in lease before keep their parts, which somebody may be reading.</summary>
    /// <param name="lease">The nodes.</param>
    /// <param name="before">What was in lease before.</param>
    /// <param name="parameters">Length of the parameter vector.</param>
    public static LeasedNode[] Lease(IReadOnlyList<TreeNode> lease, LeasedNode[] before, int parameters) =>
        [.. lease.Select(node => before.FirstOrDefault(old => old.Node == node) ?? new LeasedNode(node, parameters))];

    /// <summary>Whether two leases are the same. Asked with every step: it must not allocate, as enumerating would.</summary>
    public static bool AreSame(IReadOnlyList<TreeNode> one, IReadOnlyList<TreeNode> other)
    {
        var same = one.Count == other.Count;
        for (var i = 0; same && i < one.Count; i++)
        {
            same = one[i] == other[i];
        }

        return same;
    }

    public TreeNode Node => Part.Node;

    /// <summary>Its part of the step that was begun last.</summary>
    public GradientPart Part { get; private set; }

    public Span<float> Gradient => Part.Gradient.Span;

    /// <summary>The step that it was computed for last; -1 for none.</summary>
    public long Computed { get; set; } = -1;

    /// <summary>Whether it is computed now.</summary>
    public bool IsDue { get; set; }

    public int FirstRow { get; set; }

    public int Rows { get; set; }

    /// <summary>Its part is of a step from now on.</summary>
    public void Begin(long step)
    {
        Part = _parts[step & 1];
        Part.Step = step;
    }
}
