using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using ActorNet.Core.Numerics;

namespace ActorNet.Cluster.Transfer;

/// <summary>Copies of vectors on their way over the network, whose memory is used again once a channel reads them no more: about as many as are on their way at once.</summary>
/// <param name="length">Numbers of a vector.</param>
internal sealed class BodyPool(int length) : IBodyOwner
{
    private readonly ConcurrentBag<Memory<byte>> _free = [];

    /// <summary>A copy to be sent, with this as its owner.</summary>
    /// <param name="vector">As many numbers as the pool's vectors have.</param>
    public ReadOnlyMemory<byte> Copy(ReadOnlySpan<float> vector)
    {
        var body = _free.TryTake(out var free) ? free : new AlignedBuffer(length).Bytes;
        MemoryMarshal.AsBytes(vector).CopyTo(body.Span);
        return body;
    }

    /// <inheritdoc/>
    public void Release(in SlotKey slot, ReadOnlyMemory<byte> body) => _free.Add(MemoryMarshal.AsMemory(body));
}
