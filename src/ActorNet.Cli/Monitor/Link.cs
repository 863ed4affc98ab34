namespace ActorNet.Cli.Monitor;

/// <summary>How what is shown reaches the monitor.</summary>
/// <param name="State">Whether it does.</param>
/// <param name="Where">From where: a URL, or a record.</param>
/// <param name="LastSeen">When it last did, by this machine's clock, UTC; null for never.</param>
/// <param name="Reason">Why it does not; null when it does.</param>
internal sealed record Link(LinkState State, string Where, DateTime? LastSeen = null, string? Reason = null);

/// <summary>Whether what is shown reaches the monitor.</summary>
internal enum LinkState
{
    /// <summary>Nothing has been heard yet.</summary>
    Connecting,

    /// <summary>The coordinator answers.</summary>
    Live,

    /// <summary>It has answered, and does not any more.</summary>
    Lost,

    /// <summary>A record is played, nobody is asked.</summary>
    Replay,
}
