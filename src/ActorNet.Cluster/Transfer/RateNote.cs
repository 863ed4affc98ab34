using System.Buffers.Binary;

namespace ActorNet.Cluster.Transfer;

/// <summary>The learning rate that goes with a version's weights, where one does: eight bytes, little-endian.</summary>
internal static class RateNote
{
    /// <summary>Writes a note; an empty one for null. Once a version and node, and only after a change: it may allocate.</summary>
    public static ReadOnlyMemory<byte> Write(double? rate)
    {
        if (rate is not { } known)
        {
            return default;
        }

        var note = new byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(note, known);
        return note;
    }

    /// <summary>Reads a note; null from an empty one.</summary>
    /// <exception cref="LinkException">It is no learning rate.</exception>
    public static double? Read(ReadOnlySpan<byte> note)
    {
        if (note.IsEmpty)
        {
            return null;
        }

        return note.Length == sizeof(double) && BinaryPrimitives.ReadDoubleLittleEndian(note) is > 0 and var rate && double.IsFinite(rate)
            ? rate
            : throw new LinkException("weights came with a note that is no learning rate");
    }
}
