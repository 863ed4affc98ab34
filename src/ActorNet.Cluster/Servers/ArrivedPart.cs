using ActorNet.Cluster.Protocol;
using ActorNet.Core.Numerics;
using ActorNet.Core.Training;
using ActorNet.Core.Training.Compression;

namespace ActorNet.Cluster.Servers;

/// <summary>A part from another node, of one partition alone, in a buffer of its <see cref="PartitionInlet"/>.</summary>
internal sealed class ArrivedPart
{
    private readonly AlignedBuffer _gradient;
    private readonly GradientCodec? _codec;
    private readonly byte[] _codes;

    /// <summary>Room for the part of a tree node.</summary>
    /// <param name="node">The tree node.</param>
    /// <param name="length">Parameters of the partition.</param>
    /// <param name="codec">How it is compressed; null for not.</param>
    public ArrivedPart(TreeNode node, int length, GradientCodec? codec = null)
    {
        _gradient = new AlignedBuffer(length);
        _codec = codec;
        _codes = codec is null ? [] : new byte[codec.EncodedLength(length)];
        Part = new GradientPart(node, _gradient.Memory) { IsDecoded = codec is not null };
        Message = new PartArrived(this);
    }

    /// <summary>The part.</summary>
    public GradientPart Part { get; }

    /// <summary>The gradient as it comes over the network.</summary>
    public Memory<byte> Bytes => _codec is null ? _gradient.Bytes : _codes;

    /// <summary>The node that sent it.</summary>
    public string From { get; set; } = "";

    /// <summary>Which of the sender's workers computed how many of its samples.</summary>
    public List<(int Worker, int Samples)> Workers { get; } = [];

    /// <summary>As <see cref="GradientReady.Updates"/>, of this partition.</summary>
    public long Updates { get; set; }

    /// <summary>The message that brings it: one for all of its uses.</summary>
    public PartArrived Message { get; }

    /// <summary>Its bytes are whole: makes the gradient of them.</summary>
    public void Decode() => _codec?.Decode(_codes, _gradient.Span);
}
