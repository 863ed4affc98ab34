using System.Net;
using System.Net.Sockets;

namespace ActorNet.Cluster.Transfer;

/// <summary>Accepts the channels of other nodes, over TCP and from this machine (<see cref="LocalSocket"/>), and reads each on a thread of its own.</summary>
internal sealed class TensorListener : IDisposable
{
    private readonly object _gate = new();
    private readonly LinkSettings _self;
    private readonly ITensorSink _sink;
    private readonly Func<string, string?> _admit;
    private readonly Action<LinkChange>? _changed;
    private readonly List<AcceptLoop> _accepts = [];
    private readonly Dictionary<string, Sender> _senders = [];
    private readonly HashSet<Thread> _threads = [];
    private readonly HashSet<SocketPipe> _unauthenticated = [];
    private bool _closed;
    private long _wrongHashes, _refused;

    /// <summary>Listens.</summary>
    /// <param name="self">This node.</param>
    /// <param name="endPoint">Where; port 0 takes a free one, see <see cref="EndPoint"/>. An IPv6 any-address takes IPv4 too.</param>
    /// <param name="sink">Takes what arrives.</param>
    /// <param name="admit">Asked about each node that has proven its name; returns null, or why it is refused. Anyone is admitted without it.</param>
    /// <param name="changed">Told at once when a connection comes or goes, on that connection's thread. It must not throw.</param>
    /// <exception cref="SocketException">The address is not free, or not this machine's.</exception>
    public TensorListener(
        LinkSettings self, IPEndPoint endPoint, ITensorSink sink, Func<string, string?>? admit = null, Action<LinkChange>? changed = null)
    {
        self.Check();
        _self = self;
        _sink = sink;
        _admit = admit ?? (_ => null);
        _changed = changed;
        var port = AcceptLoop.Listen(endPoint);
        EndPoint = (IPEndPoint)port.LocalEndPoint!;
        var local = LocalSocket.Listen(EndPoint);
        _accepts.Add(new AcceptLoop(port, $"link listener {EndPoint}", Serve));
        if (local is not null)
        {
            _accepts.Add(new AcceptLoop(local, $"local listener {EndPoint}", Serve));
        }
    }

    /// <summary>Where it listens, with the port that it really has.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Frames dropped for a wrong hash.</summary>
    public long WrongHashes => Interlocked.Read(ref _wrongHashes);

    /// <summary>Connections that ended before they had shown who they are, or were refused.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>The connections that stand.</summary>
    public IReadOnlyList<InboundStatus> Connections
    {
        get
        {
            lock (_gate)
            {
                return [.. _senders.Values.Select(sender => sender.Current?.Status).OfType<InboundStatus>()];
            }
        }
    }

    /// <summary>Ends the connection of a node, as when it has left the cluster. Where it is admitted it may connect again.</summary>
    public void Drop(string peer)
    {
        lock (_gate)
        {
            _senders.GetValueOrDefault(peer)?.Current?.Abort();
        }
    }

    /// <summary>Ends the connection of a node and returns when its thread has left the sink. Not to be called from the sink on behalf of that node itself.</summary>
    /// <exception cref="LinkException">It does not end.</exception>
    public void DropAndWait(string peer)
    {
        var deadline = Deadline.In(_self.HandshakeDeadline);
        lock (_gate)
        {
            if (_senders.GetValueOrDefault(peer) is not { Current: { } inbound } sender)
            {
                return;
            }

            inbound.Abort();
            while (sender.Current == inbound)
            {
                if (!Monitor.Wait(_gate, deadline.Left))
                {
                    throw new LinkException($"the connection of {peer} does not end");
                }
            }
        }
    }

    /// <summary>Ends all connections and returns when their threads have ended. Not to be called from the sink or a callback.</summary>
    public void Dispose()
    {
        Thread[] threads;
        lock (_gate)
        {
            _closed = true;
            foreach (var sender in _senders.Values)
            {
                sender.Current?.Abort();
            }
            foreach (var pipe in _unauthenticated)
            {
                pipe.Abort();
            }
            threads = [.. _threads];
        }
        _accepts.ForEach(accept => accept.Dispose());
        foreach (var thread in threads)
        {
            thread.Join();
        }
    }

