using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Security;

namespace ActorNet.Cluster.Transfer;

/// <summary>Who this node is on the link, and how patient.</summary>
internal sealed record LinkSettings
{
    /// <summary>This node's name, the same for its listener and all its channels; at most <see cref="LinkLimits.NameBytes"/> of UTF-8.</summary>
    public required string Name { get; init; }

    /// <summary>What both sides must know, or null: then anyone may connect.</summary>
    public byte[]? Secret { get; init; }

    /// <summary>TLS of all connections; null for none.</summary>
    public NodeTls? Tls { get; init; }

    /// <summary>The whole handshake may take so long.</summary>
    public TimeSpan HandshakeDeadline { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A connection that takes no byte for so long is given up and made anew. Otherwise a host that vanished would hold it for TCP's quarter of an hour,
    /// and a mended network would be found only at TCP's next, rare attempt.
    /// </summary>
    public TimeSpan StallLimit { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Those of a node.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="options">How it is found.</param>
    /// <param name="tls">TLS of its connections; null for none.</param>
    public static LinkSettings Of(string name, NodeOptions options, NodeTls? tls) => new() { Name = name, Secret = options.Secret?.ToArray(), Tls = tls };

    /// <summary>A connection that this side made, in TLS where that is on.</summary>
    /// <exception cref="LinkException">TLS was not agreed.</exception>
    public LinkPipe SecureMade(SocketPipe plain, string host, HostPort at) =>
        Tls is null ? plain : TlsPipe.Connected(plain, Tls, host, at.ToString(), Deadline.In(HandshakeDeadline));

    /// <summary>A connection that came to this side, in TLS where that is on.</summary>
    /// <exception cref="LinkException">TLS was not agreed.</exception>
    public LinkPipe SecureAccepted(SocketPipe plain, string from) =>
        Tls is null ? plain : TlsPipe.Accepted(plain, Tls, from, Deadline.In(HandshakeDeadline));

    /// <exception cref="ArgumentException">The name is none, or the secret is empty.</exception>
    public void Check()
    {
        Handshake.CheckName(Name);
        if (Secret is { Length: 0 })
        {
            throw new ArgumentException("the secret of the tensor link is empty", nameof(Secret));
        }
    }
}
