namespace ActorNet.Cluster.Transfer;

/// <summary>Who lent a body to a channel, and wants to know when it may be written to again.</summary>
internal interface IBodyOwner
{
    /// <summary>
    /// The channel reads this body no more: it was replaced or forgotten, or the channel closed. Called once for each Send, on the thread that brought it
    /// about, outside all locks of the channel.
    /// </summary>
    void Release(in SlotKey slot, ReadOnlyMemory<byte> body);
}
