using System.Diagnostics.Metrics;

namespace ActorNet.Cluster.Transfer;

/// <summary>Counts what this process sends and receives over the tensor link, headers and handshakes included; free while nobody listens.</summary>
internal static class LinkMeter
{
    /// <summary>The meter's name.</summary>
    public const string Name = "ActorNet.Link";

    private static readonly Meter _meter = new(Name);

    /// <summary>Bytes that the system has taken.</summary>
    public static readonly Counter<long> Sent = _meter.CreateCounter<long>("actornet.link.sent", "By");

    /// <summary>Bytes that the system has given.</summary>
    public static readonly Counter<long> Received = _meter.CreateCounter<long>("actornet.link.received", "By");
}
