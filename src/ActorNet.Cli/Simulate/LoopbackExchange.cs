using System.Diagnostics;
using System.IO.Hashing;
using System.Net;
using System.Net.Sockets;
using ActorNet.Cluster.Transfer;
using ActorNet.Core;

namespace ActorNet.Cli.Simulate;

/// <summary>Connections within this machine, over which bytes pass as they do on a link: hashed at both ends, and more of them than a core's cache holds.</summary>
internal sealed class LoopbackExchange : IDisposable
{
    /// <summary>Milliseconds until a connection counts as broken.</summary>
    private const int Deadline = 10_000;

    /// <summary>Bytes of the memory that they come from and go to, of all connections.</summary>
    private const int Room = 64 * 1024 * 1024;

    /// <summary>Bytes that are passed on and hashed at a time.</summary>
    private const int Piece = 256 * 1024;

    private readonly Connection[] _connections;

    /// <summary>Connects.</summary>
    /// <param name="connections">Connections, 1 or more, with a thread at each end.</param>
    /// <param name="isLocal">Whether as between processes of one machine; otherwise over TCP, as between machines.</param>
    public LoopbackExchange(int connections, bool isLocal)
    {
        var pieces = Math.Max(1, Room / (2 * Piece * connections));
        _connections = [.. Enumerable.Range(0, connections).Select(_ => new Connection(pieces, isLocal))];
    }

    /// <summary>Passes bytes for some time over all connections.</summary>
    /// <param name="time">How long.</param>
    /// <returns>Bytes sent and bytes received, together.</returns>
    /// <exception cref="ActorNetException">A connection broke, or stood still.</exception>
    public long PassFor(TimeSpan time)
    {
        var began = Stopwatch.GetTimestamp();
        Task<long>[] threads =
        [
            .. _connections.SelectMany(connection => (Func<long>[])[() => connection.Send(began, time), connection.Receive])
                .Select(end => Task.Factory.StartNew(end, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)),
        ];
        try
        {
            return Task.WhenAll(threads).GetAwaiter().GetResult().Sum();
        }
        catch (SocketException error)
        {
            throw new ActorNetException($"what this machine copies could not be measured, as a connection within it broke: {error.Message}. Give a rate with --copy, as in 20Gbit.", error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_connections, connection => connection.Dispose());

    private sealed class Connection : IDisposable
    {
        private readonly Socket _sender;
        private readonly Socket _receiver;
        private readonly byte[] _sent;
        private readonly byte[] _received;

        public Connection(int pieces, bool isLocal)
        {
            (_sent, _received) = (new byte[pieces * Piece], new byte[pieces * Piece]);
            using var port = AcceptLoop.Listen(new IPEndPoint(IPAddress.Loopback, 0));
            var at = (IPEndPoint)port.LocalEndPoint!;
            using var local = isLocal ? LocalSocket.Listen(at) : null;
            _sender = local is null ? CallOverTcp(at) : LocalSocket.Call(at)!;
            _sender.Blocking = true;
            _sender.SendTimeout = Deadline;
            _receiver = (local ?? port).Accept();
            _receiver.ReceiveTimeout = Deadline;
        }

        /// <summary>Before each piece there is a byte that says whether another comes.</summary>
        public long Send(long began, TimeSpan time)
        {
            var (hash, sent) = (new XxHash3(), 0L);
            for (; Stopwatch.GetElapsedTime(began) < time; sent += Piece)
            {
                var piece = _sent.AsSpan((int)(sent % _sent.Length), Piece);
                hash.Append(piece);
                SendAll([1]);
                SendAll(piece);
            }

            SendAll([0]);
            return sent;
        }

        public long Receive()
        {
            var (hash, received) = (new XxHash3(), 0L);
            Span<byte> more = [0];
            for (ReceiveAll(more); more[0] == 1; ReceiveAll(more))
            {
                var piece = _received.AsSpan((int)(received % _received.Length), Piece);
                ReceiveAll(piece);
                hash.Append(piece);
                received += Piece;
            }

            return received;
        }

        public void Dispose()
        {
            _sender.Dispose();
            _receiver.Dispose();
        }

        private static Socket CallOverTcp(IPEndPoint at)
        {
            var socket = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Connect(at);
            return socket;
        }

        private void SendAll(ReadOnlySpan<byte> bytes)
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[_sender.Send(bytes)..];
            }
        }

        private void ReceiveAll(Span<byte> bytes)
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[(_receiver.Receive(bytes) is > 0 and var count ? count : throw new SocketException((int)SocketError.ConnectionReset))..];
            }
        }
    }
}
