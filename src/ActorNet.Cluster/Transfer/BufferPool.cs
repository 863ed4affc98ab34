using ActorNet.Core.Numerics;

namespace ActorNet.Cluster.Transfer;

/// <summary>
/// Buffers for bodies that are received or sent, up to a stated number of bytes. A job uses few lengths, again and again, so a returned buffer is kept for
/// the next one of its length, and given up only when another length needs the room.
/// </summary>
/// <param name="maximumBytes">All buffers together, lent and kept, take at most this.</param>
internal sealed class BufferPool(long maximumBytes)
{
    private readonly Dictionary<int, Stack<PooledBuffer>> _kept = [];
    private long _bytes, _keptBytes;

    /// <summary>Bytes of the buffers that are lent.</summary>
    public long LentBytes
    {
        get
        {
            lock (_kept)
            {
                return _bytes - _keptBytes;
            }
        }
    }

    /// <summary>Lends a buffer, with whatever it held last.</summary>
    /// <returns>Null where the maximum does not allow it: the caller declines the frame, and it comes again.</returns>
    public PooledBuffer? Rent(int floats)
    {
        var bytes = (long)floats * sizeof(float);
        lock (_kept)
        {
            if (_kept.TryGetValue(floats, out var same) && same.TryPop(out var buffer))
            {
                _keptBytes -= bytes;
                buffer.Lent = true;
                return buffer;
            }
            if (_bytes - _keptBytes + bytes > maximumBytes)
            {
                return null;
            }

            GiveUpKept(_bytes + bytes - maximumBytes);
            _bytes += bytes;
        }
        return new PooledBuffer(this, new AlignedBuffer(floats)) { Lent = true };
    }

    /// <exception cref="InvalidOperationException">It was given back before.</exception>
    internal void Return(PooledBuffer buffer)
    {
        lock (_kept)
        {
            if (!buffer.Lent)
            {
                throw new InvalidOperationException($"a buffer of {buffer.Floats.Length} floats was given back twice");
            }
            buffer.Lent = false;
            if (!_kept.TryGetValue(buffer.Floats.Length, out var same))
            {
                _kept.Add(buffer.Floats.Length, same = []);
            }
            same.Push(buffer);
            _keptBytes += buffer.Bytes.Length;
        }
    }

    private void GiveUpKept(long tooMany)
    {
        foreach (var same in _kept.Values)
        {
            while (tooMany > 0 && same.TryPop(out var buffer))
            {
                tooMany -= buffer.Bytes.Length;
                _bytes -= buffer.Bytes.Length;
                _keptBytes -= buffer.Bytes.Length;
            }
        }
    }
}

/// <summary>A buffer of a pool; disposing gives it back.</summary>
internal sealed class PooledBuffer : IDisposable
{
    private readonly BufferPool _pool;

    internal PooledBuffer(BufferPool pool, AlignedBuffer buffer)
    {
        _pool = pool;
        Floats = buffer.Memory;
        Bytes = new FloatBytes(Floats).Memory;
    }

    public Memory<float> Floats { get; }

    /// <summary>The same memory, as the link sees it.</summary>
    public Memory<byte> Bytes { get; }

    /// <summary>The pool's own mark, under its lock.</summary>
    internal bool Lent { get; set; }

    public void Dispose() => _pool.Return(this);
}
