namespace ActorNet.Cluster.Transfer;

/// <summary>The bounds of the tensor link: what a peer can make a node allocate, hold or wait for.</summary>
internal static class LinkLimits
{
    /// <summary>Raised when an older node could not read what a newer one sends. A header may get further numbers at its end without it.</summary>
    public const ushort ProtocolVersion = 1;

    /// <summary>The most a frame's header takes. Ten numbers of at most nine bytes, a note, and room to grow; its length is written in two bytes.</summary>
    public const int HeaderBytes = 50 * 1024;

    /// <summary>The most a frame's note takes: the counts of a part of some 4,000 slices.</summary>
    public const int NoteBytes = 48 * 1024;

    /// <summary>The most one message of the handshake takes: two names, a nonce and a reason.</summary>
    public const int HandshakeBytes = 1024;

    /// <summary>The most a node's name takes in UTF-8: that of a host name.</summary>
    public const int NameBytes = 255;

    /// <summary>The most characters of a refusal's reason; the rest is cut.</summary>
    public const int ReasonLength = 200;

    /// <summary>
    /// A body up to this size is written by the caller of Send, some 0.1 ms at most, for waking a thread would take as long; and hashed beforehand. A larger
    /// one is hashed while it is written, at the price of one write more.
    /// </summary>
    public const int InlineBytes = 512 * 1024;

    /// <summary>A body's first bytes go in one write with the header, so that a small frame is one system call for each side.</summary>
    public const int FirstBytes = 8 * 1024;

    /// <summary>Of a large body so much at a time is hashed, then written. With less the reader overtakes the writer and sleeps between any two writes.</summary>
    public const int WriteBytes = 1024 * 1024;

    /// <summary>Of a body so much at a time is read, then hashed while it lies in the second-level cache.</summary>
    public const int ReadBytes = 256 * 1024;

    /// <summary>A declined body is read through a buffer of this size.</summary>
    public const int ScratchBytes = 64 * 1024;

    /// <summary>Connections that have not shown who they are: each holds a small thread until its deadline.</summary>
    public const int Unauthenticated = 32;

    /// <summary>Senders that a listener remembers, each a name, an id and a number.</summary>
    public const int Senders = 1024;

    /// <summary>Slots of a channel: far more than partitions × tree nodes of any job. A greater number is a fault of the caller.</summary>
    public const int Slots = 65_536;

    /// <summary>The stack of the link's threads: their calls are shallow.</summary>
    public const int StackBytes = 256 * 1024;

    /// <summary>The wait before the first new attempt to connect. It doubles with each that fails.</summary>
    public static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(20);

    /// <summary>The longest wait before a new attempt: a peer that returns is found within it.</summary>
    public static readonly TimeSpan LastBackoff = TimeSpan.FromSeconds(1);

    /// <summary>One address may take so long to answer.</summary>
    public static readonly TimeSpan Connecting = TimeSpan.FromSeconds(3);
}
