namespace ActorNet.Cluster.Transfer;

internal enum LinkEvent
{
    /// <summary>The handshake is done.</summary>
    Connected,

    /// <summary>A connection ended: told at once, for it is how a killed peer is noticed early.</summary>
    Lost,

    /// <summary>An attempt to connect failed or was refused; a channel tries again.</summary>
    Failed,

    /// <summary>An attempt to connect again found that nobody listens there any more: the peer's process has ended. A channel tries again.</summary>
    Gone,
}

/// <summary>A connection came or went.</summary>
/// <param name="Peer">The other node's name, or its address where it did not prove a name.</param>
/// <param name="Event">What happened.</param>
/// <param name="Reason">Why, unless connected.</param>
internal readonly record struct LinkChange(string Peer, LinkEvent Event, string? Reason)
{
    /// <summary>Whether it was lost for a body that is not what its sender hashed.</summary>
    public bool IsCorrupt { get; init; }
}
