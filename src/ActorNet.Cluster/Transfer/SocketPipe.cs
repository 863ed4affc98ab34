using System.Net;
using System.Net.Sockets;

namespace ActorNet.Cluster.Transfer;

/// <summary>The only code that touches a connected socket.</summary>
internal sealed class SocketPipe : LinkPipe
{
    /// <summary>Where a platform does not wake a waiting thread when the socket is shut down, it looks this often.</summary>
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(250);

    private readonly Socket _socket;
    private volatile bool _aborted;

    /// <inheritdoc/>
    public override bool Aborted => _aborted;

    private SocketPipe(Socket socket)
    {
        _socket = socket;
        if (!IsLocal)
        {
            Prepare(socket);
        }
    }

    /// <summary>Whether it ends on this machine, without TCP.</summary>
    public bool IsLocal => _socket.AddressFamily == AddressFamily.Unix;

    /// <summary>An accepted connection: reads block.</summary>
    public static SocketPipe Accepted(Socket socket) => new(socket);

    /// <summary>Connects to the first address of the host that answers. Writes on such a pipe never block.</summary>
    /// <param name="host">A name or an address.</param>
    /// <param name="port">The port.</param>
    /// <param name="givenUp">Asked now and then whether nobody waits any more.</param>
    /// <param name="mayBeLocal">Whether a <see cref="LocalSocket"/> may take the port's place.</param>
    /// <exception cref="SocketException">The name is unknown, or no address answers.</exception>
    /// <exception cref="LinkException">No address answers in time.</exception>
    public static SocketPipe Connect(string host, int port, Func<bool> givenUp, bool mayBeLocal = false)
    {
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : Dns.GetHostAddresses(host);
        if (addresses.Length == 0)
        {
            throw new LinkException($"{host} has no address");
        }
        for (var i = 0; ; i++)
        {
            try
            {
                var endPoint = new IPEndPoint(addresses[i], port);
                return mayBeLocal && LocalSocket.Call(endPoint) is { } local ? new SocketPipe(local) : Connect(endPoint, givenUp);
            }
            catch (Exception failed) when (failed is SocketException or LinkException && i < addresses.Length - 1)
            {
                // The next address may answer: a name often has one of IPv6 and one of IPv4.
            }
        }
    }

    private static SocketPipe Connect(IPEndPoint endPoint, Func<bool> givenUp)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        try
        {
            try
            {
                socket.Connect(endPoint);
            }
            catch (SocketException pending) when (pending.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                WaitConnected(socket, endPoint, givenUp);
            }
            return new SocketPipe(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void WaitConnected(Socket socket, IPEndPoint endPoint, Func<bool> givenUp)
    {
        var deadline = Deadline.In(LinkLimits.Connecting);
        while (!socket.Poll(Shorter(_look, deadline.Left), SelectMode.SelectWrite))
        {
            if (givenUp() || deadline.Left == TimeSpan.Zero || socket.Poll(0, SelectMode.SelectError))
            {
                break;
            }
        }

        var error = (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
        if (error != 0)
        {
            throw new SocketException(error);
        }
        if (!socket.Connected)
        {
            throw new LinkException($"{endPoint} does not answer within {LinkLimits.Connecting.TotalSeconds} s");
        }
    }

    /// <inheritdoc/>
    public override bool? IsReadable => _socket.Poll(0, SelectMode.SelectRead);

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var count = _socket.Receive(buffer, SocketFlags.None, out var error);
        LinkMeter.Received.Add(count);
        return error != SocketError.Success ? throw Ended(error)
            : count == 0 ? throw new LinkException("the other side closed the connection")
            : count;
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer, Deadline deadline)
    {
        Wait(SelectMode.SelectRead, deadline, "nothing came");
        return Read(buffer);
    }

    /// <inheritdoc/>
    public override int TryWrite(ReadOnlySpan<byte> bytes)
    {
        var count = Math.Max(_socket.Send(bytes, SocketFlags.None, out var error), 0);
        LinkMeter.NoteSent(count);
        return error is SocketError.Success or SocketError.WouldBlock ? count : throw Ended(error);
    }

    /// <inheritdoc/>
    public override bool TryFlush() => true;

    /// <inheritdoc/>
    public override void WaitWritable(Deadline deadline) => Wait(SelectMode.SelectWrite, deadline, "no byte was taken for too long");

    /// <inheritdoc/>
    public override void WaitForEnd()
    {
        Span<byte> scratch = stackalloc byte[16];
        ReadPatiently(scratch);
        throw new LinkException("the other side sent what it may not");
    }

    /// <summary>Reads at least a byte, waiting for it without end.</summary>
    /// <exception cref="LinkException">The connection has ended.</exception>
    public int ReadPatiently(Span<byte> buffer)
    {
        while (!_socket.Blocking && !_socket.Poll(_look, SelectMode.SelectRead) && !_aborted)
        {
        }

        ThrowIfAborted();
        return Read(buffer);
    }

    /// <inheritdoc/>
    public override void EndGently(TimeSpan limit)
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
            Span<byte> scratch = stackalloc byte[256];
            var deadline = Deadline.In(limit);
            for (var i = 0; i < 16; i++)
            {
                Read(scratch, deadline);
            }
        }
        catch (Exception ended) when (ended is LinkException or SocketException or ObjectDisposedException)
        {
            // What was said is said.
        }
    }

    /// <inheritdoc/>
    public override void Abort()
    {
        _aborted = true;
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // It has ended already.
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => _socket.Dispose();

    private void Wait(SelectMode mode, Deadline deadline, string otherwise)
    {
        while (!_socket.Poll(Shorter(_look, deadline.Left), mode))
        {
            ThrowIfAborted();
            if (deadline.Left == TimeSpan.Zero)
            {
                throw new LinkException(otherwise);
            }
        }
        ThrowIfAborted();
    }

    private void ThrowIfAborted()
    {
        if (_aborted)
        {
            throw new LinkException("this side closed the connection");
        }
    }

    private LinkException Ended(SocketError error) =>
        new(_aborted ? "this side closed the connection" : new SocketException((int)error).Message);

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    /// <summary>
    /// No waiting for more bytes; buffers of the system's own choice, which grow with what the network needs; and keep-alives, since an idle connection to
    /// a host that vanished would otherwise look alive for hours: they find it in some ten seconds.
    /// </summary>
    private static void Prepare(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 1);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 5);
    }
}
