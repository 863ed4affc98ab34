using System.Net;
using System.Net.Sockets;

namespace ActorNet.Cluster.Transfer;

/// <summary>
/// The only code that touches a connected socket. Bytes in, bytes out, a way to wait for each, and an end that any thread may bring about: TLS would be
/// another class of this shape. Nothing here runs on the thread pool, which compute or a cluster in trouble may keep busy.
/// </summary>
internal sealed class TcpPipe : IDisposable
{
    /// <summary>Where a platform does not wake a waiting thread when the socket is shut down, it looks this often.</summary>
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(250);

    private readonly Socket _socket;
    private volatile bool _aborted;

    public bool Aborted => _aborted;

    private TcpPipe(Socket socket)
    {
        _socket = socket;
        Prepare(socket);
    }

    /// <summary>An accepted connection: reads block.</summary>
    public static TcpPipe Accepted(Socket socket) => new(socket);

    /// <summary>Connects to the first address of the host that answers. Writes on such a pipe never block.</summary>
    /// <exception cref="SocketException">The name is unknown, or no address answers.</exception>
    /// <exception cref="LinkException">No address answers in time.</exception>
    public static TcpPipe Connect(string host, int port, Func<bool> givenUp)
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
                return Connect(new IPEndPoint(addresses[i], port), givenUp);
            }
            catch (Exception failed) when (failed is SocketException or LinkException && i < addresses.Length - 1)
            {
                // The next address may answer: a name often has one of IPv6 and one of IPv4.
            }
        }
    }

    private static TcpPipe Connect(IPEndPoint endPoint, Func<bool> givenUp)
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
            return new TcpPipe(socket);
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

    /// <summary>Reads at least a byte, waiting for it without end on an accepted pipe.</summary>
    /// <exception cref="LinkException">The connection has ended.</exception>
    public int Read(Span<byte> buffer)
    {
        var count = _socket.Receive(buffer, SocketFlags.None, out var error);
        LinkMeter.Received.Add(count);
        return error != SocketError.Success ? throw Ended(error)
            : count == 0 ? throw new LinkException("the other side closed the connection")
            : count;
    }

    /// <summary>Reads until the buffer is full.</summary>
    /// <exception cref="LinkException">The connection has ended, or the deadline is over.</exception>
    public void ReadExactly(Span<byte> buffer, Deadline deadline)
    {
        while (buffer.Length > 0)
        {
            Wait(SelectMode.SelectRead, deadline, "nothing came");
            buffer = buffer[Read(buffer)..];
        }
    }

    /// <summary>Writes it all.</summary>
    /// <exception cref="LinkException">The connection has ended, or the deadline is over.</exception>
    public void Write(ReadOnlySpan<byte> bytes, Deadline deadline)
    {
        while (bytes.Length > 0)
        {
            Wait(SelectMode.SelectWrite, deadline, "no byte was taken");
            bytes = bytes[TryWrite(bytes)..];
        }
    }

    /// <summary>Writes what the connection takes at once.</summary>
    /// <returns>The bytes taken: fewer than given where it is full.</returns>
    /// <exception cref="LinkException">The connection has ended.</exception>
    public int TryWrite(ReadOnlySpan<byte> bytes)
    {
        var count = Math.Max(_socket.Send(bytes, SocketFlags.None, out var error), 0);
        LinkMeter.NoteSent(count);
        return error is SocketError.Success or SocketError.WouldBlock ? count : throw Ended(error);
    }

    /// <summary>Waits until the connection takes bytes again.</summary>
    /// <exception cref="LinkException">The connection has ended, or the time is over.</exception>
    public void WaitWritable(TimeSpan limit) => Wait(SelectMode.SelectWrite, Deadline.In(limit), "no byte was taken for too long");

    /// <summary>Waits until the other side ends the connection, as long as that takes.</summary>
    /// <exception cref="LinkException">Always, with the reason.</exception>
    public void WaitForEnd()
    {
        while (!_socket.Poll(_look, SelectMode.SelectRead) && !_aborted)
        {
        }

        ThrowIfAborted();
        Span<byte> scratch = stackalloc byte[16];
        Read(scratch);
        throw new LinkException("the other side sent what it may not");
    }

    /// <summary>Says that nothing more will be written, then waits briefly for the other side's end, so that it can read what was written last.</summary>
    public void EndGently(TimeSpan limit)
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
            Span<byte> scratch = stackalloc byte[256];
            var deadline = Deadline.In(limit);
            for (var i = 0; i < 16; i++)
            {
                Wait(SelectMode.SelectRead, deadline, "");
                Read(scratch);
            }
        }
        catch (Exception ended) when (ended is LinkException or SocketException or ObjectDisposedException)
        {
            // What was said is said.
        }
    }

    /// <summary>Ends the connection from any thread; whoever reads or writes gets an exception.</summary>
    public void Abort()
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

    /// <summary>Frees the socket. Nobody may be reading or writing any more.</summary>
    public void Dispose() => _socket.Dispose();

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
