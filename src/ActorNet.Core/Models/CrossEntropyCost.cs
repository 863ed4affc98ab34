using System.Runtime.CompilerServices;
using ActorNet.Core.Numerics;

namespace ActorNet.Core.Models;

/// <summary>
/// The cross-entropy. Of outputs that are probabilities each for itself, such as sigmoid's: -Σ (y ln a + (1 - y) ln(1 - a)) (Nielsen,
/// chapter 3, eq. 63). Of outputs that are one distribution, such as softmax's: -Σ y ln a (eq. 80, the log-likelihood cost), with targets
/// that sum to 1. With these two activations dC/dz = a - y (eqs. 68 and 82).
/// </summary>
/// <remarks>
/// An output that float rounds to 0 or 1 would make it infinite. So a counts as at least 2^-126, and 1 - a as at least 2^-25, what
/// is left of it when a rounds to 1: the cost stays finite, and large.
/// </remarks>
internal sealed class CrossEntropyCost : Cost
{
    private const float LeastOutput = 1.17549435e-38f, LeastRest = 1f / (1 << 25);

    /// <summary>Elements whose terms are computed at once, on the stack.</summary>
    private const int Block = 64;

    public override string Name => "cross-entropy";

    public override double Value(Activation output, ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets)
    {
        Span<float> terms = stackalloc float[Math.Min(Block, outputs.Length)];
        var distribution = output.Range == OutputRange.Distribution;
        var sum = 0.0;
        for (var start = 0; start < outputs.Length; start += Block)
        {
            var length = Math.Min(Block, outputs.Length - start);
            var a = outputs.Slice(start, length);
            var y = targets.Slice(start, length);
            var block = terms[..length];
            if (distribution)
            {
                Elementwise.Map(new DistributionTerm(), a, y, block);
            }
            else
            {
                Elementwise.Map(new ProbabilityTerm(), a, y, block);
            }
            foreach (var term in block)
            {
                sum += term;
            }
        }
        return -sum;
    }

    public override void Gradient(Activation output, ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets, Span<float> gradient)
    {
        if (output.Range == OutputRange.Distribution)
        {
            Elementwise.Map(new DistributionSlope(), outputs, targets, gradient);
        }
        else
        {
            Elementwise.Map(new ProbabilitySlope(), outputs, targets, gradient);
        }
    }

    public override void OutputDelta(
        Activation output, ReadOnlySpan<float> z, ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets, Span<float> delta, int width)
    {
        if (output is SigmoidActivation or SoftmaxActivation)
        {
            VectorOps.Subtract(outputs, targets, delta);
        }
        else
        {
            base.OutputDelta(output, z, outputs, targets, delta, width);
        }
    }

    public override void Check(Activation output)
    {
        if (output.Range == OutputRange.Unbounded)
        {
            throw new ActorNetException(
                $"The cost cross-entropy needs outputs between 0 and 1, which the activation {output.Name} does not give:"
                + " use sigmoid or softmax in the output layer, or the cost quadratic.");
        }
    }

    /// <summary>y ln a + (1 - y) ln(1 - a).</summary>
    private readonly struct ProbabilityTerm : IBinaryOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Apply<TVec, TSimd>(TVec a, TVec y) where TVec : struct where TSimd : struct, ISimdBits<TVec>
        {
            var one = TSimd.Broadcast(1f);
            var logOutput = VectorMath.LogOf<TVec, TSimd>(TSimd.AtLeast(a, TSimd.Broadcast(LeastOutput)));
            var logRest = VectorMath.LogOf<TVec, TSimd>(TSimd.AtLeast(TSimd.Subtract(one, a), TSimd.Broadcast(LeastRest)));
            return TSimd.MultiplyAdd(y, logOutput, TSimd.Multiply(TSimd.Subtract(one, y), logRest));
        }
    }

    /// <summary>y ln a.</summary>
    private readonly struct DistributionTerm : IBinaryOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Apply<TVec, TSimd>(TVec a, TVec y) where TVec : struct where TSimd : struct, ISimdBits<TVec> =>
            TSimd.Multiply(y, VectorMath.LogOf<TVec, TSimd>(TSimd.AtLeast(a, TSimd.Broadcast(LeastOutput))));
    }

    /// <summary>(1 - y) / (1 - a) - y / a.</summary>
    private readonly struct ProbabilitySlope : IBinaryOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Apply<TVec, TSimd>(TVec a, TVec y) where TVec : struct where TSimd : struct, ISimdBits<TVec>
        {
            var one = TSimd.Broadcast(1f);
            var rest = TSimd.AtLeast(TSimd.Subtract(one, a), TSimd.Broadcast(LeastRest));
            return TSimd.Subtract(
                TSimd.Divide(TSimd.Subtract(one, y), rest),
                TSimd.Divide(y, TSimd.AtLeast(a, TSimd.Broadcast(LeastOutput))));
        }
    }

    /// <summary>-y / a.</summary>
    private readonly struct DistributionSlope : IBinaryOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Apply<TVec, TSimd>(TVec a, TVec y) where TVec : struct where TSimd : struct, ISimdBits<TVec> =>
            TSimd.Subtract(TSimd.Broadcast(0f), TSimd.Divide(y, TSimd.AtLeast(a, TSimd.Broadcast(LeastOutput))));
    }
}
