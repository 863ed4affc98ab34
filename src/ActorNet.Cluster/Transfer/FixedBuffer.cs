using System.Buffers;

namespace ActorNet.Cluster.Transfer;

/// <summary>A buffer of one size that MessagePack writes into, again and again.</summary>
internal sealed class FixedBuffer(int size) : IBufferWriter<byte>
{
    private readonly byte[] _bytes = new byte[size];

    public int Length { get; private set; }

    public Span<byte> Free => _bytes.AsSpan(Length);

    public Span<byte> Written => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0) =>
        sizeHint <= _bytes.Length - Length
            ? _bytes.AsMemory(Length)
            : throw new InvalidOperationException($"{Length + sizeHint} bytes do not fit into {_bytes.Length}");

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
}
