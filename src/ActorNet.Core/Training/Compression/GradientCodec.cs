using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using ActorNet.Core.Numerics;

namespace ActorNet.Core.Training.Compression;

/// <summary>
/// Writes gradients in fewer bits, in blocks of 1,024 parameters: what comes back is a pure function of the values, the job's seed, the step, the node of the reduction
/// tree and the place in the parameter vector, on every machine. Boundaries of partitions are multiples of a block, so that no cut of the parameters changes a bit.
/// <list type="bullet">
/// <item><c>fp16</c>: each block is scaled by a power of two to a largest value from 2^14 to 2^15, so that nothing overflows; then rounded to the nearest, ties to even.</item>
/// <item><c>bf16</c>: rounded to the nearest, ties to even; what would become infinite becomes the largest finite value.</item>
/// <item><c>int8</c>: each block in steps of a 127th of its largest value, rounded up or down at random so that the mean is right (QSGD: Alistarh, Grubic, Li, Tomioka
/// and Vojnovic, NIPS 2017).</item>
/// </list>
/// A block with a value that is not finite comes back as NaN whole: the error is found where it would be without compression.
/// </summary>
/// <param name="format">How.</param>
/// <param name="seed">The job's seed.</param>
internal sealed class GradientCodec(CodeFormat format, ulong seed)
{
    /// <summary>Parameters of a block.</summary>
    public const int Block = PartitionPlan.Block;

    private const int ScaleBytes = sizeof(float);

    private readonly int _codeBytes = format == CodeFormat.Int8 ? sizeof(sbyte) : sizeof(ushort);

    private readonly int _scaleBytes = format == CodeFormat.Bf16 ? 0 : ScaleBytes;

    /// <summary>The words of the formats.</summary>
    public static IReadOnlyList<string> Names { get; } = ["fp16", "bf16", "int8"];

    private int BlockBytes => _scaleBytes + (Block * _codeBytes);

    /// <summary>The codec of a job; null where it compresses nothing.</summary>
    /// <exception cref="ActorNetException">No such format.</exception>
    public static GradientCodec? Of(JobSpec job) => job.Compression is { } word ? new GradientCodec(Parse(word), job.Seed) : null;

    /// <summary>Reads a format.</summary>
    /// <exception cref="ActorNetException">There is none of that name.</exception>
    public static CodeFormat Parse(string word) => word switch
    {
        "fp16" => CodeFormat.Fp16,
        "bf16" => CodeFormat.Bf16,
        "int8" => CodeFormat.Int8,
        _ => throw new ActorNetException($"compression is '{word}': use {string.Join(", ", Names)} or none."),
    };

    /// <summary>Bytes of so many parameters.</summary>
    public int EncodedLength(int parameters) => (((parameters + Block - 1) / Block) * _scaleBytes) + (parameters * _codeBytes);

    /// <summary>Writes a gradient's codes.</summary>
    /// <param name="part">Whose it is.</param>
    /// <param name="values">The gradient of a range of the parameters.</param>
    /// <param name="bytes">Takes them: <see cref="EncodedLength"/> of the range.</param>
    public void Encode(in CodedPart part, ReadOnlySpan<float> values, Span<byte> bytes)
    {
        RequireLength(values.Length, bytes.Length);
        for (var (start, at, block) = (0, 0, part.FirstBlock); start < values.Length; start += Block, at += BlockBytes, block++)
        {
            var length = Math.Min(Block, values.Length - start);
            EncodeBlock(part, block, values.Slice(start, length), bytes.Slice(at, _scaleBytes + (length * _codeBytes)));
        }
    }

    /// <summary>Reads codes; any bytes of the right length can be read.</summary>
    /// <param name="bytes">What <see cref="Encode"/> wrote.</param>
    /// <param name="values">Takes the gradient.</param>
    public void Decode(ReadOnlySpan<byte> bytes, Span<float> values)
    {
        RequireLength(values.Length, bytes.Length);
        for (var (start, at) = (0, 0); start < values.Length; start += Block, at += BlockBytes)
        {
            var length = Math.Min(Block, values.Length - start);
            DecodeBlock(bytes.Slice(at, _scaleBytes + (length * _codeBytes)), values.Slice(start, length));
        }
    }

    /// <summary>Makes of one block what comes back when it is written and read.</summary>
    /// <param name="part">Whose it is.</param>
    /// <param name="block">Which block of the range.</param>
    /// <param name="values">The block, or what there is of the last one.</param>
    public void RoundTrip(in CodedPart part, int block, Span<float> values)
    {
        Span<byte> bytes = stackalloc byte[ScaleBytes + (Block * sizeof(ushort))];
        bytes = bytes[..(_scaleBytes + (values.Length * _codeBytes))];
        EncodeBlock(part, part.FirstBlock + block, values, bytes);
        DecodeBlock(bytes, values);
    }

    private void EncodeBlock(in CodedPart part, int block, ReadOnlySpan<float> values, Span<byte> bytes)
    {
        var largest = MathF.Abs(TensorPrimitives.MaxMagnitude(values));
        var codes = bytes[_scaleBytes..];
        if (format == CodeFormat.Bf16)
        {
            BlockCodes.EncodeBf16(values, MemoryMarshal.Cast<byte, ushort>(codes), largest);
            return;
        }

        var scale = format == CodeFormat.Fp16 ? BlockCodes.ScaleOfFp16(largest) : BlockCodes.ScaleOfInt8(largest);
        MemoryMarshal.Write(bytes, scale.Back);
        if (!float.IsFinite(scale.Back) || scale.Back == 0)
        {
            codes.Clear();
        }
        else if (format == CodeFormat.Fp16)
        {
            BlockCodes.EncodeFp16(values, scale.To, MemoryMarshal.Cast<byte, Half>(codes));
        }
        else
        {
            Span<ushort> noise = stackalloc ushort[Block];
            new RandomStream(seed, RandomPurpose.Compression, (ulong)part.Step, ((ulong)part.Group.First << 32) | (uint)block).FillUInt16(noise[..values.Length]);
            BlockCodes.EncodeInt8(values, scale.To, noise, MemoryMarshal.Cast<byte, sbyte>(codes));
        }
    }

    private void DecodeBlock(ReadOnlySpan<byte> bytes, Span<float> values)
    {
        var codes = bytes[_scaleBytes..];
        switch (format)
        {
            case CodeFormat.Fp16:
                BlockCodes.DecodeFp16(MemoryMarshal.Cast<byte, Half>(codes), MemoryMarshal.Read<float>(bytes), values);
                break;
            case CodeFormat.Bf16:
                BlockCodes.DecodeBf16(MemoryMarshal.Cast<byte, ushort>(codes), values);
                break;
            default:
                BlockCodes.DecodeInt8(MemoryMarshal.Cast<byte, sbyte>(codes), MemoryMarshal.Read<float>(bytes), values);
                break;
        }
    }

    private void RequireLength(int parameters, int bytes)
    {
        if (bytes != EncodedLength(parameters))
        {
            throw new ArgumentException($"{parameters} parameters are {EncodedLength(parameters)} bytes, not {bytes}");
        }
    }
}

/// <summary>What names a gradient that is compressed.</summary>
/// <param name="Step">The step.</param>
/// <param name="Group">The node of the reduction tree.</param>
/// <param name="FirstBlock">The range's first block of the parameter vector.</param>
internal readonly record struct CodedPart(long Step, TreeNode Group, int FirstBlock);
