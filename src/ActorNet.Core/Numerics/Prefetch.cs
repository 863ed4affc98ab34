using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace ActorNet.Core.Numerics;

/// <summary>Tells the processor what will be read soon, so that memory is not waited for. Changes nothing but the time.</summary>
internal static unsafe class Prefetch
{
    private const int CacheLine = 64;

    /// <summary>Starts to fetch the values beside an address into the caches; nothing where the processor cannot be told.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Start(float* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }

    /// <summary>Starts to fetch values into the caches; nothing where the processor cannot be told.</summary>
    public static void Start<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        var bytes = MemoryMarshal.AsBytes(values);
        fixed (byte* start = bytes)
        {
            for (var i = 0; i < bytes.Length; i += CacheLine)
            {
                Sse.Prefetch0(start + i);
            }
        }
    }
}
