using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using MessagePack;

namespace ActorNet.Cluster.Transfer;

/// <summary>
/// What both sides say before the first frame. Each begins with the magic and its version; every message is its length in two bytes and a MessagePack array:
/// <list type="number">
/// <item>sender: hello (its name, whom it wants, the channel's id, a nonce, whether it has a secret)</item>
/// <item>acceptor: challenge (a refusal or nil, its name, a nonce)</item>
/// <item>sender: proof (HMAC-SHA256 under the secret over version, names, id and nonces; without a secret the key is empty and it is just a check sum)</item>
/// <item>acceptor: welcome (a refusal or nil, its own proof, over the following too, the last sequence that it received whole from this channel)</item>
/// </list>
/// The sender proves first, so that nobody learns anything made with the secret who does not have it; the two proofs begin with different labels, so that none can be
/// sent back as the other. The proofs guard the names, not what follows: against somebody who can change packets on the way only TLS helps.
/// </summary>
internal static class Handshake
{
    private const int NonceBytes = 32, ProofBytes = 32, IdBytes = 16, PrefixBytes = 6;
    private const string SenderLabel = "ActorNet tensor link: sender", AcceptorLabel = "ActorNet tensor link: acceptor";

    /// <summary>So long a refused sender may take to read why.</summary>
    private static readonly TimeSpan _refusal = TimeSpan.FromMilliseconds(200);

    private static ReadOnlySpan<byte> Magic => "ANTL"u8;

    /// <summary>The handshake of the side that connected.</summary>
    /// <returns>The last sequence that the other side received whole from this channel.</returns>
    /// <exception cref="LinkException">Refused by the other side, with the reason; or the connection ended or was too slow.</exception>
    /// <exception cref="RefusedException">The other side speaks another version.</exception>
    public static long AsSender(LinkPipe pipe, LinkSettings self, string peer, Guid channel)
    {
        var deadline = Deadline.In(self.HandshakeDeadline);
        var talk = new Talk(self.Name, peer, channel, RandomNumberGenerator.GetBytes(NonceBytes), self.Secret is not null);
        pipe.Write(Message(withPrefix: true, (ref MessagePackWriter writer) => WriteHello(ref writer, talk)), deadline);

        CheckVersion(ReadPrefix(pipe, deadline));
        var challenge = new MessagePackReader(ReadMessage(pipe, deadline));
        talk = talk with { AcceptorNonce = Parsed(ref challenge, (ref MessagePackReader reader) => ReadChallenge(ref reader, peer)) };
        pipe.Write(Message(false, (ref MessagePackWriter writer) => WriteProof(ref writer, Proof(self.Secret, SenderLabel, talk))), deadline);

        var welcome = new MessagePackReader(ReadMessage(pipe, deadline));
        var (proof, lastWhole) = Parsed(ref welcome, ReadWelcome);
        if (!CryptographicOperations.FixedTimeEquals(proof, Proof(self.Secret, AcceptorLabel, talk, lastWhole)))
        {
            throw new LinkException($"{peer} does not know the secret");
        }
        return lastWhole;
    }

    /// <summary>The handshake of the side that accepted.</summary>
    /// <param name="pipe">The new connection.</param>
    /// <param name="self">This node.</param>
    /// <param name="admit">Asked about a name once it is proven; returns null, or why the node is refused.</param>
    /// <param name="takeOver">Makes this the one connection of that node and channel; returns the last sequence received whole.</param>
    /// <returns>The sender's name.</returns>
    /// <exception cref="LinkException">Refused, with the reason; or the connection ended or was too slow.</exception>
    public static string AsAcceptor(
        LinkPipe pipe, LinkSettings self, Func<string, string?> admit, Func<string, Guid, Deadline, long> takeOver)
    {
        var deadline = Deadline.In(self.HandshakeDeadline);
        var version = ReadPrefix(pipe, deadline);
        var hello = ReadMessage(pipe, deadline);
        var prefixed = true;
        try
        {
            CheckVersion(version);
            var reader = new MessagePackReader(hello);
            var talk = Parsed(ref reader, ReadHello) with { AcceptorNonce = RandomNumberGenerator.GetBytes(NonceBytes) };
            CheckHello(talk, self);
            pipe.Write(Message(true, (ref MessagePackWriter writer) => WriteChallenge(ref writer, talk)), deadline);
            prefixed = false;

            reader = new MessagePackReader(ReadMessage(pipe, deadline));
            if (!CryptographicOperations.FixedTimeEquals(Parsed(ref reader, ReadProof), Proof(self.Secret, SenderLabel, talk)))
            {
                throw new RefusedException($"{talk.Sender} does not know the secret of {self.Name}");
            }
            if (admit(talk.Sender) is { } refusal)
            {
                throw new RefusedException(refusal);
            }

            var lastWhole = takeOver(talk.Sender, talk.Channel, deadline);
            pipe.Write(
                Message(false, (ref MessagePackWriter writer) => WriteWelcome(ref writer, Proof(self.Secret, AcceptorLabel, talk, lastWhole), lastWhole)),
                deadline);
            return talk.Sender;
        }
        catch (RefusedException refused)
        {
            pipe.Write(Message(prefixed, (ref MessagePackWriter writer) => WriteRefusal(ref writer, refused.Message)), deadline);
            pipe.EndGently(_refusal);
            throw new LinkException(refused.Message);
        }
    }

