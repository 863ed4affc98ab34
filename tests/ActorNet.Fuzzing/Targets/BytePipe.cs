using ActorNet.Cluster.Transfer;

namespace ActorNet.Fuzzing.Targets;

/// <summary>A connection of which the other side has said all that it will say.</summary>
internal sealed class BytePipe(byte[] said) : LinkPipe
{
    private readonly MemoryStream _written = new();
    private int _read;
    private int _looks;

    /// <summary>What this side has said.</summary>
    public byte[] Written => _written.ToArray();

    /// <inheritdoc/>
    public override bool Aborted => false;

    /// <summary>Every third time nothing is there yet.</summary>
    public override bool? IsReadable => ++_looks % 3 > 0;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var part = said.AsSpan(_read, Math.Min(buffer.Length, said.Length - _read));
        part.CopyTo(buffer);
        _read += part.Length;
        return part.Length > 0 ? part.Length : throw new LinkException("the connection has ended");
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer, Deadline deadline) => Read(buffer);

    /// <inheritdoc/>
    public override int TryWrite(ReadOnlySpan<byte> bytes)
    {
        _written.Write(bytes);
        return bytes.Length;
    }

    /// <inheritdoc/>
    public override bool TryFlush() => true;

    /// <inheritdoc/>
    public override void WaitWritable(Deadline deadline)
    {
    }

    /// <inheritdoc/>
    public override void WaitForEnd() => throw new LinkException("the connection has ended");

    /// <inheritdoc/>
    public override void EndGently(TimeSpan limit)
    {
    }

    /// <inheritdoc/>
    public override void Abort()
    {
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
    }
}
