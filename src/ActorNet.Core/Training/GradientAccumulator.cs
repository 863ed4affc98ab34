using ActorNet.Core.Numerics;
using ActorNet.Core.Training.Compression;

namespace ActorNet.Core.Training;

/// <summary>What became of a part.</summary>
internal enum AddOutcome
{
    /// <summary>It was kept; more are needed.</summary>
    Stored,

    /// <summary>It was kept and was the last: the sum is there.</summary>
    Completed,

    /// <summary>The same node's part is there already: ignored.</summary>
    Duplicate,

    /// <summary>A part that has this one's slices in it, or parts that make it up, are there already: ignored.</summary>
    Covered,

    /// <summary>It belongs to another step: ignored.</summary>
    WrongStep,

    /// <summary>Its length is not that of this partition: ignored.</summary>
    WrongPartition,

    /// <summary>The tree has no such node below the one whose sum is wanted: ignored.</summary>
    UnknownNode,

    /// <summary>It did not read the samples that the plan gives its slices at this step: ignored.</summary>
    WrongSamples,
}

/// <summary>
/// Collects the parts of one step's gradient for one partition, in any order, until they make up the root of the reduction tree. A part that is there
/// already, or whose slices are, changes nothing; so a slice may be computed any number of times. The sum is made only when it
/// is read, block by block along the tree, so that no part is ever changed and no sum goes through memory.
/// </summary>
internal sealed class GradientAccumulator
{
    private const int InScratch = -1;

    private readonly ReductionTree _tree;
    private readonly TreeNode _root;
    private readonly int _length;
    private readonly int[] _samples;
    private readonly ReadOnlyMemory<float>[] _gradients;
    private readonly GradientPart?[] _partAt;
    private readonly TreeLeaf[] _program;
    private readonly int[] _programPart;
    private readonly GradientCodec? _codec;
    private readonly int _firstBlock;
    private readonly AlignedBuffer?[] _groupSums;
    private readonly bool[] _isGroupDone;
    private AlignedBuffer? _groupScratch;
    private int _programLength;
    private int _missing;

    /// <summary>An accumulator of a partition's parts.</summary>
    /// <param name="tree">The job's reduction tree.</param>
    /// <param name="length">Parameters of the partition.</param>
    public GradientAccumulator(ReductionTree tree, int length)
        : this(tree, length, tree.Root)
    {
    }

    /// <summary>An accumulator of a partition's parts, in which each group's gradient is compressed as soon as it is there.</summary>
    /// <param name="tree">The job's reduction tree.</param>
    /// <param name="length">Parameters of the partition.</param>
    /// <param name="codec">How; null for not.</param>
    /// <param name="firstBlock">The partition's first block of the parameter vector.</param>
    public GradientAccumulator(ReductionTree tree, int length, GradientCodec? codec, int firstBlock)
        : this(tree, length, tree.Root) => (_codec, _firstBlock) = (codec, firstBlock);

    /// <summary>An accumulator of the parts below a node of the tree.</summary>
    /// <param name="tree">The job's reduction tree.</param>
    /// <param name="length">Parameters of the partition.</param>
    /// <param name="root">The node whose sum is wanted.</param>
    public GradientAccumulator(ReductionTree tree, int length, TreeNode root)
    {
        _tree = tree;
        _root = root;
        _length = length;
        _samples = new int[tree.Slices];
        _gradients = new ReadOnlyMemory<float>[tree.Slices];
        _partAt = new GradientPart?[tree.Slices];
        _program = new TreeLeaf[tree.Slices];
        _programPart = new int[tree.Slices];
        _groupSums = new AlignedBuffer?[tree.Slices];
        _isGroupDone = new bool[tree.Slices];
    }

    /// <summary>The step whose parts are collected.</summary>
    public long Step { get; private set; } = -1;

    /// <summary>Whether every slice that has samples is there.</summary>
    public bool IsComplete => _missing == 0;

    /// <summary>Slices with samples that no part has brought yet.</summary>
    public int Missing => _missing;

    /// <summary>Which slices with samples no part has brought yet.</summary>
    public int[] MissingSlices()
    {
        var missing = new List<int>(_missing);
        for (var slice = _root.First; slice < _root.End;)
        {
            var part = _partAt[slice];
            if (part is null && _samples[slice] > 0)
            {
                missing.Add(slice);
            }

            slice += part?.Node.Count ?? 1;
        }

        return [.. missing];
    }

