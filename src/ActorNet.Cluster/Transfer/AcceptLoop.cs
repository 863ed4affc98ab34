using System.Net;
using System.Net.Sockets;

namespace ActorNet.Cluster.Transfer;

/// <summary>Takes the connections of a listening socket, one after the other, on a thread of its own, until it is disposed.</summary>
internal sealed class AcceptLoop : IDisposable
{
    private readonly Socket _socket;
    private readonly Action<Socket> _take;
    private readonly Thread _thread;
    private volatile bool _closed;

    /// <summary>Begins.</summary>
    /// <param name="listening">The socket; its own from here on.</param>
    /// <param name="what">What for, as the thread's name.</param>
    /// <param name="take">Gets each connection, which is its own from then on. It must return at once.</param>
    public AcceptLoop(Socket listening, string what, Action<Socket> take)
    {
        _socket = listening;
        _take = take;
        _thread = new Thread(Run, LinkLimits.StackBytes) { IsBackground = true, Name = what };
        _thread.Start();
    }

    /// <summary>Listens on a port.</summary>
    /// <param name="endPoint">Where; port 0 takes a free one. An IPv6 any-address takes IPv4 too.</param>
    /// <exception cref="SocketException">The address is not free, or not this machine's.</exception>
    public static Socket Listen(IPEndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endPoint.Address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }
            socket.Bind(endPoint);
            socket.Listen();
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Listens no more, and returns when no connection is taken any more.</summary>
    public void Dispose()
    {
        _closed = true;
        _socket.Dispose();
        _thread.Join();
    }

    private void Run()
    {
        while (!_closed)
        {
            try
            {
                _take(_socket.Accept());
            }
            catch (Exception failed) when (failed is SocketException or ObjectDisposedException or LinkException)
            {
                if (!_closed)
                {
                    // A connection that ended before it was accepted, or no file descriptors: others must go on, and not at full speed.
                    Thread.Sleep(10);
                }
            }
        }
    }
}
