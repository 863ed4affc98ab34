using ActorNet.Core.Training;

namespace ActorNet.Core.Tests.Training;

/// <summary>The reduction tree written out by its definition: every node of it, found by walking down from the root.</summary>
internal sealed class TreeModel
{
    public TreeModel(int slices)
    {
        Slices = slices;
        Walk(new TreeNode(0, slices));
    }

    public int Slices { get; }

    /// <summary>Every node, each after those below it.</summary>
    public List<TreeNode> Nodes { get; } = [];

    /// <summary>The largest power of two below the count goes to the left.</summary>
    public static (TreeNode Left, TreeNode Right) Children(TreeNode node)
    {
        var left = 1;
        while (2 * left < node.Count)
        {
            left *= 2;
        }

        return (new TreeNode(node.First, left), new TreeNode(node.First + left, node.Count - left));
    }

    /// <summary>
    /// Sums along the tree below a node; <paramref name="leaf"/> gives a slice's value, null for one without samples, which is left out.
    /// </summary>
    public static T? Sum<T>(TreeNode node, Func<int, T?> leaf, Func<T, T, T> add)
        where T : class
    {
        if (node.Count == 1)
        {
            return leaf(node.First);
        }

        var (left, right) = Children(node);
        return (Sum(left, leaf, add), Sum(right, leaf, add)) switch
        {
            (null, var alone) => alone,
            (var alone, null) => alone,
            var (x, y) => add(x, y),
        };
    }

    private void Walk(TreeNode node)
    {
        if (node.Count > 1)
        {
            var (left, right) = Children(node);
            Walk(left);
            Walk(right);
        }

        Nodes.Add(node);
    }
}
