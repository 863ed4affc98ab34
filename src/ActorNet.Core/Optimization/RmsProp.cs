using System.Runtime.CompilerServices;

using ActorNet.Core.Numerics;

namespace ActorNet.Core.Optimization;

/// <summary>
/// RMSProp (Hinton, Neural Networks for Machine Learning, lecture 6e, 2012) in the form of PyTorch's <c>torch.optim.RMSprop</c>, with ε
/// outside the root: v ← α v + (1 − α) g², w ← w − η g / (√v + ε).
/// </summary>
/// <remarks>The operations for an element: <c>v' = fma(α, v, (1 − α) · (g · g))</c>, <c>d = √v' + ε</c>, <c>w' = fma(−η, g / d, w)</c>.
/// State 0 is v.</remarks>
internal sealed class RmsProp : RuleOptimizer<RmsProp.Rule>
{
    private readonly double _alpha;
    private readonly float _epsilon;

    /// <summary>RMSProp with the decay rate α of the mean square, at least 0 and under 1, and ε, above 0.</summary>
    /// <exception cref="ActorNetException">A number is out of range.</exception>
    public RmsProp(double alpha = 0.99, double epsilon = 1e-8)
    {
        _alpha = Coefficient.Fraction("alpha", alpha);
        _epsilon = (float)Coefficient.Positive("epsilon", epsilon);
    }

    /// <inheritdoc/>
    public override string Name => "rmsprop";

    /// <inheritdoc/>
    internal override Rule RuleOf(in UpdateContext update) => new()
    {
        Alpha = (float)_alpha,
        OneMinusAlpha = (float)(1 - _alpha),
        Epsilon = _epsilon,
        MinusRate = -update.LearningRate,
    };

    internal readonly struct Rule : IUpdateRule
    {
        public static int StateCount => 1;

        public required float Alpha { get; init; }

        public required float OneMinusAlpha { get; init; }

        public required float Epsilon { get; init; }

        public required float MinusRate { get; init; }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Next<TVec, TSimd>(TVec weights, TVec gradient, ref TVec state0, ref TVec state1)
            where TVec : struct
            where TSimd : struct, ISimd<TVec>
        {
            var square = TSimd.Multiply(gradient, gradient);
            state0 = TSimd.MultiplyAdd(TSimd.Broadcast(Alpha), state0, TSimd.Multiply(TSimd.Broadcast(OneMinusAlpha), square));
            var divisor = TSimd.Add(TSimd.SquareRoot(state0), TSimd.Broadcast(Epsilon));
            return TSimd.MultiplyAdd(TSimd.Broadcast(MinusRate), TSimd.Divide(gradient, divisor), weights);
        }
    }
}
