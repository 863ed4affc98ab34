using System.Net;
using System.Net.Sockets;

namespace ActorNet.Cluster.Tests.Transfer;

internal enum Fault
{
    /// <summary>Closes both sides.</summary>
    Cut,

    /// <summary>Flips a bit and goes on.</summary>
    Flip,

    /// <summary>Takes nothing for a while, until the sender may have given up, and closes.</summary>
    Stall,

    /// <summary>Takes everything that comes for a moment, passes nothing on, and closes: what the sender wrote is lost.</summary>
    Drop,
}

/// <summary>
/// Stands between a channel and a listener, and does harm to each of its first connections at one seeded place of what the sender sends; later ones pass
/// unharmed.
/// </summary>
internal sealed class FaultyProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _target;
    private readonly Queue<(Fault Fault, int At)> _faults;
    private readonly Thread _thread;
    private readonly List<Thread> _pumps = [];

    public FaultyProxy(IPEndPoint target, IEnumerable<(Fault Fault, int At)> faults)
    {
        _target = target;
        _faults = new(faults);
        _listener.Start();
        _thread = new Thread(Accept) { IsBackground = true };
        _thread.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose()
    {
        _listener.Stop();
        _thread.Join();
        _pumps.ForEach(pump => pump.Join());
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                var sender = _listener.AcceptSocket();
                var receiver = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                receiver.Connect(_target);
                (Fault Fault, int At)? fault = _faults.TryDequeue(out var next) ? next : null;
                Pump(() => Pass(sender, receiver, fault));
                Pump(() => Pass(receiver, sender, null));
            }
        }
        catch (SocketException)
        {
            // Stopped.
        }
    }

    private void Pump(ThreadStart run)
    {
        var thread = new Thread(run) { IsBackground = true };
        _pumps.Add(thread);
        thread.Start();
    }

    private static void Pass(Socket from, Socket to, (Fault Fault, int At)? fault)
    {
        var buffer = new byte[16 * 1024];
        var passed = 0;
        try
        {
            while (from.Receive(buffer) is var count and > 0)
            {
                var here = fault is { } due && due.At < passed + count ? due.At - passed : -1;
                passed += count;
                if (here < 0)
                {
                    to.Send(buffer.AsSpan(0, count));
                    continue;
                }

                to.Send(buffer.AsSpan(0, here));
                if (!Harm(fault!.Value.Fault, from, to, buffer.AsSpan(here, count - here)))
                {
                    break;
                }
                fault = null;
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // One side ended, or the other direction closed both.
        }
        from.Dispose();
        to.Dispose();
    }

    /// <returns>Whether the connection goes on.</returns>
    private static bool Harm(Fault fault, Socket from, Socket to, Span<byte> rest)
    {
        switch (fault)
        {
            case Fault.Flip:
                rest[0] ^= 4;
                to.Send(rest);
                return true;
            case Fault.Drop:
                var swallowed = new byte[16 * 1024];
                while (from.Poll(TimeSpan.FromMilliseconds(20), SelectMode.SelectRead) && from.Receive(swallowed) > 0)
                {
                }
                return false;
            case Fault.Stall:
                from.Poll(TimeSpan.FromMilliseconds(500), SelectMode.SelectError);
                return false;
            default:
                return false;
        }
    }
}
