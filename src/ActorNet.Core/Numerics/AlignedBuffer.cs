using System.Runtime.CompilerServices;

namespace ActorNet.Core.Numerics;

/// <summary>
/// A flat buffer of floats, zeroed, that the collector never moves and that starts on a cache line: parameters, gradients, activations and
/// packing space live in these, allocated once.
/// </summary>
internal sealed unsafe class AlignedBuffer
{
    private const int Alignment = 64;
    private readonly float[] _array;
    private readonly int _offset;
    private FloatBytes? _bytes;

    /// <summary>A buffer of <paramref name="length"/> zeros.</summary>
    /// <param name="length">Floats; zero or more.</param>
    public AlignedBuffer(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        _array = GC.AllocateArray<float>(length + Alignment / sizeof(float), pinned: true);
        var start = (nint)Unsafe.AsPointer(ref _array[0]);
        _offset = (int)((Alignment - start % Alignment) % Alignment) / sizeof(float);
    }

    /// <summary>Floats in the buffer.</summary>
    public int Length { get; }

    /// <summary>The whole buffer.</summary>
    public Span<float> Span => _array.AsSpan(_offset, Length);

    /// <summary>The whole buffer, for holders that outlive a stack frame.</summary>
    public Memory<float> Memory => _array.AsMemory(_offset, Length);

    /// <summary>The whole buffer as bytes, in the machine's order, for files and networks.</summary>
    public Memory<byte> Bytes => (_bytes ??= new FloatBytes(Memory)).Memory;

    /// <summary>The first float. Valid as long as this object is reachable.</summary>
    internal float* Pointer => (float*)Unsafe.AsPointer(ref _array[_offset]);
}
