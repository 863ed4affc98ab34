using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

using ActorNet.Core.Numerics;

namespace ActorNet.Core.Optimization;

/// <summary>Runs an update rule over whole vectors, at the processor's widest and one float at a time for the tail.</summary>
internal static unsafe class UpdateKernel
{
    internal static void Run<TRule>(
        TRule rule,
        float gradientScale,
        ReadOnlySpan<float> weights,
        ReadOnlySpan<float> gradient,
        Span<float> state0,
        Span<float> state1,
        Span<float> next)
        where TRule : struct, IUpdateRule
    {
        var width = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;
        Run(width, rule, gradientScale, weights, gradient, state0, state1, next);
    }

    /// <summary>The same at a stated width in bits: 512, 256, 128 or 32 (no vectors), for the tests that compare them.</summary>
    internal static void Run<TRule>(
        int width,
        TRule rule,
        float gradientScale,
        ReadOnlySpan<float> weights,
        ReadOnlySpan<float> gradient,
        Span<float> state0,
        Span<float> state1,
        Span<float> next)
        where TRule : struct, IUpdateRule
    {
        CheckLengths(TRule.StateCount, weights.Length, gradient.Length, state0.Length, state1.Length, next.Length);
        fixed (float* w = weights, g = gradient, s0 = state0, s1 = state1, n = next)
        {
            var count = weights.Length;
            var done = width switch
            {
                512 => Sweep<Vector512<float>, Simd512, TRule>(rule, gradientScale, w, g, s0, s1, n, 0, count),
                256 => Sweep<Vector256<float>, Simd256, TRule>(rule, gradientScale, w, g, s0, s1, n, 0, count),
                128 => Sweep<Vector128<float>, Simd128, TRule>(rule, gradientScale, w, g, s0, s1, n, 0, count),
                _ => 0,
            };
            Sweep<float, SimdScalar, TRule>(rule, gradientScale, w, g, s0, s1, n, done, count);
        }
    }

    /// <summary>Updates the elements from <paramref name="start"/> for as long as whole vectors fit, and returns where it stopped.</summary>
    /// <remarks>Optimized at once: the runtime's quick first code is ten times slower for as long as a small job lasts.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Sweep<TVec, TSimd, TRule>(
        TRule rule, float gradientScale, float* weights, float* gradient, float* state0, float* state1, float* next, int start, int count)
        where TVec : struct
        where TSimd : struct, ISimd<TVec>
        where TRule : struct, IUpdateRule
    {
        var i = start;
        for (; i <= count - TSimd.Width; i += TSimd.Width)
        {
            Unsafe.SkipInit(out TVec s0);
            Unsafe.SkipInit(out TVec s1);
            if (TRule.StateCount > 0)
            {
                s0 = TSimd.Load(state0 + i);
            }

            if (TRule.StateCount > 1)
            {
                s1 = TSimd.Load(state1 + i);
            }

            var scaled = TSimd.Multiply(TSimd.Broadcast(gradientScale), TSimd.Load(gradient + i));
            TSimd.Store(rule.Next<TVec, TSimd>(TSimd.Load(weights + i), scaled, ref s0, ref s1), next + i);
            if (TRule.StateCount > 0)
            {
                TSimd.Store(s0, state0 + i);
            }

            if (TRule.StateCount > 1)
            {
                TSimd.Store(s1, state1 + i);
            }
        }

        return i;
    }

    private static void CheckLengths(int states, int weights, int gradient, int state0, int state1, int next)
    {
        if (gradient != weights || next != weights || (states > 0 && state0 != weights) || (states > 1 && state1 != weights))
        {
            throw new ArgumentException(
                $"weights, gradient, {states} state vectors and next must be equally long, "
                + $"not {weights}, {gradient}, ({state0}, {state1}) and {next}.");
        }
    }
}
