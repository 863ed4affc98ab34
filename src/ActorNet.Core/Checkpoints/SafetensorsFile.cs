using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ActorNet.Core.Checkpoints;

/// <summary>
/// Reads and writes the safetensors format (github.com/huggingface/safetensors): eight bytes with the length of the header, little
/// endian; the header, JSON padded with spaces to a multiple of eight; the data of all tensors end to end. Only F32 is known here.
/// </summary>
internal static class SafetensorsFile
{
    /// <summary>As much of a tensor as is written, read or hashed at once: small enough to stay in cache in between.</summary>
    private const int ChunkElements = 1 << 18;

    /// <summary>Writes tensors in the given order, straight from their memory.</summary>
    /// <param name="stream">Takes the file's bytes from its position on.</param>
    /// <param name="tensors">The tensors; names are unique.</param>
    /// <param name="metadata">Free text by key, written in the ordinal order of keys; none if null or empty.</param>
    /// <exception cref="ArgumentException">A name is used twice or reserved, or a shape does not fit its data.</exception>
    /// <exception cref="ActorNetException">The processor is big-endian.</exception>
    public static void Write(Stream stream, IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        RequireLittleEndian();
        var header = SafetensorsHeader.Serialize(tensors, metadata);
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var tensor in tensors)
        {
            for (var rest = tensor.Data.Span; !rest.IsEmpty; rest = rest[Math.Min(ChunkElements, rest.Length)..])
            {
                stream.Write(MemoryMarshal.AsBytes(rest[..Math.Min(ChunkElements, rest.Length)]));
            }
        }
    }

    /// <summary>Reads a whole file. Every length is checked against the file before anything is allocated.</summary>
    /// <exception cref="ActorNetException">The file cannot be read, or breaks the format: the message names the file and the tensor.</exception>
    public static SafetensorsContent Load(string path)
    {
        RequireLittleEndian();
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            return Read(stream, path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ActorNetException($"{path} cannot be read: {error.Message}", error);
        }
    }

    private static SafetensorsContent Read(FileStream stream, string path)
    {
        var header = SafetensorsHeader.Read(stream, path);
        var tensors = new NamedTensor[header.Entries.Count];
        for (var i = 0; i < tensors.Length; i++)
        {
            var entry = header.Entries[i];
            var data = GC.AllocateUninitializedArray<float>(entry.Elements);
            for (var rest = data.AsSpan(); !rest.IsEmpty; rest = rest[Math.Min(ChunkElements, rest.Length)..])
            {
                stream.ReadExactly(MemoryMarshal.AsBytes(rest[..Math.Min(ChunkElements, rest.Length)]));
            }

            tensors[i] = new NamedTensor(entry.Name, entry.Shape, data);
        }

        return new SafetensorsContent(tensors, header.Metadata);
    }

    private static void RequireLittleEndian()
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new ActorNetException("this processor is big-endian, which ActorNet's files do not support: use a little-endian machine.");
        }
    }
}
