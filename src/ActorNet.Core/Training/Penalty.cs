using ActorNet.Core.Numerics;

namespace ActorNet.Core.Training;

/// <summary>
/// What the cost of large weights adds to their gradient, n being the size of the whole training set: (λ/n)·w (L2; Nielsen, chapter 3, eq. 87) and
/// (λ₁/n)·sign(w) (L1; eq. 95), with sign(0) = 0.
/// </summary>
/// <param name="L2">λ/n.</param>
/// <param name="L1">λ₁/n.</param>
internal readonly record struct Penalty(float L2, float L1)
{
    /// <summary>Adds it.</summary>
    /// <param name="gradient">The mean gradient, updated in place.</param>
    /// <param name="weights">The weights, as many.</param>
    public void AddTo(Span<float> gradient, ReadOnlySpan<float> weights)
    {
        if (L2 != 0)
        {
            VectorOps.AddScaled(gradient, L2, weights, gradient);
        }

        if (L1 != 0)
        {
            VectorOps.AddSigned(gradient, L1, weights, gradient);
        }
    }
}