    /// <summary>Samples of the step.</summary>
    public int Samples { get; private set; }

    /// <summary>The cost, summed along the tree, once complete.</summary>
    public double Cost { get; private set; }

    /// <summary>Samples answered correctly, once complete.</summary>
    public int Correct { get; private set; }

    /// <summary>The parts that are there, each at the place of its first slice; null elsewhere.</summary>
    public ReadOnlySpan<GradientPart?> Parts => _partAt;

    /// <summary>Starts a step; the parts of the one before are let go.</summary>
    /// <param name="step">The step.</param>
    /// <param name="samples">Samples of every slice at that step.</param>
    public void Begin(long step, ReadOnlySpan<int> samples)
    {
        Step = step;
        samples.CopyTo(_samples);
        Array.Clear(_partAt);
        Array.Clear(_gradients);
        Array.Clear(_isGroupDone);
        Samples = 0;
        _missing = 0;
        foreach (var count in samples.Slice(_root.First, _root.Count))
        {
            Samples += count;
            _missing += count > 0 ? 1 : 0;
        }
    }

    /// <summary>Takes a part.</summary>
    /// <param name="part">What was counted, and the node.</param>
    /// <param name="gradient">The part's gradient of this partition alone.</param>
    public AddOutcome Add(GradientPart part, ReadOnlyMemory<float> gradient)
    {
        if (Judge(part, gradient) is { } refusal)
        {
            return refusal;
        }

        DropBelow(part.Node);
        _partAt[part.Node.First] = part;
        _gradients[part.Node.First] = gradient;
        _missing = CountMissing();
        CompressGroup(part);
        if (!IsComplete)
        {
            return AddOutcome.Stored;
        }

        _programLength = WriteProgram(_root, 0);
        (Cost, Correct) = SumCounts();
        if (_codec is not null)
        {
            _programLength = WriteProgram(_root, 0, byGroups: true);
        }

        return AddOutcome.Completed;
    }

    /// <summary>Writes a block of the sum of all parts.</summary>
    /// <param name="offset">The block's first element in the partition.</param>
    /// <param name="sum">Takes the block.</param>
    /// <param name="scratch">Room for one block per level of the tree: <see cref="ScratchBlocks"/> times the block's length.</param>
    /// <exception cref="InvalidOperationException">The sum is not complete.</exception>
    public void ReadSum(int offset, Span<float> sum, Span<float> scratch)
    {
        if (!IsComplete)
        {
            throw new InvalidOperationException($"Step {Step} lacks {_missing} slices.");
        }

        RunProgram(offset, sum, scratch);
    }

    /// <summary>Runs the tree's additions over a block. What waits on the stack is a part's own block, until it is merged with another: then their sum, in scratch.</summary>
    private void RunProgram(int offset, Span<float> sum, Span<float> scratch)
    {
        var length = sum.Length;
        Span<int> waiting = stackalloc int[ScratchBlocks];
        var depth = 0;
        for (var i = 0; i < _programLength; i++)
        {
            var top = BlockOf(i, offset, length);
            for (var merges = _program[i].MergesAfter; merges > 0; merges--)
            {
                depth--;
                var own = scratch.Slice(depth * length, length);
                var below = waiting[depth] == InScratch ? own : BlockOf(waiting[depth], offset, length);
                var into = i == _programLength - 1 && merges == 1 ? sum : own;
                VectorOps.Add(below, top, into);
                top = into;
            }

            waiting[depth++] = _program[i].MergesAfter == 0 ? i : InScratch;
        }

        if (_programLength == 1)
        {
            BlockOf(0, offset, length).CopyTo(sum);
        }
    }

    private ReadOnlySpan<float> BlockOf(int leaf, int offset, int length) => _gradients[_programPart[leaf]].Span.Slice(offset, length);

    /// <summary>Writes what was counted into the part that the sum becomes.</summary>
    /// <param name="sum">A part of the node whose sum is wanted.</param>
    public void WriteCounts(GradientPart sum)
    {
        sum.Step = Step;
        sum.Cost = Cost;
        sum.Correct = Correct;
        Array.Clear(sum.Slices);
        foreach (var part in _partAt)
        {
            part?.Slices.CopyTo(sum.Slices.AsSpan(part.Node.First - _root.First));
        }
    }

    /// <summary>Blocks of scratch that <see cref="ReadSum"/> needs.</summary>
    public int ScratchBlocks => 2 + int.Log2(_tree.Slices);

