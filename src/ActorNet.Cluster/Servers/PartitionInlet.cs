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
    /// <summary>Returned buffers for each slice between two looks which are not used any more: many steps.</summary>
    private const int ReturnsPerSlice = 64;

    private readonly Lock _lock = new();
    private readonly ReductionTree _tree;
    private readonly int _length;
    private readonly bool[] _arrived;
    private readonly Dictionary<TreeNode, FreeParts> _free = [];
    private readonly bool _takesAll;
    private readonly Func<TreeNode, GradientCodec?>? _codecOf;
    private long _step = -1;
    private int _returns;

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

            return _free.TryGetValue(node, out var free) && free.Take() is { } part ? part : new ArrivedPart(node, _length, _codecOf?.Invoke(node));
        }
    }

    /// <summary>Takes a buffer back.</summary>
    public void Return(ArrivedPart part)
    {
        lock (_lock)
        {
            if (!_free.TryGetValue(part.Part.Node, out var free))
            {
                _free[part.Part.Node] = free = new FreeParts();
            }

            free.Parts.Push(part);
            if (++_returns % (ReturnsPerSlice * _tree.Slices) == 0)
            {
                LetGo();
            }
        }
    }

    /// <summary>Leases move: the buffers of nodes that nobody computes any more would add up, each as long as the partition.</summary>
    private void LetGo()
    {
        foreach (var (node, free) in _free)
        {
            if (!free.IsUsed)
            {
                _free.Remove(node);
            }

            free.IsUsed = false;
        }
    }

    /// <summary>The buffers of a node of the tree that are free.</summary>
    private sealed class FreeParts
    {
        public Stack<ArrivedPart> Parts { get; } = new();

        /// <summary>Whether one was wanted since the last look.</summary>
        public bool IsUsed { get; set; } = true;

        public ArrivedPart? Take()
        {
            IsUsed = true;
            return Parts.TryPop(out var part) ? part : null;
        }
    }
}
