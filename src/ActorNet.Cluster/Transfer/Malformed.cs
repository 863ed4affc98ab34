using MessagePack;

namespace ActorNet.Cluster.Transfer;

/// <summary>What reading MessagePack field by field comes to where the bytes are not what they should be.</summary>
internal static class Malformed
{
    /// <summary>
    /// Whether an exception of the reader says so. A length beyond the message's end is an <see cref="ArgumentException"/> there; one that escaped would end the
    /// thread that reads, and with it the process.
    /// </summary>
    public static bool Is(Exception error) =>
        error is MessagePackSerializationException or EndOfStreamException or OverflowException or ArgumentException;
}
