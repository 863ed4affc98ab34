using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ActorNet.Cluster.Hosting;

namespace ActorNet.Cluster.Transfer;

/// <summary>
/// Sends frames to one node, over a connection that it makes again whenever it breaks. It holds state, not a queue: of each slot only the newest frame, which
/// it keeps until the next one, so that a new connection can go on where the last one broke.
/// <para>
/// Two threads of its own: one connects, then waits for the connection's end; the other writes what its callers do not write themselves. <see cref="_gate"/>
/// guards everything but the frame that is being written, which belongs to whoever set <see cref="_writing"/>.
/// </para>
/// </summary>
internal sealed class TensorChannel : IDisposable
{
    /// <summary>A connection that lived so long was a good one: the next attempt comes soon.</summary>
    private static readonly TimeSpan _goodLife = TimeSpan.FromSeconds(1);

    private readonly object _gate = new();
    private readonly LinkSettings _self;
    private readonly string _peer, _host;
    private readonly int _port;
    private readonly Action<LinkChange>? _changed;
    private readonly Guid _id = Guid.NewGuid();
    private readonly Dictionary<SlotKey, Slot> _slots = [];
    private readonly FrameWriter _frame = new();
    private readonly Thread _connector, _writer;

    private Slot? _first, _last;
    private LinkPipe? _pipe;
    private volatile bool _closed;
    private bool _connected, _writing, _handedOver;
    private Slot? _current;
    private SlotKey _currentKey;
    private long _currentStamp;
    private IBodyOwner? _currentOwner;
    private long _sequence, _lastWhole;

