using System.Diagnostics.Metrics;

namespace ActorNet.Cluster.Transfer;

/// <summary>Counts what this process sends and receives over the tensor link, headers and handshakes included.</summary>
internal static class LinkMeter
{
    /// <summary>The meter's name.</summary>
    public const string Name = "ActorNet.Link";

    private static readonly Meter _meter = new(Name);

    private static readonly Counter<long> _sent = _meter.CreateCounter<long>("actornet.link.sent", "By");
    private static long _sentBytes;

    /// <summary>Bytes that the system has given.</summary>
    public static readonly Counter<long> Received = _meter.CreateCounter<long>("actornet.link.received", "By");

    /// <summary>Bytes that the system has taken since the process began.</summary>
    public static long SentBytes => Interlocked.Read(ref _sentBytes);

    /// <summary>The system has taken bytes.</summary>
    public static void NoteSent(int bytes)
    {
        Interlocked.Add(ref _sentBytes, bytes);
        _sent.Add(bytes);
    }
}
