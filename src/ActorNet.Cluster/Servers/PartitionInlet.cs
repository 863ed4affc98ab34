using ActorNet.Core.Training;
using ActorNet.Core.Training.Compression;

namespace ActorNet.Cluster.Servers;

/// <summary>
/// Where parts for a partition come in from other nodes: says whether one is wanted before its body is read, and has the buffers. Wanted is a part of the
/// step that the partition collects, if it brings a slice that has not arrived yet; so at most one buffer for each slice and each sender is in
/// use. Where parts are applied as they arrive any is wanted: who sends one that is over needs to be told. Used by the partition's server and the threads that read the network.
/// </summary>
internal sealed class PartitionInlet
{
    private readonly Lock _lock = new();
    private readonly ReductionTree _tree;
    private readonly int _length;
    private readonly bool[] _arrived;
    private readonly Dictionary<TreeNode, Stack<ArrivedPart>> _free = [];
    private readonly bool _takesAll;
    private readonly Func<TreeNode, GradientCodec?>? _codecOf;
    private long _step = -1;

    /// <summary>The inlet of a partition.</summary>
    /// <param name="tree">The job's tree.</param>
    /// <param name="length">Parameters of the partition.</param>
    /// <param name="takesAll">Whether parts of all steps are wanted.</param>
    /// <param name="codecOf">How the part of a node is compressed; null for none.</param>
    public PartitionInlet(ReductionTree tree, int length, bool takesAll = false, Func<TreeNode, GradientCodec?>? codecOf = null)
    {
        _codecOf = codecOf;
        _takesAll = takesAll;
        _tree = tree;
        _length = length;
        _arrived = new bool[tree.Slices];
    }

    /// <summary>The partition collects a step from now on.</summary>
    public void Begin(long step)
    {
        lock (_lock)
        {
            _step = step;
            Array.Clear(_arrived);
        }
    }

    /// <summary>A part has been taken into the sum: its slices are not wanted any more.</summary>
    public void Note(TreeNode node)
    {
        lock (_lock)
        {
            _arrived.AsSpan(node.First, node.Count).Fill(true);
        }
    }

    /// <summary>A buffer for a part that is announced; null when it is not wanted.</summary>
    public ArrivedPart? Rent(long step, TreeNode node)
    {
        lock (_lock)
        {
            if (!_tree.Contains(node) || !(_takesAll || (step == _step && _arrived.AsSpan(node.First, node.Count).Contains(false))))
            {
                return null;
            }

            return _free.TryGetValue(node, out var stack) && stack.TryPop(out var part) ? part : new ArrivedPart(node, _length, _codecOf?.Invoke(node));
        }
    }

    /// <summary>Takes a buffer back.</summary>
    public void Return(ArrivedPart part)
    {
        lock (_lock)
        {
            if (!_free.TryGetValue(part.Part.Node, out var stack))
            {
                _free[part.Part.Node] = stack = new Stack<ArrivedPart>();
            }

            stack.Push(part);
        }
    }
}
