namespace ActorNet.Core.Numerics;

/// <summary>Room that the matrix products of one thread work in. It grows to the largest product seen and then allocates no more.</summary>
public sealed unsafe class ProductScratch
{
    private AlignedBuffer _packedA = new(0);
    private AlignedBuffer _packedB = new(0);
    private AlignedBuffer _stack = new(0);
    private TreeLeaf[] _leaves = [];

    internal float* PackedA(int length) => Grown(ref _packedA, length);

    internal float* PackedB(int length) => Grown(ref _packedB, length);

    internal float* Stack(int length) => Grown(ref _stack, length);

    internal Span<TreeLeaf> Leaves(int length)
    {
        if (_leaves.Length < length)
        {
            _leaves = new TreeLeaf[length];
        }

        return _leaves.AsSpan(0, length);
    }

    private static float* Grown(ref AlignedBuffer buffer, int length)
    {
        if (buffer.Length < length)
        {
            buffer = new AlignedBuffer(length);
        }

        return buffer.Pointer;
    }
}