    /// <summary>The one part that is the whole sum, if one is.</summary>
    internal ReadOnlySpan<float> WholeOrEmpty => _programLength == 1 ? _gradients[_programPart[0]].Span : default;

    private AddOutcome? Judge(GradientPart part, ReadOnlyMemory<float> gradient)
    {
        if (part.Step != Step)
        {
            return AddOutcome.WrongStep;
        }

        if (gradient.Length != _length)
        {
            return AddOutcome.WrongPartition;
        }

        if (!_tree.Contains(part.Node) || !_root.Covers(part.Node))
        {
            return AddOutcome.UnknownNode;
        }

        for (var i = 0; i < part.Node.Count; i++)
        {
            if (part.Slices[i].Count != _samples[part.Node.First + i])
            {
                return AddOutcome.WrongSamples;
            }
        }

        if (_partAt[part.Node.First]?.Node == part.Node)
        {
            return AddOutcome.Duplicate;
        }

        return MissingBelow(part.Node) == 0 ? AddOutcome.Covered : null;
    }

    /// <summary>A part takes the place of those below it, which have some of its slices but not all.</summary>
    private void DropBelow(TreeNode node)
    {
        for (var slice = node.First; slice < node.End; slice++)
        {
            _partAt[slice] = null;
            _gradients[slice] = default;
        }
    }

    /// <summary>
    /// Compresses the gradient of a group whose last part this is: whoever computed it, and whether it crossed a network, the sum goes on with what comes back. One that
    /// came from a network in its codes is that already.
    /// </summary>
    private void CompressGroup(GradientPart last)
    {
        var group = _tree.GroupOf(last.Node.First);
        if (_codec is null || MissingBelow(group) > 0)
        {
            return;
        }

        if (!last.IsDecoded)
        {
            var sum = _groupSums[group.First] ??= new AlignedBuffer(_length);
            var scratch = _groupScratch ??= new AlignedBuffer(ScratchBlocks * GradientCodec.Block);
            _programLength = WriteProgram(group, 0);
            for (var start = 0; start < _length; start += GradientCodec.Block)
            {
                var block = sum.Span.Slice(start, Math.Min(GradientCodec.Block, _length - start));
                RunProgram(start, block, scratch.Span);
                _codec.RoundTrip(new CodedPart(Step, group, _firstBlock), start / GradientCodec.Block, block);
            }

            _gradients[group.First] = sum.Memory;
        }

        _isGroupDone[group.First] = true;
    }

    private int CountMissing() => MissingBelow(_root);

    private int MissingBelow(TreeNode node)
    {
        var missing = 0;
        var coveredUntil = 0;
        for (var slice = 0; slice < node.End; slice++)
        {
            if (_partAt[slice] is { } part)
            {
                coveredUntil = Math.Max(coveredUntil, part.Node.End);
            }

            missing += slice >= node.First && slice >= coveredUntil && _samples[slice] > 0 ? 1 : 0;
        }

        return missing;
    }

    private int WriteProgram(TreeNode node, int length, bool byGroups = false)
    {
        if (byGroups && _isGroupDone[node.First] && _tree.GroupOf(node.First) == node)
        {
            _programPart[length] = node.First;
            _program[length] = default;
            return length + 1;
        }

        if (_partAt[node.First] is { } part && part.Node == node)
        {
            _programPart[length] = node.First;
            _program[length] = new TreeLeaf(part.Samples, 0);
            return length + 1;
        }

        if (node.Count == 1)
        {
            return length;
        }

        var (left, right) = ReductionTree.Children(node);
        var afterLeft = WriteProgram(left, length, byGroups);
        var afterRight = WriteProgram(right, afterLeft, byGroups);
        if (afterLeft > length && afterRight > afterLeft)
        {
            var last = _program[afterRight - 1];
            _program[afterRight - 1] = last with { MergesAfter = last.MergesAfter + 1 };
        }

        return afterRight;
    }

    private (double Cost, int Correct) SumCounts()
    {
        Span<double> costs = stackalloc double[ScratchBlocks];
        var depth = 0;
        var correct = 0;
        for (var i = 0; i < _programLength; i++)
        {
            var part = _partAt[_programPart[i]]!;
            var cost = part.Cost;
            correct += part.Correct;
            for (var merges = _program[i].MergesAfter; merges > 0; merges--)
            {
                cost = costs[--depth] + cost;
            }

            costs[depth++] = cost;
        }

        return (costs[0], correct);
    }
}
