namespace ActorNet.Cluster.Transfer;

/// <summary>
/// Where received bodies go. Called on the thread that reads the connection, one call at a time for each sender; while a call lasts that sender waits.
/// An exception ends the connection, and the sender sends again: it is for faults, not for declining.
/// </summary>
internal interface ITensorSink
{
    /// <summary>A header is there, its body on the way.</summary>
    /// <param name="from">The sending node.</param>
    /// <param name="header">What comes.</param>
    /// <param name="body">Memory of exactly <see cref="FrameHeader.Length"/> bytes, the link's until <see cref="Arrived"/> or <see cref="Lost"/>.</param>
    /// <returns>False to decline: the body is dropped and counts as received.</returns>
    bool Accept(string from, in FrameHeader header, out Memory<byte> body);

    /// <summary>The body is whole and its hash is right.</summary>
    void Arrived(string from, in FrameHeader header, Memory<byte> body);

    /// <summary>The connection broke within the body, or its hash is wrong: the memory is the sink's again. The sender sends the frame, or a newer one, anew.</summary>
    void Lost(string from, in FrameHeader header, Memory<byte> body);
}