    /// <exception cref="ArgumentException">The other side would refuse this name.</exception>
    public static void CheckName(string name)
    {
        if (NameFault(name) is { } fault)
        {
            throw new ArgumentException(fault, nameof(name));
        }
    }

    private static string? NameFault(string name) =>
        name.Length == 0 || Encoding.UTF8.GetByteCount(name) > LinkLimits.NameBytes || name.Any(char.IsControl)
            ? $"a node's name has 1 to {LinkLimits.NameBytes} bytes and no control characters"
            : null;

    private static void CheckVersion(ushort version)
    {
        if (version != LinkLimits.ProtocolVersion)
        {
            throw new RefusedException($"one side speaks version {LinkLimits.ProtocolVersion} of the tensor link, the other {version}");
        }
    }

    private static void CheckHello(Talk hello, LinkSettings self)
    {
        if (NameFault(hello.Sender) is { } fault)
        {
            throw new RefusedException(fault);
        }
        if (hello.Acceptor != self.Name)
        {
            throw new RefusedException($"this is {self.Name}, not {Printable(hello.Acceptor)}");
        }
        if (hello.HasSecret != self.Secret is not null)
        {
            throw new RefusedException($"{(hello.HasSecret ? hello.Sender : self.Name)} has a secret and {(hello.HasSecret ? self.Name : hello.Sender)} has none");
        }
    }

    private static byte[] Proof(byte[]? secret, string label, Talk talk, long lastWhole = 0)
    {
        var buffer = new FixedBuffer(2 * LinkLimits.HandshakeBytes);
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(8);
        writer.Write(label);
        writer.Write(LinkLimits.ProtocolVersion);
        writer.Write(talk.Sender);
        writer.Write(talk.Acceptor);
        writer.Write(talk.Channel.ToByteArray());
        writer.Write(talk.SenderNonce);
        writer.Write(talk.AcceptorNonce);
        writer.Write(lastWhole);
        writer.Flush();
        return HMACSHA256.HashData(secret ?? [], buffer.Written);
    }

    private static void WriteHello(ref MessagePackWriter writer, Talk talk)
    {
        writer.WriteArrayHeader(5);
        writer.Write(talk.Sender);
        writer.Write(talk.Acceptor);
        writer.Write(talk.Channel.ToByteArray());
        writer.Write(talk.SenderNonce);
        writer.Write(talk.HasSecret);
    }

    private static Talk ReadHello(ref MessagePackReader reader)
    {
        CheckFields(ref reader, 5);
        return new(
            ReadText(ref reader), ReadText(ref reader), new Guid(ReadBytes(ref reader, IdBytes)), ReadBytes(ref reader, NonceBytes), reader.ReadBoolean());
    }

    private static void WriteChallenge(ref MessagePackWriter writer, Talk talk)
    {
        writer.WriteArrayHeader(3);
        writer.WriteNil();
        writer.Write(talk.Acceptor);
        writer.Write(talk.AcceptorNonce);
    }

    private static byte[] ReadChallenge(ref MessagePackReader reader, string peer)
    {
        ReadRefusal(ref reader, 3);
        var name = ReadText(ref reader);
        return name == peer ? ReadBytes(ref reader, NonceBytes) : throw new LinkException($"this is {Printable(name)}, not {peer}");
    }

    private static void WriteProof(ref MessagePackWriter writer, byte[] proof)
    {
        writer.WriteArrayHeader(1);
        writer.Write(proof);
    }

    private static byte[] ReadProof(ref MessagePackReader reader)
    {
        CheckFields(ref reader, 1);
        return ReadBytes(ref reader, ProofBytes);
    }

