using System.Net;
using System.Text;
using ActorNet.Cluster.Transfer;

namespace ActorNet.Cluster.Tests.Transfer;

/// <summary>A listener and what it takes to open channels to it.</summary>
internal sealed class LinkPair : IDisposable
{
    public const string Receiver = "receiver";
    private readonly List<TensorChannel> _channels = [];

    public LinkPair(
        RecordingSink? sink = null, string? secret = null, Func<string, string?>? admit = null, IPAddress? address = null, TimeSpan? handshake = null)
    {
        Sink = sink ?? new RecordingSink();
        Listener = new TensorListener(
            Settings(Receiver, secret) with { HandshakeDeadline = handshake ?? TimeSpan.FromSeconds(5) },
            new IPEndPoint(address ?? IPAddress.Loopback, 0), Sink, admit, Inbound.Add);
    }

    public RecordingSink Sink { get; }

    public TensorListener Listener { get; }

    /// <summary>What the listener told.</summary>
    public Changes Inbound { get; } = new();

    public static LinkSettings Settings(string name, string? secret = null) =>
        new() { Name = name, Secret = secret is null ? null : Encoding.UTF8.GetBytes(secret) };

    public TensorChannel Open(
        string name = "sender", string? secret = null, Changes? changes = null, string host = "127.0.0.1", string peer = Receiver, int? port = null)
    {
        var channel = new TensorChannel(Settings(name, secret), peer, host, port ?? Listener.EndPoint.Port, changes is null ? null : changes.Add);
        _channels.Add(channel);
        return channel;
    }

    /// <summary>Bytes that differ from place to place, step to step and slot to slot.</summary>
    public static byte[] Body(int length, long step = 0, int partition = 0)
    {
        var body = new byte[length];
        new Random(HashCode.Combine(length, step, partition)).NextBytes(body);
        return body;
    }

    public static FrameHeader Part(long step, int partition = 0) => new() { Kind = FrameKind.Part, Step = step, Partition = partition, First = 2, Count = 4 };

    public void Dispose()
    {
        _channels.ForEach(channel => channel.Dispose());
        Listener.Dispose();
    }
}
