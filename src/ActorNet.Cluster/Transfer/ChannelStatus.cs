namespace ActorNet.Cluster.Transfer;

/// <summary>A channel as a monitor shows it.</summary>
/// <param name="Peer">The node it sends to.</param>
/// <param name="Connected">Whether the handshake is done and the connection stands.</param>
/// <param name="Since">When it last became connected, or ceased to be.</param>
/// <param name="LastError">Why the last connection ended or the last attempt failed.</param>
/// <param name="Connections">Handshakes done: one more than reconnections.</param>
/// <param name="Frames">Frames written whole, those sent again included.</param>
/// <param name="BodyBytes">Bytes of their bodies.</param>
/// <param name="HeaderBytes">Bytes of their headers.</param>
/// <param name="Waiting">Frames not yet written.</param>
internal sealed record ChannelStatus(
    string Peer, bool Connected, DateTimeOffset Since, string? LastError, long Connections, long Frames, long BodyBytes, long HeaderBytes, int Waiting);

/// <summary>One connection of a listener as a monitor shows it.</summary>
/// <param name="Peer">The sending node.</param>
/// <param name="Since">When its handshake was done.</param>
/// <param name="Frames">Frames received whole, declined ones not counted.</param>
/// <param name="Declined">Frames whose body was dropped.</param>
/// <param name="BodyBytes">Bytes of the received bodies.</param>
internal sealed record InboundStatus(string Peer, DateTimeOffset Since, long Frames, long Declined, long BodyBytes);
