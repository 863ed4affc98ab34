using System.Buffers.Binary;
using ActorNet.Core.Data.Shards;
using MessagePack;

namespace ActorNet.Cluster.Transfer;

/// <summary>
/// What is said on a connection for shards, after the link's handshake. The node asks for a file from an offset on: length in two bytes, then a MessagePack
/// array (the set's hash, the file's name, the offset). The answer is the same with (a refusal or nil, the number of bytes), and then these bytes. So a
/// connection that broke goes on where it was.
/// </summary>
internal static class ShardExchange
{
    /// <summary>Bytes of a file that are read and sent at a time: all the memory of a connection.</summary>
    public const int BlockBytes = 128 * 1024;

    /// <summary>Nodes that are served at the same time, a thread and a block each; others try again.</summary>
    public const int Connections = 128;

    /// <summary>The most a manifest takes.</summary>
    public const int ManifestBytes = 64 * 1024 * 1024;

    /// <summary>A block may take so long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>The longest request or answer: a hash, a name or a reason, and numbers.</summary>
    private const int MessageBytes = 4096;

    private const int ReasonLength = 1000;

    /// <summary>The name that a node's server of shards has in the handshake: another than that of the node's tensor link, which must not take its connections.</summary>
    public static string NameOf(string node) => $"{node} shards";

    /// <summary>Asks for a file.</summary>
    public static void Ask(LinkPipe pipe, in ShardRequest request)
    {
        var buffer = Begin();
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(3);
        writer.Write(request.Hash);
        writer.Write(request.File);
        writer.Write(request.Offset);
        writer.Flush();
        Send(pipe, buffer);
    }

    /// <summary>Reads what is asked for.</summary>
    /// <exception cref="LinkException">The connection has ended, or nothing that makes sense came.</exception>
    public static ShardRequest ReadRequest(LinkPipe pipe) => Read(pipe, static (ref MessagePackReader reader) =>
    {
        Require(reader.ReadArrayHeader() == 3);
        return new ShardRequest(reader.ReadString() ?? "", reader.ReadString() ?? "", reader.ReadInt64());
    });

    /// <summary>Says how many bytes follow, or why none do.</summary>
    public static void Answer(LinkPipe pipe, string? refusal, long bytes)
    {
        var buffer = Begin();
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(2);
        writer.Write(refusal is { Length: > ReasonLength } ? refusal[..ReasonLength] : refusal);
        writer.Write(bytes);
        writer.Flush();
        Send(pipe, buffer);
    }

    /// <summary>Reads how many bytes follow.</summary>
    /// <exception cref="LinkException">The connection has ended, or nothing that makes sense came.</exception>
    /// <exception cref="RefusedException">The server has not what is asked for; with its reason.</exception>
    public static long ReadAnswer(LinkPipe pipe)
    {
        var (refusal, bytes) = Read(pipe, static (ref MessagePackReader reader) =>
        {
            Require(reader.ReadArrayHeader() == 2);
            return (reader.ReadString(), reader.ReadInt64());
        });
        return refusal is null ? bytes : throw new RefusedException(refusal.ReplaceLineEndings(" "));
    }

    private static FixedBuffer Begin()
    {
        var buffer = new FixedBuffer(2 * MessageBytes);
        buffer.Advance(sizeof(ushort));
        return buffer;
    }

    private static void Send(LinkPipe pipe, FixedBuffer buffer)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(buffer.Written, (ushort)(buffer.Length - sizeof(ushort)));
        pipe.Write(buffer.Written, Deadline.In(Patience));
    }

    private static T Read<T>(LinkPipe pipe, Parse<T> parse)
    {
        Span<byte> prefix = stackalloc byte[sizeof(ushort)];
        pipe.ReadExactly(prefix, Deadline.In(Patience));
        var length = BinaryPrimitives.ReadUInt16LittleEndian(prefix);
        Require(length <= MessageBytes);
        var message = new byte[length];
        pipe.ReadExactly(message, Deadline.In(Patience));
        var reader = new MessagePackReader(message);
        try
        {
            return parse(ref reader);
        }
        catch (Exception wrong) when (Malformed.Is(wrong))
        {
            throw new LinkException($"not a message about shards: {wrong.Message}");
        }
    }

    private static void Require(bool condition)
    {
        if (!condition)
        {
            throw new LinkException("not a message about shards");
        }
    }

    private delegate T Parse<T>(ref MessagePackReader reader);
}

/// <summary>A part of a file that is asked for.</summary>
/// <param name="Hash">The hash of the set's manifest.</param>
/// <param name="File">A file of the set, or <see cref="ShardManifest.FileName"/>.</param>
/// <param name="Offset">Where it begins.</param>
internal readonly record struct ShardRequest(string Hash, string File, long Offset);
