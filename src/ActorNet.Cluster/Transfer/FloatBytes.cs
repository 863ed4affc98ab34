using System.Buffers;
using System.Runtime.InteropServices;

namespace ActorNet.Cluster.Transfer;

/// <summary>Floats seen as the bytes that the link carries: little-endian, as they lie in memory.</summary>
internal sealed class FloatBytes : MemoryManager<byte>
{
    private readonly Memory<float> _floats;

    /// <exception cref="PlatformNotSupportedException">The machine is big-endian.</exception>
    public FloatBytes(Memory<float> floats)
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("The tensor link carries floats as a little-endian machine holds them.");
        }
        _floats = floats;
    }

    public override Span<byte> GetSpan() => MemoryMarshal.AsBytes(_floats.Span);

    /// <summary>Only whole floats can be pinned. The link reads and writes spans, and pins nothing.</summary>
    public override MemoryHandle Pin(int elementIndex = 0) =>
        elementIndex % sizeof(float) == 0
            ? _floats[(elementIndex / sizeof(float))..].Pin()
            : throw new NotSupportedException($"byte {elementIndex} is within a float");

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
