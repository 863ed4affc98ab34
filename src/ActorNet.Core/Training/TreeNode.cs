namespace ActorNet.Core.Training;

/// <summary>A node of the reduction tree, named by the slices below it.</summary>
/// <param name="First">The first slice.</param>
/// <param name="Count">How many slices; 1 for a leaf.</param>
internal readonly record struct TreeNode(int First, int Count)
{
    /// <summary>The slice after the last.</summary>
    public int End => First + Count;

    /// <summary>Whether every slice of <paramref name="other"/> is below this node.</summary>
    public bool Covers(TreeNode other) => First <= other.First && other.End <= End;

    /// <inheritdoc/>
    public override string ToString() => Count == 1 ? $"slice {First}" : $"slices {First}-{End - 1}";
}
