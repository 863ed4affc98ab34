using System.Buffers.Binary;
using System.IO.Hashing;

namespace ActorNet.Cluster.Transfer;

/// <summary>
/// Reads the frames of one connection, one call at a time. A header and what came with it of the body go through a small buffer; the rest of the body is read
/// straight into the sink's memory. What does not wait for bytes may leave a frame half read: the next call goes on from there.
/// </summary>
internal sealed class FrameReader(LinkPipe pipe)
{
    private readonly byte[] _buffer = new byte[LinkLimits.ScratchBytes];
    private readonly byte[] _hashThatFollows = new byte[FrameCodec.HashBytes];
    private readonly XxHash3 _hash = new();
    private int _start, _end;

    /// <summary>Bytes of the body, and of the hash behind it, that were read so far.</summary>
    private int _read;

    /// <summary>Reads the next header. Its note is valid until the next header.</summary>
    /// <param name="waits">Whether to wait for bytes that are not there.</param>
    /// <param name="header">The header.</param>
    /// <returns>Whether it is whole.</returns>
    /// <exception cref="LinkException">The connection has ended, or what came is no header.</exception>
    public bool TryReadHeader(bool waits, out FrameHeader header)
    {
        header = default;
        if (!TryFill(FrameCodec.PrefixBytes, waits))
        {
            return false;
        }

        var length = FrameCodec.ReadPrefix(_buffer.AsSpan(_start));
        if (!TryFill(FrameCodec.PrefixBytes + length + FrameCodec.HashBytes, waits))
        {
            return false;
        }

        var bytes = _buffer.AsMemory(_start + FrameCodec.PrefixBytes, length + FrameCodec.HashBytes);
        _start += FrameCodec.PrefixBytes + bytes.Length;
        header = FrameCodec.Read(bytes);
        _read = 0;
        _hash.Reset();
        return true;
    }

    /// <summary>Reads on in a body.</summary>
    /// <param name="header">Of the frame.</param>
    /// <param name="body">Where the body goes: the same for each call.</param>
    /// <param name="waits">Whether to wait for bytes that are not there.</param>
    /// <param name="isRight">Whether the hash of a body that is whole is right.</param>
    /// <returns>Whether it is whole.</returns>
    /// <exception cref="LinkException">The connection has ended.</exception>
    public bool TryReadBody(in FrameHeader header, Span<byte> body, bool waits, out bool isRight)
    {
        isRight = false;
        while (_read < body.Length)
        {
            var rest = body[_read..];
            var count = TakeBuffered(rest);
            if (count == 0 && !TryRead(rest[..Math.Min(rest.Length, LinkLimits.ReadBytes)], waits, out count))
            {
                return false;
            }

            _hash.Append(rest[..count]);
            _read += count;
        }

        if (header.HashFollows && !TryReadHash(body.Length, waits))
        {
            return false;
        }

        isRight = _hash.GetCurrentHashAsUInt64() == (header.HashFollows ? BinaryPrimitives.ReadUInt64LittleEndian(_hashThatFollows) : header.Hash);
        return true;
    }

    /// <summary>Reads on in a body that nobody wants.</summary>
    /// <returns>Whether it has all come.</returns>
    /// <exception cref="LinkException">The connection has ended.</exception>
    public bool TrySkipBody(in FrameHeader header, bool waits)
    {
        // Nothing is in the buffer any more when it is read into.
        while (_read < header.Length)
        {
            var rest = _buffer.AsSpan(0, Math.Min(header.Length - _read, _buffer.Length));
            var count = Math.Min(rest.Length, _end - _start);
            _start += count;
            if (count == 0 && !TryRead(rest, waits, out count))
            {
                return false;
            }

            _read += count;
        }

        return !header.HashFollows || TryReadHash(header.Length, waits);
    }

    /// <summary>Reads the hash behind a body. Not through the buffer: the header's note is there.</summary>
    private bool TryReadHash(int length, bool waits)
    {
        while (_read < length + FrameCodec.HashBytes)
        {
            var rest = _hashThatFollows.AsSpan(_read - length);
            var count = TakeBuffered(rest);
            if (count == 0 && !TryRead(rest, waits, out count))
            {
                return false;
            }

            _read += count;
        }

        return true;
    }

    /// <summary>Reads until so many bytes lie in the buffer. No more is read ahead than a small frame: the rest of a body is not to be copied.</summary>
    private bool TryFill(int count, bool waits)
    {
        if (_end - _start >= count)
        {
            return true;
        }

        _buffer.AsSpan(_start.._end).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        while (_end < count)
        {
            if (!TryRead(_buffer.AsSpan(_end, Math.Max(count, LinkLimits.FirstBytes) - _end), waits, out var read))
            {
                return false;
            }

            _end += read;
        }

        return true;
    }

    private bool TryRead(Span<byte> to, bool waits, out int count)
    {
        count = waits || pipe.IsReadable == true ? pipe.Read(to) : 0;
        return count > 0;
    }

    private int TakeBuffered(Span<byte> to)
    {
        var taken = _buffer.AsSpan(_start, Math.Min(to.Length, _end - _start));
        taken.CopyTo(to);
        _start += taken.Length;
        return taken.Length;
    }
}
