using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ActorNet.Benchmarks;

/// <summary>So many bytes there and back over plain TCP with blocking sockets: the least that a step of two processes must move.</summary>
internal static class PlainExchange
{
    /// <summary>Milliseconds for all bytes there and back.</summary>
    public static double Measure(Socket socket, byte[] buffer, TimeSpan duration)
    {
        var clock = Stopwatch.StartNew();
        var trips = 0;
        do
        {
            socket.Send(buffer);
            ReceiveAll(socket, buffer);
            trips++;
        } while (clock.Elapsed < duration);
        return clock.Elapsed.TotalMilliseconds / trips;
    }

    /// <summary>Sends back whatever comes, whole buffers at a time, until the other side ends.</summary>
    public static void Echo(int port, byte[] buffer)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, port);
        while (ReceiveAll(socket, buffer))
        {
            socket.Send(buffer);
        }
    }

    private static bool ReceiveAll(Socket socket, Span<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var count = socket.Receive(buffer, SocketFlags.None, out var error);
            if (count == 0 || error != SocketError.Success)
            {
                return false;
            }
            buffer = buffer[count..];
        }
        return true;
    }
}
