namespace ActorNet.Cluster.Transfer;

/// <summary>
/// Writes a channel's frames into whatever connection the channel has. What its callers do not write themselves is written on a thread of its own.
/// <see cref="_gate"/> guards everything but the frame that is being written, which belongs to whoever set <see cref="_writing"/>.
/// </summary>
internal sealed class ChannelWriter
{
    private readonly object _gate = new();
    private readonly TimeSpan _stallLimit;
    private readonly SlotQueue _slots = new();
    private readonly FrameWriter _frame = new();
    private readonly Thread _thread;

    private LinkPipe? _pipe;
    private volatile bool _closed;
    private bool _connected, _writing, _handedOver;

    private DateTimeOffset _since = DateTimeOffset.UtcNow;
    private string? _lastError;
    private long _connections, _frames, _bodyBytes, _headerBytes;

    /// <summary>A writer without a connection.</summary>
    /// <param name="peer">The node that it writes to.</param>
    /// <param name="stallLimit">A connection that takes no byte for so long is given up.</param>
    public ChannelWriter(string peer, TimeSpan stallLimit)
    {
        _stallLimit = stallLimit;
        _thread = LinkThread.Start(WriteQueued, $"link to {peer}, writing");
    }

    /// <summary>Whether it takes no frame any more.</summary>
    public bool IsClosed => _closed;

    private bool MayWrite => _connected && !_closed && !_writing && !_pipe!.Aborted;

    /// <inheritdoc cref="TensorChannel.Status"/>
    public ChannelStatus StatusOf(string peer)
    {
        lock (_gate)
        {
            return new(peer, _connected, _since, _lastError, _connections, _frames, _bodyBytes, _headerBytes, _slots.Waiting + (_writing ? 1 : 0));
        }
    }

    /// <inheritdoc cref="TensorChannel.Send"/>
    public bool Send(in FrameHeader header, ReadOnlyMemory<byte> body, IBodyOwner? owner)
    {
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
                (replaced, replacedOwner) = _slots.Put(key, header, body, owner, out var isNext);
                if (MayWrite)
                {
                    if (isNext && body.Length <= LinkLimits.InlineBytes)
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

    /// <inheritdoc cref="TensorChannel.Forget"/>
    public void Forget(Predicate<FrameHeader>? which)
    {
        List<LentBody>? released;
        lock (_gate)
        {
            released = _slots.TakeOut(which);
        }

        released?.ForEach(lent => lent.Release());
    }

    /// <inheritdoc cref="TensorChannel.Detach"/>
    public void Detach(FrameKind kind, int? partition, long step)
    {
        List<LentBody>? released;
        lock (_gate)
        {
            if (_writing)
            {
                _frame.Detach(kind, partition, step);
            }

            released = _slots.TakeOut(kind, partition, step);
        }

        released?.ForEach(lent => lent.Release());
    }

    /// <summary>Makes a connection the one that is aborted when the channel is closed.</summary>
    /// <returns>Whether the channel is open.</returns>
    public bool TryTake(LinkPipe pipe)
    {
        lock (_gate)
        {
            _pipe = pipe;
            return !_closed;
        }
    }

    /// <summary>The connection that was taken can be written to.</summary>
    /// <param name="lastWhole">The last sequence that the peer has received whole.</param>
    public void Resume(long lastWhole)
    {
        lock (_gate)
        {
            _slots.QueueAgain(lastWhole);
            _connected = true;
            _connections++;
            _since = DateTimeOffset.UtcNow;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Writes to the connection no more: it has ended, or came to nothing.</summary>
    /// <param name="reason">Why.</param>
    /// <returns>Whether it could be written to before.</returns>
    public bool Interrupt(string reason)
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
        return wasConnected;
    }

    /// <summary>Waits until nobody writes to the interrupted connection, and frees it.</summary>
    public void DropPipe()
    {
        LinkPipe? pipe;
        lock (_gate)
        {
            while (_writing)
            {
                Monitor.Wait(_gate);
            }

            pipe = _pipe;
            _pipe = null;
        }

        pipe?.Dispose();
    }

    /// <summary>Waits so long, or until it is closed.</summary>
    public void WaitUnlessClosed(TimeSpan time)
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

    /// <summary>Takes no frame any more, and ends the connection at once, also within a frame.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _pipe?.Abort();
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits until the closed writer's thread has ended, and lets go of all bodies.</summary>
    public void End()
    {
        LinkThread.Join(_thread);
        Forget(null);
    }

    /// <summary>Takes the turn to write, and the first frame that waits; under the lock.</summary>
    private LinkPipe? BeginWriting()
    {
        _writing = _slots.TryBegin(_frame);
        return _writing ? _pipe : null;
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
                    pipe.WaitWritable(Deadline.In(_stallLimit));
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
        SlotKey key;
        ReadOnlyMemory<byte> body;
        IBodyOwner? owner;
        lock (_gate)
        {
            if (whole)
            {
                _frames++;
                _bodyBytes += _frame.Body.Length;
                _headerBytes += _frame.HeaderBytes;
            }

            (key, body, owner) = _slots.End(_frame);
            _writing = false;
            if (_slots.HasWaiting || !_connected || _closed)
            {
                Monitor.PulseAll(_gate);
            }
        }

        owner?.Release(key, body);
    }
}
