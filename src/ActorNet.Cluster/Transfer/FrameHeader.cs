namespace ActorNet.Cluster.Transfer;

/// <summary>What a body is. A receiver declines a kind that it does not know.</summary>
internal enum FrameKind : byte
{
    None = 0,
    Weights = 1,
    Part = 2,
    Snapshot = 3,
    Blob = 4,

    /// <summary>A vector of the state that a partition starts from.</summary>
    State = 5,

    /// <summary>A host of a partition has reached a version: no body, and the hash of its weights as note.</summary>
    Version = 6,
}

/// <summary>The place of a frame at its sender. Of each slot only the newest frame counts.</summary>
internal readonly record struct SlotKey(FrameKind Kind, int Partition, int First, int Count);

/// <summary>What a frame's body is. The link itself reads only the slot, <see cref="Length"/>, <see cref="Hash"/> and <see cref="Sequence"/>.</summary>
internal readonly record struct FrameHeader
{
    public FrameKind Kind { get; init; }

    /// <summary>The coordinator's incarnation under which it was sent.</summary>
    public long Incarnation { get; init; }

    /// <summary>The first eight bytes of the job's hash.</summary>
    public ulong Job { get; init; }

    public long Step { get; init; }

    public int Partition { get; init; }

    /// <summary>The tree node's first leaf, or an index of what the kind numbers.</summary>
    public int First { get; init; }

    /// <summary>The tree node's leaves.</summary>
    public int Count { get; init; }

    /// <summary>Bytes of the body. The channel sets it.</summary>
    public int Length { get; init; }

    /// <summary>XXH3 of the body, see <see cref="BodyHash"/>; zero where it was not known beforehand: then it follows the body.</summary>
    public ulong Hash { get; init; }

    public bool HashFollows => Hash == 0;

    /// <summary>Rises with each frame that a channel writes. The channel sets it.</summary>
    public long Sequence { get; init; }

    /// <summary>Counts that go with the body, at most <see cref="LinkLimits.NoteBytes"/>. A received one is valid only during the sink's call.</summary>
    public ReadOnlyMemory<byte> Note { get; init; }

    public SlotKey Slot => new(Kind, Partition, First, Count);
}
