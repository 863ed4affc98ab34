using ActorNet.Cluster.Monitoring;
using ActorNet.Cluster.Security;
using ActorNet.Core;
using Microsoft.Extensions.Logging;

namespace ActorNet.Cluster.Hosting;

/// <summary>How a node is found by others, and how it finds them. None of it can change a bit of a result.</summary>
public sealed record NodeOptions
{
    /// <summary>Where it listens for cluster messages; <c>0.0.0.0</c> for all addresses, port 0 for any that is free.</summary>
    public HostPort Listen { get; init; } = new("0.0.0.0", 0);

    /// <summary>The name or address by which other nodes reach it; null for the one that it listens on, or for the host's own name when that is all.</summary>
    public string? PublicHost { get; init; }

    /// <summary>The port of its tensor link; null for the one after that of <see cref="Listen"/>, or any free one when that is 0.</summary>
    public int? LinkPort { get; init; }

    /// <summary>Nodes with the coordinator role to join; none for a node that starts a cluster.</summary>
    public IReadOnlyList<HostPort> Join { get; init; } = [];

    /// <summary>Worker actors, one thread each; 0 for none.</summary>
    public int Workers { get; init; }

    /// <summary>
    /// The least that a worker takes for a slice, however fast it is: as on a slower machine, to try on one machine what a cluster of many does. Zero for none.
    /// </summary>
    public TimeSpan Pace { get; init; }

    /// <summary>Whether it takes partitions of the parameters.</summary>
    public bool Serves { get; init; }

    /// <summary>
    /// The folder in which shards are kept that came from the coordinator's node; null for <c>shards</c> in the user's cache. Several nodes can share it.
    /// </summary>
    public string? ShardCache { get; init; }

    /// <summary>The bytes that that folder may hold: for more, sets go that no node uses. Null for half of the disk.</summary>
    public long? ShardCacheLimit { get; init; }

    /// <summary>What every node of the cluster must know, 16 bytes or more; null when anybody who reaches the ports may join.</summary>
    public ReadOnlyMemory<byte>? Secret { get; init; }

    /// <summary>
    /// Mutual TLS for all that nodes say to each other: what this one shows, and whom it believes; null for none. All nodes of a cluster have it, or none.
    /// </summary>
    public NodeCertificates? Certificates { get; init; }

    /// <summary>Where Akka.NET logs; null for nowhere, or to stderr where <see cref="Hocon"/> asks for it. Its filters decide from which level on.</summary>
    public ILoggerFactory? Loggers { get; init; }

    /// <summary>Sees how the node is doing; null for nobody.</summary>
    public NodeMonitor? Monitor { get; init; }

    /// <summary>
    /// Settings of Akka.NET that win over ActorNet's own, in HOCON; null for none. Addresses, roles, serializers and what must be the same on every node cannot be
    /// set here.
    /// </summary>
    public string? Hocon { get; init; }

    /// <summary>The name or address that other nodes are told.</summary>
    internal string Advertised => PublicHost ?? (Listen.Host is "0.0.0.0" or "::" or "*" ? System.Net.Dns.GetHostName() : Listen.Host);

    /// <summary>The port of the tensor link; 0 for any that is free.</summary>
    internal int TensorPort => LinkPort ?? (Listen.Port == 0 ? 0 : Listen.Port + 1);

    /// <summary>Checks what can be checked before anything is started.</summary>
    /// <exception cref="ActorNetException">The first wrong value, by its key.</exception>
    public void Validate()
    {
        Require(Workers >= 0, $"workers is {Workers}: it must be 0 or more.");
        Require(Pace >= TimeSpan.Zero, $"the pace is {Pace.TotalMilliseconds} ms: it must be 0 or more.");
        Require(Workers > 0 || Serves || Join.Count == 0, "the node has nothing to do: give it workers, or the server role.");
        Require(
            TensorPort is >= 0 and <= ushort.MaxValue,
            $"the tensor link's port is {TensorPort}: it must be between 0 and {ushort.MaxValue}; it is the one after that of cluster messages where no other is given.");
        Require(
            TensorPort == 0 || TensorPort != Listen.Port,
            $"the tensor link's port is {TensorPort}, where cluster messages come in: give it another, or none for the next one.");
        Require(ShardCacheLimit is null or > 0, $"the cache of shards may hold {ShardCacheLimit} bytes: it must be 1 or more.");
        var fault = Secret is { } secret ? SecretFile.Fault(secret) : null;
        Require(fault is null, $"the secret {fault}.");
        Certificates?.RequireNames(Advertised);
        Require(Join.All(seed => seed.Port > 0), "port 0 cannot be joined: give the coordinator's host:port.");
        try
        {
            OwnSettings.Parse(Hocon ?? "");
        }
        catch (ActorNetException error)
        {
            throw new ActorNetException($"the node's own settings of Akka.NET: {error.Message}", error);
        }
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new ActorNetException(message);
        }
    }
}
