using System.Buffers.Binary;
using System.IO.Hashing;

namespace ActorNet.Cluster.Transfer;

/// <summary>
/// One frame on its way into a connection. It may stop where the connection is full, and be continued by another thread. Whoever holds the channel's turn
/// to write is its only user.
/// <para>
/// A large body whose hash the caller did not give is hashed piece by piece just before each piece is written, so that the other side reads meanwhile; the
/// hash then follows the body, in one write with its last bytes. A small body is hashed beforehand: that is quicker than another write.
/// </para>
/// </summary>
internal sealed class FrameWriter
{
    /// <summary>The header and the first bytes of the body; later its last bytes and its hash.</summary>
    private readonly FixedBuffer _small = new(FrameCodec.PrefixBytes + LinkLimits.HeaderBytes + FrameCodec.HashBytes + LinkLimits.FirstBytes);

    private readonly byte[] _note = new byte[LinkLimits.NoteBytes];
    private readonly XxHash3 _hash = new();

    /// <summary>Held while the body is read, one piece at a time, and while a copy takes its place.</summary>
    private readonly Lock _bodyGate = new();

    private FrameHeader _header;
    private ReadOnlyMemory<byte> _body;
    private byte[] _copy = [];
    private bool _encoded, _hashIsDue;
    private int _smallSent, _bodySent, _hashed, _directEnd;

    /// <summary>The body as it was given.</summary>
    public ReadOnlyMemory<byte> Body { get; private set; }

    /// <summary>Bytes of the frame beside its body.</summary>
    public int HeaderBytes { get; private set; }

    /// <summary>Takes the frame over, under the channel's lock: the slot may get its next frame while this one is written.</summary>
    public void Begin(Slot slot, long sequence)
    {
        slot.Header.Note.CopyTo(_note);
        _header = slot.Header with { Sequence = sequence, Note = _note.AsMemory(0, slot.Header.Note.Length) };
        Body = _body = slot.Body;
        _encoded = false;
    }

    public void End()
    {
        lock (_bodyGate)
        {
            Body = _body = default;
        }
    }

    /// <summary>Copies the body if it is of a kind, partition and step, or a step before, so that its owner may change it while it is still being written.</summary>
    public void Detach(FrameKind kind, int? partition, long step)
    {
        lock (_bodyGate)
        {
            if (_body.IsEmpty || _header.Kind != kind || _header.Step > step || (partition ?? _header.Partition) != _header.Partition)
            {
                return;
            }

            _copy = _copy.Length < _body.Length ? new byte[_body.Length] : _copy;
            _body.CopyTo(_copy);
            _body = _copy.AsMemory(0, _body.Length);
        }
    }

    /// <summary>Writes what the connection takes.</summary>
    /// <returns>Whether the frame is written whole.</returns>
    /// <exception cref="LinkException">The connection has ended.</exception>
    public bool TryFinish(LinkPipe pipe)
    {
        if (!_encoded)
        {
            EncodeHead();
        }
        if (!TryWriteSmall(pipe) || !TryWriteBody(pipe))
        {
            return false;
        }
        if (_hashIsDue)
        {
            EncodeTail();
        }
        return TryWriteSmall(pipe) && pipe.TryFlush();
    }

    private void EncodeHead()
    {
        lock (_bodyGate)
        {
            EncodeHeadAndFirstBytes();
        }
    }

    private void EncodeHeadAndFirstBytes()
    {
        if (_header.Hash == 0 && _body.Length <= LinkLimits.InlineBytes)
        {
            _header = _header with { Hash = BodyHash.Of(_body.Span) };
        }
        _small.Clear();
        FrameCodec.Write(_header, _small);
        _hashIsDue = _header.HashFollows;
        HeaderBytes = _small.Length + (_hashIsDue ? FrameCodec.HashBytes : 0);
        _hash.Reset();
        _hashed = _smallSent = 0;
        _bodySent = 0;
        AppendBody(Math.Min(_body.Length, LinkLimits.FirstBytes));
        _directEnd = _hashIsDue ? Math.Max(_bodySent, _body.Length - LinkLimits.FirstBytes) : _body.Length;
        _encoded = true;
    }

    private void EncodeTail()
    {
        _small.Clear();
        _smallSent = 0;
        lock (_bodyGate)
        {
            AppendBody(_body.Length);
        }

        BinaryPrimitives.WriteUInt64LittleEndian(_small.Free, _hash.GetCurrentHashAsUInt64());
        _small.Advance(FrameCodec.HashBytes);
        _hashIsDue = false;
    }

    private void AppendBody(int until)
    {
        Hash(until);
        _body.Span[_bodySent..until].CopyTo(_small.Free);
        _small.Advance(until - _bodySent);
        _bodySent = until;
    }

    private void Hash(int until)
    {
        if (_hashIsDue)
        {
            _hash.Append(_body.Span[_hashed..until]);
        }
        _hashed = until;
    }

    private bool TryWriteSmall(LinkPipe pipe)
    {
        while (_smallSent < _small.Length)
        {
            var taken = pipe.TryWrite(_small.Written[_smallSent..]);
            _smallSent += taken;
            if (taken == 0)
            {
                return false;
            }
        }
        return true;
    }

    private bool TryWriteBody(LinkPipe pipe)
    {
        while (_bodySent < _directEnd)
        {
            if (WritePiece(pipe) == 0)
            {
                return false;
            }
        }
        return true;
    }

    private int WritePiece(LinkPipe pipe)
    {
        lock (_bodyGate)
        {
            if (_bodySent == _hashed)
            {
                Hash(_hashIsDue ? Math.Min(_directEnd, _bodySent + LinkLimits.WriteBytes) : _directEnd);
            }
            var taken = pipe.TryWrite(_body.Span[_bodySent.._hashed]);
            _bodySent += taken;
            return taken;
        }
    }
}
