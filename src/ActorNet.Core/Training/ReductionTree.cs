using ActorNet.Core.Numerics;

namespace ActorNet.Core.Training;

/// <summary>
/// The one binary tree along which the gradients of a job's S slices are summed, whoever computes them. A node of n slices has the largest power of
/// two below n on its left. A node without samples is the tree's identity: it is left out, never added as zeros.
/// </summary>
internal sealed class ReductionTree
{
    private readonly int _groupSlices;

    /// <summary>The tree over <paramref name="slices"/> slices, one or more.</summary>
    /// <param name="slices">Number of leaves.</param>
    /// <param name="groupSlices">Slices of a group, a power of two, where nobody but a parameter server adds groups up; the whole tree where it is left out.</param>
    public ReductionTree(int slices, int groupSlices = int.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slices, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(groupSlices, 1);
        Slices = slices;
        _groupSlices = Math.Min(groupSlices, slices);
    }

    /// <summary>Number of leaves.</summary>
    public int Slices { get; }

    /// <summary>The node above all slices.</summary>
    public TreeNode Root => new(0, Slices);

    /// <summary>The node that has all slices of the group of a slice. Groups are neighbours on one level; the last may be smaller.</summary>
    public TreeNode GroupOf(int slice)
    {
        var first = slice - (slice % _groupSlices);
        return new TreeNode(first, Math.Min(_groupSlices, Slices - first));
    }

    /// <summary>Slices of a group, where a tree of so many slices is to have so many groups.</summary>
    /// <returns>A power of two; null where no level of the tree has so many nodes.</returns>
    public static int? GroupSlices(int slices, int groups)
    {
        for (var size = 1L; size < 2L * slices; size *= 2)
        {
            if ((slices + size - 1) / size == groups)
            {
                return (int)Math.Min(size, int.MaxValue);
            }
        }

        return null;
    }

    /// <summary>The two nodes below a node of two or more slices.</summary>
    public static (TreeNode Left, TreeNode Right) Children(TreeNode node)
    {
        var left = 1 << (31 - int.LeadingZeroCount(node.Count - 1));
        return (new TreeNode(node.First, left), new TreeNode(node.First + left, node.Count - left));
    }

    /// <summary>Whether this tree has such a node, no higher than a group.</summary>
    public bool Contains(TreeNode node)
    {
        if (node.Count < 1 || node.Count > _groupSlices || node.First < 0 || node.End > Slices)
        {
            return false;
        }

        var at = Root;
        while (at != node)
        {
            if (at.Count <= node.Count)
            {
                return false;
            }

            var (left, right) = Children(at);
            at = node.First < right.First ? left : right;
        }

        return true;
    }

    /// <summary>The fewest nodes, none higher than a group, that together have just the slices from <paramref name="first"/> on, in order: what a lease of them is computed as.</summary>
    public IReadOnlyList<TreeNode> Cover(int first, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Slices - first);
        var nodes = new List<TreeNode>();
        Collect(Root, new TreeNode(first, count), nodes);
        return nodes;
    }

    /// <summary>The fewest nodes, none higher than a group, that together have just these slices, in order.</summary>
    /// <param name="slices">Slices in ascending order.</param>
    public IReadOnlyList<TreeNode> Cover(IReadOnlyList<int> slices)
    {
        var nodes = new List<TreeNode>();
        for (var i = 0; i < slices.Count;)
        {
            var count = 1;
            while (i + count < slices.Count && slices[i + count] == slices[i] + count)
            {
                count++;
            }

            nodes.AddRange(Cover(slices[i], count));
            i += count;
        }

        return nodes;
    }

    /// <summary>Writes the sum below <paramref name="node"/> as a stack machine reads it, leaving out slices without samples.</summary>
    /// <param name="node">The node.</param>
    /// <param name="samples">Samples of every slice, S numbers.</param>
    /// <param name="leaves">Takes at most one entry per slice of the node.</param>
    /// <returns>The entries written; 0 when the node has no samples.</returns>
    public static int WriteLeaves(TreeNode node, ReadOnlySpan<int> samples, Span<TreeLeaf> leaves)
    {
        if (node.Count == 1)
        {
            if (samples[node.First] == 0)
            {
                return 0;
            }

            leaves[0] = new TreeLeaf(samples[node.First], 0);
            return 1;
        }

        var (left, right) = Children(node);
        var onLeft = WriteLeaves(left, samples, leaves);
        var onRight = WriteLeaves(right, samples, leaves[onLeft..]);
        if (onLeft > 0 && onRight > 0)
        {
            var last = leaves[onLeft + onRight - 1];
            leaves[onLeft + onRight - 1] = last with { MergesAfter = last.MergesAfter + 1 };
        }

        return onLeft + onRight;
    }

    private void Collect(TreeNode node, TreeNode range, List<TreeNode> nodes)
    {
        if (range.Covers(node) && node.Count <= _groupSlices)
        {
            nodes.Add(node);
        }
        else if (node.First < range.End && range.First < node.End)
        {
            var (left, right) = Children(node);
            Collect(left, range, nodes);
            Collect(right, range, nodes);
        }
    }
}
