using System.Buffers.Binary;
using System.Numerics;
using Google.Protobuf;

namespace ActorNet.Cli.Reports.Exports;

/// <summary>
/// TensorFlow's record file: for each record its length (8 bytes, little-endian), the masked CRC-32C of these 8 bytes, the data, the masked CRC-32C of the
/// data (https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details).
/// </summary>
internal sealed class TfRecordWriter(Stream stream)
{
    /// <summary>Appends a record.</summary>
    public void Write(ByteString data)
    {
        Span<byte> head = stackalloc byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(head, data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], MaskedCrc32C(head[..8]));
        stream.Write(head);
        stream.Write(data.Span);
        Span<byte> tail = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(tail, MaskedCrc32C(data.Span));
        stream.Write(tail);
    }

    /// <summary>CRC-32C (Castagnoli; RFC 3720, appendix B.4).</summary>
    internal static uint Crc32C(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var one in data)
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        return ~crc;
    }

    /// <summary>The checksum so that one of data which holds checksums is sound too: turned right by 15 bits, plus a constant.</summary>
    private static uint MaskedCrc32C(ReadOnlySpan<byte> data) => BitOperations.RotateRight(Crc32C(data), 15) + 0xa282ead8u;
}
