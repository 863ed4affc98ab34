namespace ActorNet.Cluster.Transfer;

/// <summary>
/// A connection: bytes in, bytes out, a way to wait for each, and an end that any thread may bring about. One thread reads and another writes. Nothing here runs
/// on the thread pool, which compute or a cluster in trouble may keep busy.
/// </summary>
internal abstract class LinkPipe : IDisposable
{
    /// <summary>Whether this side has ended it.</summary>
    public abstract bool Aborted { get; }

    /// <summary>Whether a read would not wait; null where that cannot be known.</summary>
    public virtual bool? IsReadable => null;

    /// <summary>Reads at least a byte, waiting for it without end on an accepted pipe.</summary>
    /// <exception cref="LinkException">The connection has ended.</exception>
    public abstract int Read(Span<byte> buffer);

    /// <summary>Reads at least a byte.</summary>
    /// <exception cref="LinkException">The connection has ended, or the deadline is over.</exception>
    public abstract int Read(Span<byte> buffer, Deadline deadline);

    /// <summary>Takes what can be written at once, or be kept until <see cref="TryFlush"/>.</summary>
    /// <returns>The bytes taken: fewer than given where the connection is full.</returns>
    /// <exception cref="LinkException">The connection has ended.</exception>
    public abstract int TryWrite(ReadOnlySpan<byte> bytes);

    /// <summary>Writes what was taken and is kept.</summary>
    /// <returns>Whether nothing is kept any more.</returns>
    /// <exception cref="LinkException">The connection has ended.</exception>
    public abstract bool TryFlush();

    /// <summary>Waits until the connection takes bytes again.</summary>
    /// <exception cref="LinkException">The connection has ended, or the time is over.</exception>
    public abstract void WaitWritable(Deadline deadline);

    /// <summary>Waits until the other side ends the connection, as long as that takes.</summary>
    /// <exception cref="LinkException">Always, with the reason.</exception>
    public abstract void WaitForEnd();

    /// <summary>Says that nothing more will be written, then waits briefly for the other side's end, so that it can read what was written last.</summary>
    public abstract void EndGently(TimeSpan limit);

    /// <summary>Ends the connection from any thread; whoever reads or writes gets an exception.</summary>
    public abstract void Abort();

    /// <summary>Frees the connection. Nobody may be reading or writing any more.</summary>
    public abstract void Dispose();

    /// <summary>Reads until the buffer is full.</summary>
    /// <exception cref="LinkException">The connection has ended, or the deadline is over.</exception>
    public void ReadExactly(Span<byte> buffer, Deadline deadline)
    {
        while (buffer.Length > 0)
        {
            buffer = buffer[Read(buffer, deadline)..];
        }
    }

    /// <summary>Writes it all.</summary>
    /// <exception cref="LinkException">The connection has ended, or the deadline is over.</exception>
    public void Write(ReadOnlySpan<byte> bytes, Deadline deadline)
    {
        while (bytes.Length > 0 || !TryFlush())
        {
            WaitWritable(deadline);
            bytes = bytes[TryWrite(bytes)..];
        }
    }
}
