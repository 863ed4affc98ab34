using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ActorNet.Core.Data.Shards;

/// <summary>How the samples of a sharded set lie in its files, and how a row of a file becomes floats.</summary>
internal sealed class ShardFormat
{
    private readonly IReadOnlyList<int> _shape;
    private readonly bool _bytes;

    /// <summary>The format that a manifest states.</summary>
    public ShardFormat(ShardManifest manifest)
    {
        _shape = manifest.Shape;
        (Classes, HasLabels) = (manifest.TargetSize, manifest.Task == TaskKind.Classification);
        (InputType, TargetType) = (NpyType.Find(manifest.Dtype)!, NpyType.Find(manifest.TargetDtype)!);
        _bytes = InputType == NpyType.UInt8;
        InputSize = _shape.Aggregate(1, (product, size) => product * size);
        InputBytes = InputSize * InputType.Size;
        TargetBytes = (HasLabels ? 1 : manifest.TargetSize) * TargetType.Size;
    }

    /// <summary>Floats of a target: the number of classes where it is one-hot.</summary>
    public int Classes { get; }

    /// <summary>Whether a target is kept as the number of its class.</summary>
    public bool HasLabels { get; }

    /// <summary>The type of the inputs.</summary>
    public NpyType InputType { get; }

    /// <summary>The type of the targets.</summary>
    public NpyType TargetType { get; }

    /// <summary>Floats of a sample's inputs.</summary>
    public int InputSize { get; }

    /// <summary>Bytes of a sample's inputs in a file.</summary>
    public int InputBytes { get; }

    /// <summary>Bytes of a sample's target in a file.</summary>
    public int TargetBytes { get; }

    /// <summary>The shape of a shard's array of inputs.</summary>
    public int[] InputShape(int rows) => [rows, .. _shape];

    /// <summary>The shape of a shard's array of targets.</summary>
    public int[] TargetShape(int rows) => HasLabels ? [rows] : [rows, Classes];

    /// <summary>The class that a row of labels says.</summary>
    public int Label(ReadOnlySpan<byte> row) => TargetType.Size == 1 ? row[0] : BinaryPrimitives.ReadInt32LittleEndian(row);

    /// <summary>Turns a row of a file into inputs.</summary>
    public void DecodeInputs(ReadOnlySpan<byte> row, Span<float> inputs)
    {
        if (_bytes)
        {
            ImageDataSet.ToUnitRange(row, inputs);
        }
        else
        {
            row.CopyTo(MemoryMarshal.AsBytes(inputs));
        }
    }

    /// <summary>Turns a row of a file into targets. A label is one of the classes: that was verified.</summary>
    public void DecodeTargets(ReadOnlySpan<byte> row, Span<float> targets)
    {
        if (HasLabels)
        {
            targets.Clear();
            targets[Label(row)] = 1f;
        }
        else
        {
            row.CopyTo(MemoryMarshal.AsBytes(targets));
        }
    }

    /// <summary>Turns inputs into a row of a file: what <see cref="DecodeInputs"/> turns back, bit for bit.</summary>
    public void EncodeInputs(ReadOnlySpan<float> inputs, Span<byte> row)
    {
        if (!_bytes)
        {
            MemoryMarshal.AsBytes(inputs).CopyTo(row);
            return;
        }

        ImageDataSet.ToBytes(inputs, row);
    }

    /// <summary>Turns targets into a row of a file; one-hot targets into a label.</summary>
    public void EncodeTargets(ReadOnlySpan<float> targets, Span<byte> row)
    {
        if (!HasLabels)
        {
            MemoryMarshal.AsBytes(targets).CopyTo(row);
        }
        else if (TargetType.Size == 1)
        {
            row[0] = (byte)targets.IndexOf(1f);
        }
        else
        {
            BinaryPrimitives.WriteInt32LittleEndian(row, targets.IndexOf(1f));
        }
    }
}