    private void Serve(Socket socket)
    {
        var address = socket.AddressFamily == AddressFamily.Unix ? "this machine" : socket.RemoteEndPoint?.ToString() ?? "unknown";
        SocketPipe pipe;
        try
        {
            pipe = SocketPipe.Accepted(socket);
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }

        lock (_gate)
        {
            if (!_closed && _unauthenticated.Count < LinkLimits.Unauthenticated)
            {
                _unauthenticated.Add(pipe);
                _threads.RemoveWhere(thread => !thread.IsAlive);
                _threads.Add(LinkThread.Start(() => Serve(pipe, address), $"link from {address}"));
                return;
            }
        }
        Interlocked.Increment(ref _refused);
        pipe.Dispose();
    }

    /// <summary>A connection's life, on its thread.</summary>
    private void Serve(SocketPipe plain, string address)
    {
        LinkPipe pipe = plain;
        Inbound? inbound = null;
        string? name = null;
        var reason = "";
        var isCorrupt = false;
        try
        {
            pipe = _self.SecureAccepted(plain, address);
            name = Handshake.AsAcceptor(pipe, _self, _admit, (from, channel, deadline) => TakeOver(from, channel, deadline, pipe, out inbound));
            Authenticated(plain);
            _changed?.Invoke(new(name, LinkEvent.Connected, null));
            inbound!.ReadFrames();
        }
        catch (LinkException ended)
        {
            reason = ended.Message;
        }
        catch (WrongHashException wrong)
        {
            Interlocked.Increment(ref _wrongHashes);
            (reason, isCorrupt) = (wrong.Message, true);
        }
#pragma warning disable CA1031 // A fault in the sink ends this connection and is told to the listener's owner; it must not end the process.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            reason = $"fault: {fault.Message}";
        }

        // Before the other side sees the end: it may connect again at once.
        Leave(plain, inbound);
        pipe.Abort();
        if (name is null)
        {
            Interlocked.Increment(ref _refused);
        }
        _changed?.Invoke(new(name ?? address, name is null ? LinkEvent.Failed : LinkEvent.Lost, reason) { IsCorrupt = isCorrupt });
        pipe.Dispose();
    }

    /// <summary>
    /// Makes a connection the only one of its sender: ends the former one and waits until its thread has left the sink, so that what it received whole is
    /// settled. Another channel id is another life of the node: it starts from nothing.
    /// </summary>
    private long TakeOver(string from, Guid channel, Deadline deadline, LinkPipe pipe, out Inbound inbound)
    {
        lock (_gate)
        {
            var sender = SenderOf(from);
            while (sender.Current is { } former)
            {
                former.Abort();
                if (!Monitor.Wait(_gate, deadline.Left))
                {
                    throw new RefusedException($"the former connection of {from} has not ended yet");
                }
            }
            if (_closed)
            {
                throw new RefusedException($"{_self.Name} is closing");
            }

            if (sender.Channel != channel)
            {
                sender.Channel = channel;
                sender.LastWhole = 0;
            }
            sender.Current = inbound = new Inbound(from, pipe, sender, _sink);
            return sender.LastWhole;
        }
    }

    private Sender SenderOf(string from)
    {
        if (_senders.TryGetValue(from, out var sender))
        {
            return sender;
        }
        if (_senders.Count == LinkLimits.Senders)
        {
            var gone = _senders.FirstOrDefault(known => known.Value.Current is null).Key
                ?? throw new RefusedException($"{_self.Name} has {LinkLimits.Senders} connections already");
            _senders.Remove(gone);
        }
        return _senders[from] = new Sender();
    }

    private void Authenticated(SocketPipe pipe)
    {
        lock (_gate)
        {
            _unauthenticated.Remove(pipe);
        }
    }

    private void Leave(SocketPipe pipe, Inbound? inbound)
    {
        lock (_gate)
        {
            _unauthenticated.Remove(pipe);
            if (inbound is not null)
            {
                inbound.Sender.Current = null;
            }
            Monitor.PulseAll(_gate);
        }
    }
}
