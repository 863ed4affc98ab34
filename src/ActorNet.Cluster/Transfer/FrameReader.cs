using System.Buffers.Binary;
using System.IO.Hashing;

namespace ActorNet.Cluster.Transfer;

/// <summary>
/// Reads the frames of one connection, on its thread. A header and what came with it of the body go through a small buffer; the rest of the body is read
/// straight into the sink's memory.
/// </summary>
internal sealed class FrameReader(LinkPipe pipe)
{
    private readonly byte[] _buffer = new byte[LinkLimits.ScratchBytes];
    private readonly XxHash3 _hash = new();
    private int _start, _end;

    /// <summary>Waits for the next header. Its note is valid until the next header.</summary>
    /// <exception cref="LinkException">The connection has ended, or what came is no header.</exception>
    public FrameHeader ReadHeader()
    {
        Fill(FrameCodec.PrefixBytes);
        var length = FrameCodec.ReadPrefix(_buffer.AsSpan(_start));
        Fill(FrameCodec.PrefixBytes + length + FrameCodec.HashBytes);
        var header = _buffer.AsMemory(_start + FrameCodec.PrefixBytes, length + FrameCodec.HashBytes);
        _start += FrameCodec.PrefixBytes + header.Length;
        return FrameCodec.Read(header);
    }

    /// <summary>Reads a body.</summary>
    /// <returns>Whether its hash is right.</returns>
    /// <exception cref="LinkException">The connection has ended.</exception>
    public bool ReadBody(in FrameHeader header, Span<byte> body)
    {
        var hash = ReadBody(body);
        return hash == (header.HashFollows ? ReadHash() : header.Hash);
    }

    /// <summary>Reads a body and drops it.</summary>
    /// <exception cref="LinkException">The connection has ended.</exception>
    public void SkipBody(in FrameHeader header)
    {
        for (var rest = header.Length - TakeBuffered(header.Length).Length; rest > 0;)
        {
            rest -= pipe.Read(_buffer.AsSpan(0, Math.Min(rest, _buffer.Length)));
        }
        if (header.HashFollows)
        {
            ReadHash();
        }
    }

    private ulong ReadBody(Span<byte> body)
    {
        var here = TakeBuffered(body.Length);
        here.CopyTo(body);
        if (here.Length == body.Length)
        {
            return BodyHash.Of(body);
        }

        _hash.Reset();
        _hash.Append(here);
        for (var rest = body[here.Length..]; rest.Length > 0;)
        {
            var count = pipe.Read(rest[..Math.Min(rest.Length, LinkLimits.ReadBytes)]);
            _hash.Append(rest[..count]);
            rest = rest[count..];
        }
        return _hash.GetCurrentHashAsUInt64();
    }

    private ulong ReadHash()
    {
        Span<byte> hash = stackalloc byte[FrameCodec.HashBytes];
        var here = TakeBuffered(hash.Length);
        here.CopyTo(hash);
        for (var rest = hash[here.Length..]; rest.Length > 0;)
        {
            rest = rest[pipe.Read(rest)..];
        }
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }

    /// <summary>Reads until so many bytes lie in the buffer. No more is read ahead than a small frame: the rest of a body is not to be copied.</summary>
    private void Fill(int count)
    {
        if (_end - _start >= count)
        {
            return;
        }
        _buffer.AsSpan(_start.._end).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        while (_end < count)
        {
            _end += pipe.Read(_buffer.AsSpan(_end, Math.Max(count, LinkLimits.FirstBytes) - _end));
        }
    }

    private Span<byte> TakeBuffered(int most)
    {
        var taken = _buffer.AsSpan(_start, Math.Min(most, _end - _start));
        _start += taken.Length;
        return taken;
    }
}
