using System.Diagnostics;
using System.IO.Hashing;
using System.Net;
using System.Net.Sockets;

namespace ActorNet.Cli.Simulate;

/// <summary>A connection within this machine, over which bytes pass as they do on a link: hashed at both ends, and more of them than a cache holds.</summary>
internal sealed class LoopbackExchange : IDisposable
{
    /// <summary>Milliseconds until the connection counts as broken.</summary>
    private const int Deadline = 10_000;

    /// <summary>Bytes of the memory that they come from and go to.</summary>
    private const int Room = 32 * 1024 * 1024;

    /// <summary>Bytes that are passed on and hashed at a time.</summary>
    private const int Piece = 256 * 1024;

    private readonly Socket _sender = new(SocketType.Stream, ProtocolType.Tcp) { SendTimeout = Deadline };
    private readonly Socket _receiver;
    private readonly byte[] _sent = new byte[Room];
    private readonly byte[] _received = new byte[Room];

    /// <summary>Connects.</summary>
    public LoopbackExchange()
    {
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        _sender.Connect(listener.LocalEndPoint!);
        _receiver = listener.Accept();
        _receiver.ReceiveTimeout = Deadline;
    }

    /// <summary>Passes bytes for some time, a thread at each end.</summary>
    /// <returns>Bytes sent and bytes received, together.</returns>
    public long PassFor(TimeSpan time)
    {
        var began = Stopwatch.GetTimestamp();
        var sending = new Thread(() => Send(began, time)) { IsBackground = true };
        sending.Start();
        var passed = Receive();
        sending.Join();
        return 2 * passed;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
    }

    /// <summary>Before each piece there is a byte that says whether another comes.</summary>
    private void Send(long began, TimeSpan time)
    {
        var hash = new XxHash3();
        for (var start = 0; Stopwatch.GetElapsedTime(began) < time; start = (start + Piece) % Room)
        {
            _sender.Send([1]);
            hash.Append(_sent.AsSpan(start, Piece));
            for (var done = 0; done < Piece;)
            {
                done += _sender.Send(_sent.AsSpan(start + done, Piece - done));
            }
        }

        _sender.Send([0]);
    }

    private long Receive()
    {
        var hash = new XxHash3();
        var (passed, more) = (0L, new byte[1]);
        while (_receiver.Receive(more) == 1 && more[0] == 1)
        {
            var piece = _received.AsSpan((int)(passed % Room), Piece);
            for (var done = 0; done < Piece;)
            {
                done += _receiver.Receive(piece[done..]) is > 0 and var count ? count : throw new IOException("a connection within this machine broke.");
            }

            hash.Append(piece);
            passed += Piece;
        }

        return passed;
    }
}
