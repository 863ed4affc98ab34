using System.Net.Security;
using System.Security.Authentication;
using ActorNet.Cluster.Security;

namespace ActorNet.Cluster.Transfer;

/// <summary>A connection inside mutual TLS.</summary>
internal sealed class TlsPipe : LinkPipe
{
    /// <summary>So much is encrypted at a time: eight records of TLS, in one call of the system.</summary>
    private const int MostTaken = 128 * 1024;

    private readonly SocketPipe _plain;
    private readonly CipherText _cipherText;
    private readonly SslStream _stream;

    private TlsPipe(SocketPipe plain, Deadline deadline)
    {
        _plain = plain;
        _cipherText = new CipherText(plain) { HandshakeDeadline = deadline };
        _stream = new SslStream(_cipherText, leaveInnerStreamOpen: true);
    }

    /// <inheritdoc/>
    public override bool Aborted => _plain.Aborted;

    /// <summary>Secures a connection that this side made. The pipe belongs to the new one.</summary>
    /// <param name="plain">The connection.</param>
    /// <param name="tls">What to show, and whom to believe.</param>
    /// <param name="host">The host that was called.</param>
    /// <param name="peer">The other side, as people know it.</param>
    /// <param name="deadline">Until when TLS must be agreed.</param>
    /// <exception cref="LinkException">It was not, with the reason.</exception>
    public static TlsPipe Connected(SocketPipe plain, NodeTls tls, string host, string peer, Deadline deadline)
    {
        var check = tls.Callee(host);
        return Agreed(plain, tls, peer, check, deadline, isCaller: false, stream => stream.AuthenticateAsClient(tls.Client(host, check)));
    }

    /// <summary>Secures a connection that came to this side. The pipe belongs to the new one.</summary>
    /// <inheritdoc cref="Connected"/>
    public static TlsPipe Accepted(SocketPipe plain, NodeTls tls, string peer, Deadline deadline)
    {
        var check = tls.Caller(PeerKind.Node);
        return Agreed(plain, tls, peer, check, deadline, isCaller: true, stream => stream.AuthenticateAsServer(tls.Server(check)));
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) => Guarded(buffer);

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer, Deadline deadline)
    {
        _cipherText.ReadDeadline = deadline;
        try
        {
            return Guarded(buffer);
        }
        finally
        {
            _cipherText.ReadDeadline = null;
        }
    }

    /// <inheritdoc/>
    public override int TryWrite(ReadOnlySpan<byte> bytes)
    {
        if (!TryFlush())
        {
            return 0;
        }

        var count = Math.Min(bytes.Length, MostTaken);
        try
        {
            _stream.Write(bytes[..count]);
        }
        catch (Exception failed) when (failed is IOException or InvalidOperationException)
        {
            throw new LinkException(failed.GetBaseException().Message);
        }

        TryFlush();
        return count;
    }

    /// <inheritdoc/>
    public override bool TryFlush() => _cipherText.TryFlush();

    /// <inheritdoc/>
    public override void WaitWritable(Deadline deadline) => _plain.WaitWritable(deadline);

    /// <inheritdoc/>
    public override void WaitForEnd()
    {
        Span<byte> scratch = stackalloc byte[16];
        Guarded(scratch);
        throw new LinkException("the other side sent what it may not");
    }

    /// <inheritdoc/>
    public override void EndGently(TimeSpan limit) => _plain.EndGently(limit);

    /// <inheritdoc/>
    public override void Abort() => _plain.Abort();

    /// <inheritdoc/>
    public override void Dispose()
    {
        _stream.Dispose();
        _plain.Dispose();
    }

    private static TlsPipe Agreed(SocketPipe plain, NodeTls tls, string peer, PeerCheck check, Deadline deadline, bool isCaller, Action<SslStream> agree)
    {
        var pipe = new TlsPipe(plain, deadline);
        try
        {
            agree(pipe._stream);
            pipe._cipherText.EndHandshake();
            return pipe;
        }
        catch (Exception failed) when (failed is AuthenticationException or IOException or LinkException or InvalidOperationException)
        {
            check.HasSpoken = isCaller && pipe._cipherText.HasReceived;
            var refusal = tls.Refuse(peer, check, failed);
            pipe._cipherText.TryEndHandshake();
            pipe._stream.Dispose();
            throw new LinkException(refusal);
        }
    }

    private int Guarded(Span<byte> buffer)
    {
        try
        {
            return _stream.Read(buffer) is > 0 and var count ? count : throw new LinkException("the other side closed the connection");
        }
        catch (Exception failed) when (failed is IOException or InvalidOperationException)
        {
            throw new LinkException(failed.GetBaseException().Message);
        }
    }

    /// <summary>
    /// What lies below TLS. After the handshake encrypted bytes are kept until the connection takes them, so that a writer is never made to wait, and a reader waits
    /// no longer than it wants to.
    /// </summary>
    private sealed class CipherText(SocketPipe plain) : Stream
    {
        private byte[] _kept = [];
        private int _length, _sent;
        private bool _isHandshake = true;

        /// <summary>Until when the handshake must be over.</summary>
        public required Deadline HandshakeDeadline { get; init; }

        /// <summary>Until when the next bytes must come; null for no limit.</summary>
        public Deadline? ReadDeadline { get; set; }

        /// <summary>Whether the other side has said anything in the handshake.</summary>
        public bool HasReceived { get; private set; }

        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        /// <summary>The last words of the handshake are sent; from now on nobody waits for the connection to take bytes.</summary>
        public void EndHandshake()
        {
            SendKept();
            _isHandshake = false;
        }

        /// <summary>Sends the alert that says why TLS was not agreed, if the other side still listens.</summary>
        public void TryEndHandshake()
        {
            try
            {
                SendKept();
            }
            catch (LinkException)
            {
                // It knows already that nothing comes of it.
            }
        }

        public bool TryFlush()
        {
            while (_sent < _length)
            {
                var count = plain.TryWrite(_kept.AsSpan(_sent, _length - _sent));
                _sent += count;
                if (count == 0)
                {
                    return false;
                }
            }

            _sent = _length = 0;
            return true;
        }

        public override int Read(Span<byte> buffer)
        {
            if (buffer.IsEmpty)
            {
                // SslStream waits in this way before it takes a buffer for what comes; the next call waits as well.
                return 0;
            }

            if (!_isHandshake)
            {
                return ReadDeadline is { } deadline ? plain.Read(buffer, deadline) : plain.ReadPatiently(buffer);
            }

            SendKept();
            var count = plain.Read(buffer, HandshakeDeadline);
            HasReceived = true;
            return count;
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (_kept.Length < _length + buffer.Length)
            {
                Array.Resize(ref _kept, Math.Max(_length + buffer.Length, MostTaken + (MostTaken / 64)));
            }

            buffer.CopyTo(_kept.AsSpan(_length));
            _length += buffer.Length;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        private void SendKept()
        {
            while (!TryFlush())
            {
                plain.WaitWritable(HandshakeDeadline);
            }
        }
    }
}
