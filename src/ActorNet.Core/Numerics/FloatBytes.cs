using System.Buffers;
using System.Runtime.InteropServices;

namespace ActorNet.Core.Numerics;

/// <summary>Floats seen as bytes, in the machine's order, for files and networks. Nothing is copied.</summary>
internal sealed class FloatBytes(Memory<float> floats) : MemoryManager<byte>
{
    /// <inheritdoc/>
    public override Span<byte> GetSpan() => MemoryMarshal.AsBytes(floats.Span);

    /// <inheritdoc/>
    public override unsafe MemoryHandle Pin(int elementIndex = 0)
    {
        var handle = floats.Pin();
        return new MemoryHandle((byte*)handle.Pointer + elementIndex, default, new Unpinning(handle));
    }

    /// <summary>Nothing to do: the handle that <see cref="Pin"/> gives unpins.</summary>
    public override void Unpin()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Unpinning(MemoryHandle handle) : IPinnable
    {
        public MemoryHandle Pin(int elementIndex) => throw new NotSupportedException();

        public void Unpin() => handle.Dispose();
    }
}
