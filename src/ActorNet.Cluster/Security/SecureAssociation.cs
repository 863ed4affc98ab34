using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Remote.Transport;
using Google.Protobuf;

namespace ActorNet.Cluster.Security;

/// <summary>One connection of <see cref="SecureTransport"/>: messages, each behind its length in four bytes, little-endian.</summary>
internal sealed class SecureAssociation : AssociationHandle
{
    private const int PrefixBytes = sizeof(int);

    /// <summary>What may wait to be written. Akka.Remote keeps what is refused, and tries again.</summary>
    private const int MostWaiting = 4 * 1024 * 1024;

    /// <summary>Messages that wait are written together, up to this size.</summary>
    private const int MostTogether = 64 * 1024;

    /// <summary>After the last word so long is waited for the other side's end, so that it can read what was written last.</summary>
    private static readonly TimeSpan _farewell = TimeSpan.FromSeconds(2);

    private readonly Socket _socket;
    private readonly SslStream _stream;
    private readonly int _mostBytes;
    private readonly Action<SecureAssociation> _closed;
    private readonly Channel<ByteString> _waiting = Channel.CreateUnbounded<ByteString>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waitingBytes;
    private int _isEnding;

    /// <summary>A connection on which TLS is agreed.</summary>
    public SecureAssociation(Address local, Address remote, Socket socket, SslStream stream, int mostBytes, Action<SecureAssociation> closed)
        : base(local, remote)
    {
        (_socket, _stream, _mostBytes, _closed) = (socket, stream, mostBytes, closed);
    }

    /// <summary>Done when the connection is closed.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Writes from now on, and reads as soon as somebody listens.</summary>
    public void Begin()
    {
        _ = RunAsync();
    }

    /// <inheritdoc/>
    public override bool Write(ByteString payload)
    {
        if (Volatile.Read(ref _waitingBytes) > MostWaiting)
        {
            return false;
        }

        Interlocked.Add(ref _waitingBytes, payload.Length);
        return _waiting.Writer.TryWrite(payload);
    }

    /// <inheritdoc/>
    [Obsolete("As in the class that this extends: say the reason.")]
    public override void Disassociate() => End();

    /// <summary>Writes what waits, and closes.</summary>
    public void End()
    {
        if (Interlocked.Exchange(ref _isEnding, 1) == 0)
        {
            _waiting.Writer.TryComplete();
            _ = CloseAfterFarewellAsync();
        }
    }

    private async Task RunAsync()
    {
        var writing = WriteAllAsync();
        await ReadAllAsync().ConfigureAwait(false);
        // The other side is gone: nothing that waits can reach it.
        _waiting.Writer.TryComplete();
        Close();
        await writing.ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
        _closed(this);
        _ended.TrySetResult();
    }

    private async Task CloseAfterFarewellAsync()
    {
        await Task.WhenAny(Ended, Task.Delay(_farewell)).ConfigureAwait(false);
        Close();
    }

    private void Close()
    {
        try
        {
            // Wakes who reads and who writes, which dispose of it then.
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // It has ended already.
        }
    }

    private async Task ReadAllAsync()
    {
        IHandleEventListener? listener = null;
        try
        {
            var prefix = new byte[PrefixBytes];
            // Nobody may ever listen, when the association is given up first: then the connection's end ends the wait.
            listener = await ListenerAsync().ConfigureAwait(false);
            while (listener is not null)
            {
                await _stream.ReadExactlyAsync(prefix).ConfigureAwait(false);
                var length = BinaryPrimitives.ReadInt32LittleEndian(prefix);
                if (length < 0 || length > _mostBytes)
                {
                    throw new InvalidDataException($"a message of {length} bytes: at most {_mostBytes}");
                }

                var payload = new byte[length];
                await _stream.ReadExactlyAsync(payload).ConfigureAwait(false);
                listener.Notify(new InboundPayload(UnsafeByteOperations.UnsafeWrap(payload)));
            }
        }
        catch (Exception ended) when (ended is IOException or InvalidDataException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // However it ended, the association is over.
        }

        listener?.Notify(new Disassociated(_isEnding == 1 ? DisassociateInfo.Shutdown : DisassociateInfo.Unknown));
    }

    private async Task<IHandleEventListener?> ListenerAsync()
    {
        await Task.WhenAny(ReadHandlerSource.Task, _waiting.Reader.Completion).ConfigureAwait(false);
        return ReadHandlerSource.Task.IsCompletedSuccessfully ? await ReadHandlerSource.Task.ConfigureAwait(false) : null;
    }

    private async Task WriteAllAsync()
    {
        try
        {
            var together = new byte[MostTogether + PrefixBytes + _mostBytes];
            while (await _waiting.Reader.WaitToReadAsync().ConfigureAwait(false))
            {
                var length = Gather(together);
                await _stream.WriteAsync(together.AsMemory(0, length)).ConfigureAwait(false);
            }

            await _stream.ShutdownAsync().ConfigureAwait(false);
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception ended) when (ended is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Whoever reads sees it too, and closes.
            Close();
        }
    }

    private int Gather(byte[] together)
    {
        var length = 0;
        while (length < MostTogether && _waiting.Reader.TryRead(out var payload))
        {
            BinaryPrimitives.WriteInt32LittleEndian(together.AsSpan(length), payload.Length);
            payload.Span.CopyTo(together.AsSpan(length + PrefixBytes));
            length += PrefixBytes + payload.Length;
            Interlocked.Add(ref _waitingBytes, -payload.Length);
        }

        return length;
    }
}
