namespace ActorNet.Cluster.Transfer;

/// <summary>
/// One frame on its way into a connection. It may stop where the connection is full, and be continued by another thread. Whoever holds the channel's turn
/// to write is its only user.
/// </summary>
internal sealed class FrameWriter
{
    private readonly FixedBuffer _head = new(FrameCodec.PrefixBytes + LinkLimits.HeaderBytes + FrameCodec.HashBytes + LinkLimits.FirstBytes);
    private readonly byte[] _note = new byte[LinkLimits.NoteBytes];
    private FrameHeader _header;
    private ReadOnlyMemory<byte> _body;
    private int _headSent, _bodySent;

    public ReadOnlyMemory<byte> Body => _body;

    public int HeaderBytes { get; private set; }

    /// <summary>Takes the frame over, under the channel's lock: the slot may get its next frame while this one is written.</summary>
    public void Begin(Slot slot, long sequence)
    {
        slot.Header.Note.CopyTo(_note);
        _header = slot.Header with { Sequence = sequence, Note = _note.AsMemory(0, slot.Header.Note.Length) };
        _body = slot.Body;
        HeaderBytes = 0;
    }

    /// <summary>Writes what the connection takes.</summary>
    /// <returns>Whether the frame is written whole.</returns>
    /// <exception cref="LinkException">The connection has ended.</exception>
    public bool TryFinish(TcpPipe pipe)
    {
        if (HeaderBytes == 0)
        {
            Encode();
        }
        while (_headSent < _head.Length)
        {
            var taken = pipe.TryWrite(_head.Written[_headSent..]);
            _headSent += taken;
            if (taken == 0)
            {
                return false;
            }
        }
        while (_bodySent < _body.Length)
        {
            var taken = pipe.TryWrite(_body.Span[_bodySent..]);
            _bodySent += taken;
            if (taken == 0)
            {
                return false;
            }
        }
        return true;
    }

    public void Clear() => _body = default;

    private void Encode()
    {
        if (_header.Hash == 0)
        {
            _header = _header with { Hash = BodyHash.Of(_body.Span) };
        }
        _head.Clear();
        FrameCodec.Write(_header, _head);
        HeaderBytes = _head.Length;
        _headSent = 0;
        _bodySent = Math.Min(_body.Length, LinkLimits.FirstBytes);
        _body.Span[.._bodySent].CopyTo(_head.Free);
        _head.Advance(_bodySent);
    }
}
