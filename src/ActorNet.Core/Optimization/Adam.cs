using System.Runtime.CompilerServices;

using ActorNet.Core.Numerics;

namespace ActorNet.Core.Optimization;

/// <summary>
/// Adam (Kingma and Ba 2015, algorithm 1): m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², and with the bias of both taken out,
/// w ← w − η (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε).
/// </summary>
/// <remarks>
/// Once per update, in double and then rounded to float: <c>a = η / (1 − β₁ᵗ)</c>, <c>b = 1 / √(1 − β₂ᵗ)</c>, the powers by repeated
/// squaring. The operations for an element: <c>m' = fma(β₁, m, (1 − β₁) · g)</c>, <c>v' = fma(β₂, v, (1 − β₂) · (g · g))</c>,
/// <c>d = fma(√v', b, ε)</c>, <c>w' = fma(−a, m' / d, w)</c>. State 0 is m, state 1 is v.
/// </remarks>
internal sealed class Adam : RuleOptimizer<Adam.Rule>
{
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly float _epsilon;

    /// <summary>Adam with the decay rates of its two moments, each at least 0 and under 1, and ε, above 0.</summary>
    /// <exception cref="ActorNetException">A number is out of range.</exception>
    public Adam(double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8)
    {
        _beta1 = Coefficient.Fraction("beta1", beta1);
        _beta2 = Coefficient.Fraction("beta2", beta2);
        _epsilon = (float)Coefficient.Positive("epsilon", epsilon);
    }

    /// <inheritdoc/>
    public override string Name => "adam";

    /// <inheritdoc/>
    internal override Rule RuleOf(in UpdateContext update)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(update.Step, 1);
        return new Rule
        {
            Beta1 = (float)_beta1,
            Beta2 = (float)_beta2,
            OneMinusBeta1 = (float)(1 - _beta1),
            OneMinusBeta2 = (float)(1 - _beta2),
            Epsilon = _epsilon,
            MinusRate = (float)(-update.LearningRate / (1 - DeterministicMath.PowInteger(_beta1, update.Step))),
            RootScale = (float)(1 / Math.Sqrt(1 - DeterministicMath.PowInteger(_beta2, update.Step))),
        };
    }

    internal readonly struct Rule : IUpdateRule
    {
        public static int StateCount => 2;

        public required float Beta1 { get; init; }

        public required float Beta2 { get; init; }

        public required float OneMinusBeta1 { get; init; }

        public required float OneMinusBeta2 { get; init; }

        public required float Epsilon { get; init; }

        public required float MinusRate { get; init; }

        public required float RootScale { get; init; }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Next<TVec, TSimd>(TVec weights, TVec gradient, ref TVec state0, ref TVec state1)
            where TVec : struct
            where TSimd : struct, ISimd<TVec>
        {
            var square = TSimd.Multiply(gradient, gradient);
            state0 = TSimd.MultiplyAdd(TSimd.Broadcast(Beta1), state0, TSimd.Multiply(TSimd.Broadcast(OneMinusBeta1), gradient));
            state1 = TSimd.MultiplyAdd(TSimd.Broadcast(Beta2), state1, TSimd.Multiply(TSimd.Broadcast(OneMinusBeta2), square));
            var divisor = TSimd.MultiplyAdd(TSimd.SquareRoot(state1), TSimd.Broadcast(RootScale), TSimd.Broadcast(Epsilon));
            return TSimd.MultiplyAdd(TSimd.Broadcast(MinusRate), TSimd.Divide(state0, divisor), weights);
        }
    }
}
