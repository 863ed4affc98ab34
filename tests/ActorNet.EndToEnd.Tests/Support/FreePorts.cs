using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ActorNet.EndToEnd.Tests.Support;

/// <summary>Ports of 127.0.0.1 for a node that others must be able to name before it is there.</summary>
internal static class FreePorts
{
    // No two tests get the same ports, even where one has not taken its own yet.
    private static readonly ConcurrentDictionary<int, bool> _given = [];

    /// <summary>A port that is free, as is the one after it: a node takes both.</summary>
    public static int Pair()
    {
        // Below the ports that the system gives to those who ask for any, which could take ours in the meantime.
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            var port = 2 * Random.Shared.Next(5_000, 16_000);
            if (_given.TryAdd(port, true) && IsFree(port) && IsFree(port + 1))
            {
                return port;
            }
        }

        throw new InvalidOperationException("No two free ports side by side were found.");
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
