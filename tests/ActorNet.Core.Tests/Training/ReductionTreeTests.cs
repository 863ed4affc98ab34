using ActorNet.Core.Numerics;
using ActorNet.Core.Training;
using CsCheck;

namespace ActorNet.Core.Tests.Training;

public sealed class ReductionTreeTests
{
    private const int MostSlices = 70;

    [Fact]
    public void Contains_its_nodes_and_no_other()
    {
        for (var slices = 1; slices <= MostSlices; slices++)
        {
            var tree = new ReductionTree(slices);
            var nodes = new TreeModel(slices).Nodes.ToHashSet();
            Assert.Equal(2 * slices - 1, nodes.Count);
            for (var first = -2; first <= slices + 1; first++)
            {
                for (var count = -2; count <= slices + 2; count++)
                {
                    var node = new TreeNode(first, count);
                    Assert.True(nodes.Contains(node) == tree.Contains(node), $"S = {slices}: first {first}, count {count}.");
                }
            }
        }
    }

    [Theory]
    [InlineData(1, int.MaxValue)]
    [InlineData(int.MaxValue, int.MaxValue)]
    [InlineData(int.MinValue, int.MinValue)]
    public void Contains_no_node_whose_end_is_no_number(int first, int count) =>
        Assert.False(new ReductionTree(8).Contains(new TreeNode(first, count)));

    [Fact]
    public void Children_are_those_of_the_definition()
    {
        foreach (var node in new TreeModel(MostSlices).Nodes.Where(node => node.Count > 1))
        {
            Assert.Equal(TreeModel.Children(node), ReductionTree.Children(node));
        }
    }

    /// <summary>
    /// A cover has just the wanted slices, in order, and the fewest nodes: those inside the range whose parent is not.
    /// </summary>
    [Fact]
    public void Covers_are_the_largest_nodes_inside_a_range()
    {
        for (var slices = 1; slices <= MostSlices; slices++)
        {
            var tree = new ReductionTree(slices);
            var nodes = new TreeModel(slices).Nodes;
            for (var first = 0; first <= slices; first++)
            {
                for (var count = 0; count <= slices - first; count += 1 + (slices / 12))
                {
                    var range = new TreeNode(first, count);
                    var inside = nodes.Where(range.Covers).ToList();
                    var largest = inside.Where(node => !inside.Any(other => other != node && other.Covers(node))).OrderBy(node => node.First);
                    Assert.Equal(largest, tree.Cover(first, count));
                }
            }
        }
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 9)]
    [InlineData(8, 1)]
    [InlineData(2, -1)]
    public void Covers_of_slices_that_are_not_there_are_refused(int first, int count) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReductionTree(8).Cover(first, count));

    [Fact]
    public void Leaves_are_those_of_the_definition() =>
        Gen.Int[1, MostSlices].SelectMany(slices => Gen.Frequency((1, Gen.Const(0)), (2, Gen.Int[1, 9])).Array[slices]).Sample(samples =>
        {
            foreach (var node in new TreeModel(samples.Length).Nodes)
            {
                var expected = TreeModel.Sum(
                    node,
                    slice => samples[slice] == 0 ? null : new List<TreeLeaf> { new(samples[slice], 0) },
                    (left, right) => [.. left, .. right[..^1], right[^1] with { MergesAfter = right[^1].MergesAfter + 1 }]);
                var leaves = new TreeLeaf[node.Count];
                var count = ReductionTree.WriteLeaves(node, samples, leaves);
                Assert.Equal(expected ?? [], leaves[..count]);
            }
        }, iter: 300, threads: 1);

    [Fact]
    public void A_tree_needs_a_slice() => Assert.Throws<ArgumentOutOfRangeException>(() => new ReductionTree(0));
}
