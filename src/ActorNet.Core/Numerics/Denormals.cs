using System.Runtime.CompilerServices;

namespace ActorNet.Core.Numerics;

/// <summary>
/// The floats nearer to zero than 1.2e-38. A thread can be set to take them for zero: native libraries built for speed do so to the thread that loads
/// them, and the threads it starts inherit it. Then sums have other bits.
/// </summary>
internal static class Denormals
{
    private const float LeastNormal = 1.17549435e-38f;

    /// <summary>Refuses to compute on a thread that does not keep them. Costs a multiplication.</summary>
    /// <exception cref="ActorNetException">It does not.</exception>
    public static void Require()
    {
        if (!AreKept(LeastNormal, 0.5f))
        {
            throw new ActorNetException(
                "This thread takes numbers nearer to zero than 1.2e-38 for zero, so a job would have other bits here: a native library has set it; train before it is loaded, or in a process without it.");
        }
    }

    /// <summary>Not inlined: the compiler would compute the answer itself.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool AreKept(float least, float half) => least * half != 0;
}
