using System.Buffers;
using System.Buffers.Binary;
using MessagePack;

namespace ActorNet.Cluster.Transfer;

/// <summary>
/// A header on the wire, all numbers little-endian: its length in two bytes, the complement of these two, a MessagePack array of the fields in a fixed order,
/// and XXH3 of that array in eight bytes. So a header is checked before anything is done on its word, and a broken length is never waited for. The
/// fields are written and read one by one: nothing is allocated, and nothing but this can be decoded.
/// </summary>
internal static class FrameCodec
{
    public const int PrefixBytes = 2 * sizeof(ushort), HashBytes = sizeof(ulong);
    private const int Fields = 11;

    /// <summary>Appends prefix and header.</summary>
    public static void Write(in FrameHeader header, FixedBuffer to)
    {
        var start = to.Length;
        to.Advance(PrefixBytes);
        var writer = new MessagePackWriter(to);
        writer.WriteArrayHeader(Fields);
        writer.Write((byte)header.Kind);
        writer.Write(header.Incarnation);
        writer.Write(header.Job);
        writer.Write(header.Step);
        writer.Write(header.Partition);
        writer.Write(header.First);
        writer.Write(header.Count);
        writer.Write(header.Length);
        writer.Write(header.Hash);
        writer.Write(header.Sequence);
        writer.Write(header.Note.Span);
        writer.Flush();

        var length = (ushort)(to.Length - start - PrefixBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(to.Written[start..], length);
        BinaryPrimitives.WriteUInt16LittleEndian(to.Written[(start + sizeof(ushort))..], (ushort)~length);
        BinaryPrimitives.WriteUInt64LittleEndian(to.Free, BodyHash.Of(to.Written[(start + PrefixBytes)..]));
        to.Advance(HashBytes);
    }

    /// <summary>The length of the header that follows, without its hash.</summary>
    /// <exception cref="LinkException">No header is that short or long.</exception>
    public static int ReadPrefix(ReadOnlySpan<byte> prefix)
    {
        var length = BinaryPrimitives.ReadUInt16LittleEndian(prefix);
        return length is >= Fields and <= LinkLimits.HeaderBytes && (ushort)~length == BinaryPrimitives.ReadUInt16LittleEndian(prefix[sizeof(ushort)..])
            ? length
            : throw new LinkException($"a header of {length} bytes: it has {Fields} to {LinkLimits.HeaderBytes}");
    }

    /// <summary>Reads a header and its hash; its note lies in <paramref name="bytes"/>.</summary>
    /// <exception cref="LinkException">It is not a header.</exception>
    public static FrameHeader Read(ReadOnlyMemory<byte> bytes)
    {
        var hash = BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span[^HashBytes..]);
        bytes = bytes[..^HashBytes];
        if (BodyHash.Of(bytes.Span) != hash)
        {
            throw new LinkException("a header has another hash than its sender gave it");
        }

        var reader = new MessagePackReader(bytes);
        try
        {
            var fields = reader.ReadArrayHeader();
            if (fields < Fields)
            {
                throw new LinkException($"a header of {fields} fields: it has {Fields}");
            }

            var header = new FrameHeader
            {
                Kind = (FrameKind)reader.ReadByte(),
                Incarnation = reader.ReadInt64(),
                Job = reader.ReadUInt64(),
                Step = reader.ReadInt64(),
                Partition = reader.ReadInt32(),
                First = reader.ReadInt32(),
                Count = reader.ReadInt32(),
                Length = reader.ReadInt32(),
                Hash = reader.ReadUInt64(),
                Sequence = reader.ReadInt64(),
                Note = ReadNote(ref reader),
            };
            SkipNewerFields(ref reader, fields - Fields);
            return header.Length >= 0 ? header : throw new LinkException($"a body of {header.Length} bytes");
        }
        catch (Exception wrong) when (Malformed.Is(wrong))
        {
            throw new LinkException($"not a header: {wrong.Message}");
        }
    }

    private static ReadOnlyMemory<byte> ReadNote(ref MessagePackReader reader)
    {
        var note = reader.ReadBytes() ?? ReadOnlySequence<byte>.Empty;
        return note.Length <= LinkLimits.NoteBytes
            ? note.First
            : throw new LinkException($"a note of {note.Length} bytes: at most {LinkLimits.NoteBytes}");
    }

    /// <summary>A later version may add plain values. Nothing nested: skipping that takes stack as deep as the sender likes.</summary>
    private static void SkipNewerFields(ref MessagePackReader reader, int count)
    {
        for (var i = 0; i < count; i++)
        {
            if (reader.NextMessagePackType is MessagePackType.Array or MessagePackType.Map)
            {
                throw new LinkException("a header with a nested field");
            }
            reader.Skip();
        }
        if (!reader.End)
        {
            throw new LinkException("a header with bytes behind its fields");
        }
    }
}
