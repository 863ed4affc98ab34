namespace ActorNet.Cluster.Hosting;

/// <summary>A node inside a service, as its configuration says it: the section <see cref="Section"/> of appsettings.json, or variables like ActorNet__Join.</summary>
public sealed class NodeServiceOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "ActorNet";

    /// <summary>Where it listens, as <c>host:port</c>; port 0 for any that is free.</summary>
    public string Listen { get; set; } = "0.0.0.0:0";

    /// <summary>The name or address by which other nodes reach it; <c>{host}</c> in it is this machine's name, <c>{ip}</c> its address with dashes. Null for the one that it listens on, or for the host's own name.</summary>
    public string? PublicHost { get; set; }

    /// <summary>The port of its tensor link; null for the one after that of <see cref="Listen"/>.</summary>
    public int? LinkPort { get; set; }

    /// <summary>For a worker or server: the coordinator, as <c>host:port</c>; several with commas, when it may be on any of them.</summary>
    public string? Join { get; set; }

    /// <summary>Worker actors, one thread each; 0 for none, null for one a core (and for a training service, what its request says).</summary>
    public int? Workers { get; set; }

    /// <summary>Whether a node that joins takes partitions of the parameters. One that trains always does.</summary>
    public bool Serves { get; set; }

    /// <summary>For a training service: worker actors, of all nodes, that must be there before training begins.</summary>
    public int MinWorkers { get; set; } = 1;

    /// <summary>For a training service: nodes that take partitions that must be there before training begins.</summary>
    public int MinServers { get; set; } = 1;

    /// <summary>The folder in which shards are kept that came from the coordinator's node; null for <c>shards</c> in the user's cache.</summary>
    public string? ShardCache { get; set; }

    /// <summary>The bytes that that folder may hold; null for half of the disk.</summary>
    public long? ShardCacheLimit { get; set; }

    /// <summary>A file with a secret of 16 bytes or more, the same on every node; null for none.</summary>
    public string? SecretFile { get; set; }

    /// <summary>
    /// A folder with <c>ca.crt</c>, <c>tls.crt</c> and <c>tls.key</c> for mutual TLS of all that nodes say to each other, as <c>actornet certs create</c> makes it; null for
    /// none. All nodes of a cluster have it, or none.
    /// </summary>
    public string? Tls { get; set; }

    /// <summary>Whether the names in others' certificates need not be those of their hosts.</summary>
    public bool TlsAnyHost { get; set; }

    /// <summary>A file with settings of Akka.NET, in HOCON, that win over ActorNet's own; null for none.</summary>
    public string? ConfigFile { get; set; }

    /// <summary>Whether the service stops when its first job is over, instead of waiting for the next.</summary>
    public bool ExitWhenDone { get; set; }
}