    private DateTimeOffset _since = DateTimeOffset.UtcNow;
    private string? _lastError;
    private long _connections, _frames, _bodyBytes, _headerBytes;

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
        _connector = Start(KeepConnected, $"link to {peer}");
        _writer = Start(WriteQueued, $"link to {peer}, writing");
    }

    /// <summary>How the channel is.</summary>
    public ChannelStatus Status
    {
        get
        {
            lock (_gate)
            {
                var waiting = _slots.Values.Count(slot => slot is { Full: true, Queued: true }) + (_writing ? 1 : 0);
                return new(_peer, _connected, _since, _lastError, _connections, _frames, _bodyBytes, _headerBytes, waiting);
            }
        }
    }

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

        var key = header.Slot;
        LinkPipe? pipe = null;
        ReadOnlyMemory<byte> replaced;
        IBodyOwner? replacedOwner;
        bool open;
        lock (_gate)
        {
            open = !_closed;
            if (!open)
            {
                (replaced, replacedOwner) = (body, owner);
            }
            else
            {
                var slot = SlotOf(key);
                (replaced, replacedOwner) = TakeOut(slot);
                slot.Put(header, body, owner);
                Enqueue(slot);
                if (MayWrite)
                {
                    if (_first == slot && body.Length <= LinkLimits.InlineBytes)
                    {
                        pipe = BeginWriting();
                    }
                    else
                    {
                        Monitor.PulseAll(_gate);
                    }
                }
            }
        }

        if (pipe is not null)
        {
            WriteInline(pipe);
        }
        replacedOwner?.Release(key, replaced);
        return open;
    }

    /// <summary>
    /// Lets go of kept and waiting frames, so that they are not sent any more. One that is being written is written to its end, and let go of then.
    /// </summary>
    /// <param name="which">Which ones; all where null. Called under the channel's lock: it must only look.</param>
    public void Forget(Predicate<FrameHeader>? which = null)
    {
        var released = new List<(SlotKey Key, ReadOnlyMemory<byte> Body, IBodyOwner Owner)>();
        lock (_gate)
        {
            foreach (var (key, slot) in _slots)
            {
                if (slot.Full && (which is null || which(slot.Header)))
                {
                    var (body, owner) = TakeOut(slot);
                    if (owner is not null)
                    {
                        released.Add((key, body, owner));
                    }
                }
            }
            if (which is null)
            {
                _slots.Clear();
                _first = _last = null;
            }
        }
        foreach (var (key, body, owner) in released)
        {
            owner.Release(key, body);
        }
    }

    /// <summary>
    /// Makes sure that bodies may be changed: one that is being written is copied first. What only waits, or is kept to be sent again, is let go of: a body that
    /// is about to be written over has no meaning any more, and half of the old with half of the new would have a wrong hash.
    /// </summary>
    /// <param name="kind">Of what kind.</param>
    /// <param name="partition">Of which partition; null for all.</param>
    /// <param name="step">Of which step, or of one before.</param>
    public void Detach(FrameKind kind, int? partition, long step)
    {
        List<(SlotKey Key, ReadOnlyMemory<byte> Body, IBodyOwner Owner)>? released = null;
        lock (_gate)
        {
            if (_writing)
            {
                _frame.Detach(kind, partition, step);
            }

            foreach (var (key, slot) in _slots)
            {
                if (slot.Full && slot.Header.Kind == kind && slot.Header.Step <= step && (partition ?? slot.Header.Partition) == slot.Header.Partition
                    && TakeOut(slot) is (var body, { } owner))
                {
                    (released ??= []).Add((key, body, owner));
                }
            }
        }

        released?.ForEach(lent => lent.Owner.Release(lent.Key, lent.Body));
    }

    /// <summary>Ends the connection at once, also within a frame, and lets go of all bodies. Returns when the channel's threads have ended.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _pipe?.Abort();
            Monitor.PulseAll(_gate);
        }
        Join(_connector);
        Join(_writer);
        Forget();
    }

    /// <inheritdoc cref="Close"/>
    public void Dispose() => Close();

    private static Thread Start(ThreadStart run, string name)
    {
        var thread = new Thread(run, LinkLimits.StackBytes) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }

    /// <summary>Waits for a thread, unless it is the caller, as in the callback about a change; a slow name server is left to end by itself.</summary>
    private static void Join(Thread thread)
    {
        if (thread != Thread.CurrentThread)
        {
            thread.Join(TimeSpan.FromSeconds(10));
        }
    }

    // ---- Slots, under the lock ----

    private Slot SlotOf(in SlotKey key)
    {
        if (!_slots.TryGetValue(key, out var slot))
        {
            if (_slots.Count == LinkLimits.Slots)
            {
                throw new ArgumentException($"a channel has at most {LinkLimits.Slots} slots");
            }
            _slots.Add(key, slot = new Slot());
        }
        return slot;
    }

    /// <summary>Empties a slot. What is being written stays lent: the end of the write gives it back.</summary>
    private (ReadOnlyMemory<byte> Body, IBodyOwner? Owner) TakeOut(Slot slot)
    {
        var (body, owner) = (slot.Body, slot.Owner);
        var beingWritten = slot == _current && slot.Stamp == _currentStamp;
        slot.Empty();
        return beingWritten ? (default, null) : (body, owner);
    }

    /// <summary>A slot that waits already keeps its place: else one that is often replaced would never come to its turn.</summary>
    private void Enqueue(Slot slot)
    {
        if (slot.Queued)
        {
            return;
        }
        slot.Queued = true;
        slot.Next = null;
        if (_last is null)
        {
            _first = slot;
        }
        else
        {
            _last.Next = slot;
        }
        _last = slot;
    }

    private Slot? Dequeue()
    {
        while (_first is { } slot)
        {
            _first = slot.Next;
            _last = _first is null ? null : _last;
            slot.Queued = false;
            slot.Next = null;
            if (slot.Full)
            {
                return slot;
            }
        }
        return null;
    }

    /// <summary>Queues what the peer did not receive whole, in the order in which it was sent, before what was never sent.</summary>
    private void QueueAgain(long lastWhole)
    {
        var lost = _slots.Values.Where(slot => slot is { Full: true, Queued: false } && slot.Sequence > lastWhole).OrderBy(slot => slot.Sequence).ToList();
        var waiting = _first;
        _first = _last = null;
        lost.ForEach(Enqueue);
        while (waiting is { } slot)
        {
            waiting = slot.Next;
            slot.Queued = false;
            Enqueue(slot);
        }
    }

    // ---- Writing ----

    private bool MayWrite => _connected && !_closed && !_writing && !_pipe!.Aborted;

    /// <summary>Takes the turn to write, and the first frame that waits; under the lock.</summary>
    private LinkPipe? BeginWriting()
    {
        if (Dequeue() is not { } slot)
        {
            return null;
        }
        _writing = true;
        _current = slot;
        _currentKey = slot.Header.Slot;
        _currentStamp = slot.Stamp;
        _currentOwner = slot.Owner;
        slot.Sequence = ++_sequence;
        _frame.Begin(slot, slot.Sequence);
        return _pipe;
    }

    private void WriteInline(LinkPipe pipe)
    {
        bool whole;
        try
        {
            whole = _frame.TryFinish(pipe);
        }
        catch (LinkException)
        {
            pipe.Abort();
            EndWriting(whole: false);
            return;
        }

        if (whole)
        {
            EndWriting(whole: true);
            return;
        }
        lock (_gate)
        {
            _handedOver = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void WriteQueued()
    {
        while (AwaitFrame() is { } pipe)
        {
            try
            {
                while (!_frame.TryFinish(pipe))
                {
                    pipe.WaitWritable(Deadline.In(_self.StallLimit));
                }
                EndWriting(whole: true);
            }
            catch (LinkException)
            {
                pipe.Abort();
                EndWriting(whole: false);
            }
        }
    }

    /// <summary>Waits for a frame to write, or to finish for a caller; null when the channel is closed and no caller writes any more.</summary>
    private LinkPipe? AwaitFrame()
    {
        lock (_gate)
        {
            while (true)
            {
                if (_handedOver)
                {
                    _handedOver = false;
                    return _pipe;
                }
                if (_closed && !_writing)
                {
                    return null;
                }
                if (MayWrite && BeginWriting() is { } pipe)
                {
                    return pipe;
                }
                Monitor.Wait(_gate);
            }
        }
    }

    private void EndWriting(bool whole)
    {
        IBodyOwner? owner;
        SlotKey key;
        ReadOnlyMemory<byte> body;
        lock (_gate)
        {
            body = _frame.Body;
            if (whole)
            {
                _frames++;
                _bodyBytes += body.Length;
                _headerBytes += _frame.HeaderBytes;
            }

            // Replaced or forgotten meanwhile: nobody but this write held it any more.
            owner = _current!.Stamp == _currentStamp ? null : _currentOwner;
            key = _currentKey;
            _frame.End();
            _current = null;
            _currentOwner = null;
            _writing = false;
            if (_first is not null || !_connected || _closed)
            {
                Monitor.PulseAll(_gate);
            }
        }
        owner?.Release(key, body);
    }

    // ---- Connecting ----

    private void KeepConnected()
    {
        var backoff = LinkLimits.FirstBackoff;
        while (!_closed)
        {
            var began = Stopwatch.GetTimestamp();
            var former = _lastWhole;
            var reason = ConnectOnce();
            var good = _lastWhole > former || Stopwatch.GetElapsedTime(began) > _goodLife;
            backoff = good ? LinkLimits.FirstBackoff : backoff;
            Disconnect(reason);
            WaitUnlessClosed(backoff);
            backoff = TimeSpan.FromTicks(Math.Min(2 * backoff.Ticks, LinkLimits.LastBackoff.Ticks));
        }
    }

    /// <summary>Connects, and stays until the connection ends.</summary>
    /// <returns>Why it ended.</returns>
    private string ConnectOnce()
    {
        try
        {
            var tcp = TcpPipe.Connect(_host, _port, () => _closed);
            if (!TryTake(tcp))
            {
                return "the channel is closed";
            }
            var pipe = _self.SecureMade(tcp, _host, new HostPort(_host, _port));
            if (!TryTake(pipe))
            {
                return "the channel is closed";
            }
            Resume(Handshake.AsSender(pipe, _self, _peer, _id));
            _changed?.Invoke(new(_peer, LinkEvent.Connected, null));
            pipe.WaitForEnd();
            return "";
        }
        catch (Exception ended) when (ended is LinkException or RefusedException or SocketException)
        {
            return ended.Message;
        }
    }

    /// <summary>Makes a connection the one that is aborted when the channel is closed.</summary>
    private bool TryTake(LinkPipe pipe)
    {
        lock (_gate)
        {
            _pipe = pipe;
            return !_closed;
        }
    }

    private void Resume(long lastWhole)
    {
        lock (_gate)
        {
            _lastWhole = lastWhole;
            QueueAgain(lastWhole);
            _connected = true;
            _connections++;
            _since = DateTimeOffset.UtcNow;
            Monitor.PulseAll(_gate);
        }
    }

    private void Disconnect(string reason)
    {
        LinkPipe? pipe;
        bool wasConnected;
        lock (_gate)
        {
            pipe = _pipe;
            wasConnected = _connected;
            _connected = false;
            _lastError = reason;
            _since = wasConnected ? DateTimeOffset.UtcNow : _since;
        }
        pipe?.Abort();
        if (!_closed)
        {
            _changed?.Invoke(new(_peer, wasConnected ? LinkEvent.Lost : LinkEvent.Failed, reason));
        }
        lock (_gate)
        {
            while (_writing)
            {
                Monitor.Wait(_gate);
            }
            _pipe = null;
        }
        pipe?.Dispose();
    }

    private void WaitUnlessClosed(TimeSpan time)
    {
        var deadline = Deadline.In(time);
        lock (_gate)
        {
            while (!_closed && deadline.Left is var left && left > TimeSpan.Zero)
            {
                Monitor.Wait(_gate, left);
            }
        }
    }
}
