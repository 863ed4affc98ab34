using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Security;

namespace ActorNet.Cli.Http;

/// <summary>Where a process serves HTTP, and for whom.</summary>
internal sealed record HttpOptions
{
    /// <summary>The port of a run that nobody gave another, when it is free.</summary>
    public const int DefaultPort = 4080;

    /// <summary>Where it listens; null for nowhere.</summary>
    public HostPort? Listen { get; init; }

    /// <summary>Whether somebody asked for just this port; otherwise any that is free will do.</summary>
    public bool IsAsked { get; init; }

    /// <summary>The name by which others reach it when it listens on all addresses; null for the host's own.</summary>
    public string? PublicHost { get; init; }

    /// <summary>Mutual TLS; null for none.</summary>
    public NodeCertificates? Certificates { get; init; }

    /// <summary>What a caller must know who wants to change something; null for a token made at start.</summary>
    public BearerToken? Token { get; init; }

    /// <summary>Where metrics are pushed by OTLP; null for where the standard variables say, or nowhere.</summary>
    public Uri? Otlp { get; init; }
}
