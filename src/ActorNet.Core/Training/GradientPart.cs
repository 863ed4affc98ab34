using ActorNet.Core.Numerics;

namespace ActorNet.Core.Training;

/// <summary>What a slice really read for a step.</summary>
/// <param name="Count">Samples.</param>
/// <param name="Digest">The sum of their digests, <see cref="SlicePlan.Digest"/>.</param>
internal readonly record struct SliceTally(int Count, ulong Digest);

/// <summary>
/// The gradient of one node of the reduction tree at one step, summed over samples, with what was counted on the way. Its buffers
/// belong to the worker that computed it and stay as they are until every partition has applied the step.
/// </summary>
internal sealed class GradientPart
{
    private FloatBytes? _bytes;

    /// <summary>Room for the part of a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="gradient">The whole parameter vector's gradient.</param>
    public GradientPart(TreeNode node, Memory<float> gradient)
    {
        Node = node;
        Gradient = gradient;
        Slices = new SliceTally[node.Count];
    }

    /// <summary>The node of the reduction tree.</summary>
    public TreeNode Node { get; }

    /// <summary>The gradient of the whole parameter vector, summed over the node's samples.</summary>
    public Memory<float> Gradient { get; }

    /// <summary>The gradient as bytes.</summary>
    public Memory<byte> Bytes => (_bytes ??= new FloatBytes(Gradient)).Memory;

    /// <summary>What each slice of the node read, from the node's first on.</summary>
    public SliceTally[] Slices { get; }

    /// <summary>Whether this is a group's gradient as it came back from its codes, so that it is not compressed once more.</summary>
    public bool IsDecoded { get; init; }

    /// <summary>The step: the version of the weights it was computed from.</summary>
    public long Step { get; set; }

    /// <summary>The cost, summed over samples along the tree.</summary>
    public double Cost { get; set; }

    /// <summary>Samples answered correctly.</summary>
    public int Correct { get; set; }

    /// <summary>Samples of the part; 0 when no slice below the node has any at this step.</summary>
    public int Samples
    {
        get
        {
            var sum = 0;
            foreach (var slice in Slices)
            {
                sum += slice.Count;
            }

            return sum;
        }
    }
}
