using ActorNet.Core.Models;
using ActorNet.Core.Numerics;
using ActorNet.Core.Optimization;

namespace ActorNet.Core.Training;

/// <summary>
/// A contiguous range of the parameters with its optimizer state and version. One update is this sequence, element by element: the sum of the
/// parts along the tree; times the float nearest to 1/samples, since a division of every element takes longer than the update itself; times what the gradient is clipped by, where it is; where
/// the tensor decays plus (λ/n)·w, as one fused multiply-add, and plus (λ₁/n)·sign(w), each only if its coefficient is not 0; then the optimizer's own
/// stated operations.
/// </summary>
internal sealed class ParameterPartition
{
    /// <summary>Elements updated at once, so that every operation on them finds them in the first-level cache.</summary>
    private const int BlockLength = 2048;

    private readonly Optimizer _optimizer;
    private readonly Penalty _penalty;
    private readonly List<Block> _blocks = [];
    private readonly AlignedBuffer _mean = new(BlockLength);
    private readonly AlignedBuffer[] _state;
    private AlignedBuffer _scratch = new(0);

    /// <summary>A partition at version 0, its optimizer state zero.</summary>
    /// <param name="range">Its place in the parameter vector.</param>
    /// <param name="layout">The vector's tensors: they say what decays.</param>
    /// <param name="optimizer">The job's optimizer.</param>
    /// <param name="penalty">What is added to the gradient of weights.</param>
    public ParameterPartition(PartitionRange range, ParameterLayout layout, Optimizer optimizer, Penalty penalty)
    {
        Range = range;
        _optimizer = optimizer;
        _penalty = penalty;
        _state = new AlignedBuffer[optimizer.StateCount];
        for (var i = 0; i < _state.Length; i++)
        {
            _state[i] = new AlignedBuffer(range.Length);
        }

        if (penalty == default && !optimizer.DecaysWeights)
        {
            AddBlocks(0, range.Length, decays: false);
            return;
        }

        foreach (var view in layout.Views)
        {
            AddBlocks(Math.Max(view.Offset - range.Start, 0), Math.Min(view.End - range.Start, range.Length), view.Shape.Decays);
        }
    }

    /// <summary>Its place in the parameter vector.</summary>
    public PartitionRange Range { get; }

    /// <summary>Updates applied.</summary>
    public long Version { get; private set; }

    /// <summary>The optimizer's state vectors, each as long as the partition.</summary>
    public IReadOnlyList<AlignedBuffer> State => _state;

    /// <summary>Continues at a version whose state has been written to <see cref="State"/>.</summary>
    public void Restore(long version) => Version = version;

    /// <summary>Begins anew at version 0, its optimizer state zero.</summary>
    public void Reset()
    {
        Version = 0;
        foreach (var state in _state)
        {
            state.Span.Clear();
        }
    }

    /// <summary>The squares of this partition's part of the mean gradient, for clipping.</summary>
    /// <param name="gradient">The complete gradient of this version.</param>
    /// <param name="clip">What the norm is clipped to, above 0.</param>
    /// <exception cref="InvalidOperationException">The gradient is not complete, or of another version.</exception>
    public SquareSum Squares(GradientAccumulator gradient, double clip)
    {
        Require(gradient);
        var sum = SquareSum.Zero;
        for (var start = 0; start < Range.Length; start += PartitionPlan.Block)
        {
            var mean = _mean.Span[..Math.Min(PartitionPlan.Block, Range.Length - start)];
            VectorOps.Scale(SumOf(gradient, start, mean), 1f / gradient.Samples, mean);
            sum += SquareSum.OfBlock(mean, clip);
        }

        return sum;
    }

    /// <summary>Makes the next version.</summary>
    /// <param name="gradient">The complete gradient of this version.</param>
    /// <param name="learningRate">Of this step.</param>
    /// <param name="factor">What the mean gradient is multiplied by: <see cref="SquareSum.Factor"/> of all partitions' squares; 1 for one that is not clipped.</param>
    /// <param name="weights">This version's weights, the partition's range alone.</param>
    /// <param name="next">Takes the next version's; may be <paramref name="weights"/> itself.</param>
    /// <exception cref="InvalidOperationException">The gradient is not complete, or of another version.</exception>
    /// <exception cref="ActorNetException">This thread loses denormal numbers.</exception>
    public void Apply(GradientAccumulator gradient, float learningRate, float factor, ReadOnlySpan<float> weights, Span<float> next)
    {
        Require(gradient);
        Update(gradient, learningRate, factor, weights, next);
    }

