namespace ActorNet.Cluster.Transfer;

/// <summary>The newest frame of one place at a channel; kept when it is written, so that it can be sent again. Guarded by the channel's lock.</summary>
internal sealed class Slot
{
    private byte[] _note = [];

    public FrameHeader Header { get; private set; }

    public ReadOnlyMemory<byte> Body { get; private set; }

    public IBodyOwner? Owner { get; private set; }

    public bool Full { get; private set; }

    /// <summary>Rises with each frame put here: tells whether the frame that was being written is still the newest.</summary>
    public long Stamp { get; private set; }

    /// <summary>The sequence under which this frame was last written or begun; zero if never.</summary>
    public long Sequence { get; set; }

    public bool Queued { get; set; }

    public Slot? Next { get; set; }

    public void Put(in FrameHeader header, ReadOnlyMemory<byte> body, IBodyOwner? owner)
    {
        if (_note.Length < header.Note.Length)
        {
            _note = new byte[header.Note.Length];
        }
        header.Note.CopyTo(_note);
        Header = header with { Length = body.Length, Note = _note.AsMemory(0, header.Note.Length) };
        Body = body;
        Owner = owner;
        Full = true;
        Sequence = 0;
        Stamp++;
    }

    public void Empty()
    {
        Body = default;
        Owner = null;
        Full = false;
        Stamp++;
    }
}
