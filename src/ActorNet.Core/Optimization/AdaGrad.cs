using System.Runtime.CompilerServices;

using ActorNet.Core.Numerics;

namespace ActorNet.Core.Optimization;

/// <summary>
/// AdaGrad (Duchi, Hazan and Singer 2011, the diagonal form): s ← s + g², w ← w − η g / (√s + ε).
/// </summary>
/// <remarks>The operations for an element: <c>s' = fma(g, g, s)</c>, <c>d = √s' + ε</c>, <c>w' = fma(−η, g / d, w)</c>. State 0 is s.</remarks>
internal sealed class AdaGrad : RuleOptimizer<AdaGrad.Rule>
{
    private readonly float _epsilon;

    /// <summary>AdaGrad with ε, above 0.</summary>
    /// <exception cref="ActorNetException">ε is out of range.</exception>
    public AdaGrad(double epsilon = 1e-8) => _epsilon = (float)Coefficient.Positive("epsilon", epsilon);

    /// <inheritdoc/>
    public override string Name => "adagrad";

    /// <inheritdoc/>
    internal override Rule RuleOf(in UpdateContext update) => new(_epsilon, -update.LearningRate);

    internal readonly struct Rule(float epsilon, float minusRate) : IUpdateRule
    {
        public static int StateCount => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Next<TVec, TSimd>(TVec weights, TVec gradient, ref TVec state0, ref TVec state1)
            where TVec : struct
            where TSimd : struct, ISimd<TVec>
        {
            state0 = TSimd.MultiplyAdd(gradient, gradient, state0);
            var divisor = TSimd.Add(TSimd.SquareRoot(state0), TSimd.Broadcast(epsilon));
            return TSimd.MultiplyAdd(TSimd.Broadcast(minusRate), TSimd.Divide(gradient, divisor), weights);
        }
    }
}