    private static void WriteWelcome(ref MessagePackWriter writer, byte[] proof, long lastWhole)
    {
        writer.WriteArrayHeader(3);
        writer.WriteNil();
        writer.Write(proof);
        writer.Write(lastWhole);
    }

    private static (byte[] Proof, long LastWhole) ReadWelcome(ref MessagePackReader reader)
    {
        ReadRefusal(ref reader, 3);
        return (ReadBytes(ref reader, ProofBytes), reader.ReadInt64());
    }

    private static void WriteRefusal(ref MessagePackWriter writer, string reason)
    {
        writer.WriteArrayHeader(1);
        writer.Write(Printable(reason));
    }

    private static void ReadRefusal(ref MessagePackReader reader, int otherwise)
    {
        var fields = reader.ReadArrayHeader();
        if (!reader.TryReadNil())
        {
            throw new LinkException($"refused: {Printable(ReadText(ref reader))}");
        }
        if (fields != otherwise)
        {
            throw new LinkException($"a message of {fields} fields where {otherwise} are due");
        }
    }

    private static void CheckFields(ref MessagePackReader reader, int due)
    {
        var fields = reader.ReadArrayHeader();
        if (fields != due)
        {
            throw new LinkException($"a message of {fields} fields where {due} are due");
        }
    }

    private static string ReadText(ref MessagePackReader reader) => reader.ReadString() ?? throw new LinkException("a text is missing");

    private static byte[] ReadBytes(ref MessagePackReader reader, int due)
    {
        var bytes = reader.ReadBytes() ?? ReadOnlySequence<byte>.Empty;
        return bytes.Length == due ? bytes.ToArray() : throw new LinkException($"{bytes.Length} bytes where {due} are due");
    }

    /// <summary>What another node said, fit for one line of a log.</summary>
    private static string Printable(string text) =>
        string.Concat(text.Take(LinkLimits.ReasonLength).Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) ? '?' : letter));

    private static byte[] Message(bool withPrefix, Write write)
    {
        var buffer = new FixedBuffer(2 * LinkLimits.HandshakeBytes);
        if (withPrefix)
        {
            Magic.CopyTo(buffer.Free);
            BinaryPrimitives.WriteUInt16LittleEndian(buffer.Free[Magic.Length..], LinkLimits.ProtocolVersion);
            buffer.Advance(PrefixBytes);
        }

        var length = buffer.Length;
        buffer.Advance(sizeof(ushort));
        var writer = new MessagePackWriter(buffer);
        write(ref writer);
        writer.Flush();
        BinaryPrimitives.WriteUInt16LittleEndian(buffer.Written[length..], (ushort)(buffer.Length - length - sizeof(ushort)));
        return buffer.Written.ToArray();
    }

    private static ushort ReadPrefix(LinkPipe pipe, Deadline deadline)
    {
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        pipe.ReadExactly(prefix, deadline);
        return prefix.StartsWith(Magic)
            ? BinaryPrimitives.ReadUInt16LittleEndian(prefix[Magic.Length..])
            : throw new LinkException("the other side does not speak the tensor link's protocol");
    }

    private static byte[] ReadMessage(LinkPipe pipe, Deadline deadline)
    {
        Span<byte> prefix = stackalloc byte[sizeof(ushort)];
        pipe.ReadExactly(prefix, deadline);
        var length = BinaryPrimitives.ReadUInt16LittleEndian(prefix);
        if (length > LinkLimits.HandshakeBytes)
        {
            throw new LinkException($"a message of {length} bytes: at most {LinkLimits.HandshakeBytes}");
        }
        var message = new byte[length];
        pipe.ReadExactly(message, deadline);
        return message;
    }

    private static T Parsed<T>(ref MessagePackReader reader, Read<T> read)
    {
        try
        {
            return read(ref reader);
        }
        catch (Exception wrong) when (Malformed.Is(wrong))
        {
            throw new LinkException($"not a message of the handshake: {wrong.Message}");
        }
    }

    private delegate void Write(ref MessagePackWriter writer);

    private delegate T Read<T>(ref MessagePackReader reader);

    /// <summary>What both sides know of each other, and prove.</summary>
    private sealed record Talk(string Sender, string Acceptor, Guid Channel, byte[] SenderNonce, bool HasSecret)
    {
        public byte[] AcceptorNonce { get; init; } = [];
    }
}

/// <summary>This side refuses the other, and tells it why.</summary>
internal sealed class RefusedException(string reason) : Exception(reason);
