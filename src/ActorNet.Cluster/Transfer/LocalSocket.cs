using System.Net;
using System.Net.Sockets;

namespace ActorNet.Cluster.Transfer;

/// <summary>
/// The short way between processes of one machine: beside its port a node listens on a Unix domain socket that is named after it. Bytes are copied into the system and out of it, as
/// with TCP, but there are no segments, acknowledgements or pacing on the way. With Linux's abstract names, which belong to a network namespace, as ports do, and end with their
/// process; other systems have none, and there TCP is the only way.
/// </summary>
internal static class LocalSocket
{
    /// <summary>What may be on its way: a frame that its sender writes itself, and more, so that neither side waits for the other within it. The system may give less.</summary>
    private const int BufferBytes = 2 * LinkLimits.InlineBytes;

    /// <summary>Any of them takes calls of a listener's own machine, whatever address is called.</summary>
    private static readonly IPAddress[] _any = [IPAddress.Any, IPAddress.IPv6Any];

    /// <summary>Listens for this machine's processes.</summary>
    /// <param name="at">Where the node listens for all others.</param>
    /// <returns>Null where the system has no such names, or another process has this one.</returns>
    public static Socket? Listen(IPEndPoint at) => !OperatingSystem.IsLinux() ? null : Opened(socket =>
    {
        socket.Bind(NameOf(at));
        socket.Listen();
    });

    /// <summary>Calls a node of this machine.</summary>
    /// <param name="at">Where it listens.</param>
    /// <returns>Null where that is not this machine, or nobody listens there by such a name. Its writes do not block.</returns>
    public static Socket? Call(IPEndPoint at)
    {
        if (!OperatingSystem.IsLinux() || !IsThisMachine(at.Address))
        {
            return null;
        }

        foreach (var address in (IPAddress[])[at.Address, .. _any])
        {
            var name = NameOf(new IPEndPoint(address, at.Port));
            if (Opened(socket =>
            {
                socket.Blocking = false;
                socket.Connect(name);
            }) is { } called)
            {
                return called;
            }
        }
        return null;
    }

    private static UnixDomainSocketEndPoint NameOf(IPEndPoint at) => new($"\0ActorNet {at}");

    /// <summary>Whether an address is one of this machine's: then the system would call it from that very address. Nothing is sent to find out.</summary>
    private static bool IsThisMachine(IPAddress address)
    {
        if (IPAddress.IsLoopback(address))
        {
            return true;
        }

        try
        {
            using var probe = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            probe.Connect(address, 9);
            return probe.LocalEndPoint is IPEndPoint own && own.Address.Equals(address);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static Socket? Opened(Action<Socket> open)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { SendBufferSize = BufferBytes };
            open(socket);
            return socket;
        }
        catch (SocketException)
        {
            socket?.Dispose();
            return null;
        }
    }
}