    /// <summary>Makes the next version of a part of a step's gradient, whatever version it was computed from.</summary>
    /// <param name="part">The part, complete.</param>
    /// <param name="learningRate">Of the step, times the part's share of the step's samples: so all parts of a step go as far as the step would.</param>
    /// <param name="weights">The weights, the partition's range alone; they are written over.</param>
    /// <exception cref="InvalidOperationException">The part is not complete.</exception>
    /// <exception cref="ActorNetException">This thread loses denormal numbers.</exception>
    public void ApplyPart(GradientAccumulator part, float learningRate, Span<float> weights)
    {
        MakeReady(part);
        Update(part, learningRate, factor: 1, weights, weights);
    }

    private void Update(GradientAccumulator gradient, float learningRate, float factor, ReadOnlySpan<float> weights, Span<float> next)
    {
        var share = 1f / gradient.Samples;
        foreach (var (start, length, decays) in _blocks)
        {
            var block = weights.Slice(start, length);
            var sum = SumOf(gradient, start, _mean.Span[..length]);
            var hasMore = factor != 1 || decays;
            var mean = hasMore ? MeanOf(sum, share, factor, decays, block) : sum;
            var update = new UpdateContext(Version + 1, learningRate, decays, hasMore ? 1 : share);
            _optimizer.Step(update, block, mean, StateBlock(0, start, length), StateBlock(1, start, length), next.Slice(start, length));
        }

        Version++;
    }

    /// <summary>The mean of a block, clipped and decayed. Where neither is wanted the optimizer makes it of the sum by itself, in the same pass.</summary>
    private ReadOnlySpan<float> MeanOf(ReadOnlySpan<float> sum, float share, float factor, bool decays, ReadOnlySpan<float> weights)
    {
        var mean = _mean.Span[..sum.Length];
        VectorOps.Scale(sum, share, mean);
        if (factor != 1)
        {
            VectorOps.Scale(mean, factor, mean);
        }

        if (decays)
        {
            _penalty.AddTo(mean, weights);
        }

        return mean;
    }

    private void Require(GradientAccumulator gradient)
    {
        if (gradient.Step != Version)
        {
            throw new InvalidOperationException($"Partition {Range.Index} at version {Version} was given the gradient of step {gradient.Step}.");
        }

        MakeReady(gradient);
    }

    private void MakeReady(GradientAccumulator gradient)
    {
        if (!gradient.IsComplete)
        {
            throw new InvalidOperationException($"Partition {Range.Index} at version {Version} was given a gradient of step {gradient.Step} that lacks {gradient.Missing} slices.");
        }

        Denormals.Require();
        if (_scratch.Length < gradient.ScratchBlocks * BlockLength)
        {
            _scratch = new AlignedBuffer(gradient.ScratchBlocks * BlockLength);
        }
    }

    /// <summary>A block of the sum of all parts: where it lies if one part is all of it, else in the room given.</summary>
    private ReadOnlySpan<float> SumOf(GradientAccumulator gradient, int start, Span<float> room)
    {
        if (gradient.WholeOrEmpty is { IsEmpty: false } whole)
        {
            return whole.Slice(start, room.Length);
        }

        gradient.ReadSum(start, room, _scratch.Span);
        return room;
    }

    private void AddBlocks(int start, int end, bool decays)
    {
        for (; start < end; start += BlockLength)
        {
            _blocks.Add(new Block(start, Math.Min(BlockLength, end - start), decays));
        }
    }

    private Span<float> StateBlock(int index, int start, int length) =>
        index < _state.Length ? _state[index].Span.Slice(start, length) : [];

    /// <summary>Elements that are updated at once: all decay or none does.</summary>
    private readonly record struct Block(int Start, int Length, bool Decays);
}
