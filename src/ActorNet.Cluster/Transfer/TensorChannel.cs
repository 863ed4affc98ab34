using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ActorNet.Cluster.Hosting;

namespace ActorNet.Cluster.Transfer;

/// <summary>
/// Sends frames to one node, over a connection that it makes again whenever it breaks. It holds state, not a queue: of each slot only the newest frame, which
/// it keeps until the next one, so that a new connection can go on where the last one broke.
/// <para>
/// Two threads of its own: one connects, then waits for the connection's end; the other is that of <see cref="ChannelWriter"/>.
/// </para>
/// </summary>
internal sealed class TensorChannel : IDisposable
{
    /// <summary>A connection that lived so long was a good one: the next attempt comes soon.</summary>
    private static readonly TimeSpan _goodLife = TimeSpan.FromSeconds(1);

    private readonly LinkSettings _self;
    private readonly string _peer, _host;
    private readonly int _port;
    private readonly Action<LinkChange>? _changed;
    private readonly Guid _id = Guid.NewGuid();
    private readonly ChannelWriter _writer;
    private readonly Thread _connector;
    private long _lastWhole;
    private bool _wasConnected, _isRefused;

    /// <summary>Not after a local connection on which no handshake ended well: whoever answers there may not be the peer. The next attempt goes over TCP.</summary>
    private bool _mayBeLocal = true;

    /// <summary>Opens the channel; it connects on its own and goes on trying until it is closed.</summary>
    /// <param name="self">This node.</param>
    /// <param name="peer">The other node's name: another one that answers at the address is refused.</param>
    /// <param name="host">A host name or an address.</param>
    /// <param name="port">The port of the peer's listener.</param>
    /// <param name="changed">Told at once when the connection comes or goes, on the channel's own thread. It must not throw.</param>
    /// <exception cref="ArgumentException">A name, the host or the port is none.</exception>
    public TensorChannel(LinkSettings self, string peer, string host, int port, Action<LinkChange>? changed = null)
    {
        self.Check();
        Handshake.CheckName(peer);
        ArgumentException.ThrowIfNullOrEmpty(host);
        ArgumentOutOfRangeException.ThrowIfLessThan(port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, IPEndPoint.MaxPort);
        _self = self;
        _peer = peer;
        _host = host;
        _port = port;
        _changed = changed;
        _writer = new ChannelWriter(peer, self.StallLimit);
        _connector = LinkThread.Start(KeepConnected, $"link to {peer}");
    }

    /// <summary>How the channel is.</summary>
    public ChannelStatus Status => _writer.StatusOf(_peer);

    /// <summary>
    /// Puts a frame into its slot, where it replaces the one before, and returns at once. A body up to <see cref="LinkLimits.InlineBytes"/> with nothing
    /// waiting before it is written by the caller as far as the connection takes it without waiting; the rest, and all else, by the channel's thread.
    /// </summary>
    /// <param name="header">What the body is. Length and sequence are set here; where its hash is zero the link computes it.</param>
    /// <param name="body">Not copied: it must not change until <paramref name="owner"/> has it back.</param>
    /// <param name="owner">Told, once, when the channel reads the body no more.</param>
    /// <returns>False where the channel is closed; the owner has the body back already.</returns>
    /// <exception cref="ArgumentException">The note is too long, or there are too many slots.</exception>
    public bool Send(in FrameHeader header, ReadOnlyMemory<byte> body, IBodyOwner? owner = null)
    {
        if (header.Note.Length > LinkLimits.NoteBytes)
        {
            throw new ArgumentException($"a note of {header.Note.Length} bytes: at most {LinkLimits.NoteBytes}", nameof(header));
        }

        return _writer.Send(header, body, owner);
    }

    /// <summary>
    /// Lets go of kept and waiting frames, so that they are not sent any more. One that is being written is written to its end, and let go of then.
    /// </summary>
    /// <param name="which">Which ones; all where null. Called under the channel's lock: it must only look.</param>
    public void Forget(Predicate<FrameHeader>? which = null) => _writer.Forget(which);

    /// <summary>
    /// Makes sure that bodies may be changed: one that is being written is copied first. What only waits, or is kept to be sent again, is let go of: a body that
    /// is about to be written over has no meaning any more, and half of the old with half of the new would have a wrong hash.
    /// </summary>
    /// <param name="kind">Of what kind.</param>
    /// <param name="partition">Of which partition; null for all.</param>
    /// <param name="step">Of which step, or of one before.</param>
    public void Detach(FrameKind kind, int? partition, long step) => _writer.Detach(kind, partition, step);

    /// <summary>Ends the connection at once, also within a frame, and lets go of all bodies. Returns when the channel's threads have ended.</summary>
    public void Close()
    {
        _writer.Close();
        LinkThread.Join(_connector);
        _writer.End();
    }

    /// <inheritdoc cref="Close"/>
    public void Dispose() => Close();

    private void KeepConnected()
    {
        var backoff = LinkLimits.FirstBackoff;
        while (!_writer.IsClosed)
        {
            var began = Stopwatch.GetTimestamp();
            var former = _lastWhole;
            var reason = ConnectOnce();
            var good = _lastWhole > former || Stopwatch.GetElapsedTime(began) > _goodLife;
            backoff = good ? LinkLimits.FirstBackoff : backoff;
            Disconnect(reason);
            _writer.WaitUnlessClosed(backoff);
            backoff = TimeSpan.FromTicks(Math.Min(2 * backoff.Ticks, LinkLimits.LastBackoff.Ticks));
        }
    }

    /// <summary>Connects, and stays until the connection ends.</summary>
    /// <returns>Why it ended.</returns>
    private string ConnectOnce()
    {
        _isRefused = false;
        try
        {
            var plain = SocketPipe.Connect(_host, _port, () => _writer.IsClosed, _mayBeLocal);
            _mayBeLocal = !plain.IsLocal;
            if (!_writer.TryTake(plain))
            {
                return "the channel is closed";
            }
            var pipe = _self.SecureMade(plain, _host, new HostPort(_host, _port));
            if (!_writer.TryTake(pipe))
            {
                return "the channel is closed";
            }
            _lastWhole = Handshake.AsSender(pipe, _self, _peer, _id);
            _mayBeLocal = true;
            _writer.Resume(_lastWhole);
            _wasConnected = true;
            _changed?.Invoke(new(_peer, LinkEvent.Connected, null));
            pipe.WaitForEnd();
            return "";
        }
        catch (Exception ended) when (ended is LinkException or RefusedException or SocketException)
        {
            _isRefused = ended is SocketException { SocketErrorCode: SocketError.ConnectionRefused };
            return ended.Message;
        }
    }

    private void Disconnect(string reason)
    {
        var wasConnected = _writer.Interrupt(reason);
        if (!_writer.IsClosed)
        {
            var what = wasConnected ? LinkEvent.Lost : _isRefused && _wasConnected ? LinkEvent.Gone : LinkEvent.Failed;
            _wasConnected &= what != LinkEvent.Gone;
            _changed?.Invoke(new(_peer, what, reason));
        }

        _writer.DropPipe();
    }
}
