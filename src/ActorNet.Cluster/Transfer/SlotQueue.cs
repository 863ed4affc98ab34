namespace ActorNet.Cluster.Transfer;

/// <summary>
/// The frames of a channel: of each slot the newest, those that wait in the order of their turn, and the one that is being written, which stays lent until it is
/// written. Guarded by the channel's lock.
/// </summary>
internal sealed class SlotQueue
{
    private readonly Dictionary<SlotKey, Slot> _slots = [];
    private Slot? _first, _last;
    private Slot? _current;
    private SlotKey _currentKey;
    private long _currentStamp;
    private IBodyOwner? _currentOwner;
    private long _sequence;

    /// <summary>Whether a frame may wait.</summary>
    public bool HasWaiting => _first is not null;

    /// <summary>Frames that wait.</summary>
    public int Waiting => _slots.Values.Count(slot => slot is { Full: true, Queued: true });

    /// <summary>Puts a frame into its slot. A slot that waits already keeps its place: else one that is often replaced would never come to its turn.</summary>
    /// <param name="key">The slot.</param>
    /// <param name="header">What the body is.</param>
    /// <param name="body">The body.</param>
    /// <param name="owner">To be told when it is read no more.</param>
    /// <param name="isNext">Whether it is the next in turn.</param>
    /// <returns>The body that it replaces, and whom to tell.</returns>
    /// <exception cref="ArgumentException">There are too many slots.</exception>
    public (ReadOnlyMemory<byte> Body, IBodyOwner? Owner) Put(
        in SlotKey key, in FrameHeader header, ReadOnlyMemory<byte> body, IBodyOwner? owner, out bool isNext)
    {
        var slot = SlotOf(key);
        var replaced = TakeOut(slot);
        slot.Put(header, body, owner);
        Enqueue(slot);
        isNext = slot == _first;
        return replaced;
    }

    /// <summary>Empties the slots whose frames have such headers; all where null.</summary>
    /// <returns>The bodies to be given back; null for none.</returns>
    public List<LentBody>? TakeOut(Predicate<FrameHeader>? which)
    {
        List<LentBody>? released = null;
        foreach (var (key, slot) in _slots)
        {
            if (slot.Full && (which is null || which(slot.Header)))
            {
                TakeOut(key, slot, ref released);
            }
        }

        if (which is null)
        {
            _slots.Clear();
            _first = _last = null;
        }

        return released;
    }

    /// <summary>Empties the slots of a kind, partition and step, or a step before.</summary>
    /// <inheritdoc cref="TakeOut(Predicate{FrameHeader}?)"/>
    public List<LentBody>? TakeOut(FrameKind kind, int? partition, long step)
    {
        List<LentBody>? released = null;
        foreach (var (key, slot) in _slots)
        {
            if (slot.Full && slot.Header.Kind == kind && slot.Header.Step <= step && (partition ?? slot.Header.Partition) == slot.Header.Partition)
            {
                TakeOut(key, slot, ref released);
            }
        }

        return released;
    }

    /// <summary>Lends the first frame that waits to its writer.</summary>
    /// <returns>Whether one waits.</returns>
    public bool TryBegin(FrameWriter frame)
    {
        if (Dequeue() is not { } slot)
        {
            return false;
        }

        _current = slot;
        _currentKey = slot.Header.Slot;
        _currentStamp = slot.Stamp;
        _currentOwner = slot.Owner;
        slot.Sequence = ++_sequence;
        frame.Begin(slot, slot.Sequence);
        return true;
    }

    /// <summary>The frame is written, or its connection has ended.</summary>
    /// <param name="frame">Its writer.</param>
    /// <returns>Its body and whom to tell: nobody while the slot keeps it.</returns>
    public (SlotKey Key, ReadOnlyMemory<byte> Body, IBodyOwner? Owner) End(FrameWriter frame)
    {
        // Replaced or forgotten meanwhile: nobody but this write held it any more.
        var lent = (_currentKey, frame.Body, _current!.Stamp == _currentStamp ? null : _currentOwner);
        frame.End();
        _current = null;
        _currentOwner = null;
        return lent;
    }

    /// <summary>Queues what the peer did not receive whole, in the order in which it was sent, before what was never sent.</summary>
    public void QueueAgain(long lastWhole)
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

    private void TakeOut(in SlotKey key, Slot slot, ref List<LentBody>? released)
    {
        if (TakeOut(slot) is (var body, { } owner))
        {
            (released ??= []).Add(new(key, body, owner));
        }
    }

    /// <summary>Empties a slot. What is being written stays lent: the end of the write gives it back.</summary>
    private (ReadOnlyMemory<byte> Body, IBodyOwner? Owner) TakeOut(Slot slot)
    {
        var (body, owner) = (slot.Body, slot.Owner);
        var beingWritten = slot == _current && slot.Stamp == _currentStamp;
        slot.Empty();
        return beingWritten ? (default, null) : (body, owner);
    }

    private void Enqueue(Slot slot)
    {
        if (slot.Queued)
        {
            return;
        }
        slot.Queued = true;
        var (before, after) = PlaceOf(slot);
        slot.Next = after;
        _last = after is null ? slot : _last;
        if (before is null)
        {
            _first = slot;
        }
        else
        {
            before.Next = slot;
        }
    }

    /// <summary>
    /// The place of a slot in the queue: the end, but for weights, which go before those of the same version of later partitions. A step begins with the first layer's. Of
    /// one version there is one frame a partition, so none waits for ever.
    /// </summary>
    /// <returns>The slot before it and the one after it; null for none.</returns>
    private (Slot? Before, Slot? After) PlaceOf(Slot slot)
    {
        if (slot.Header.Kind == FrameKind.Weights)
        {
            Slot? before = null;
            for (var next = _first; next is not null; (before, next) = (next, next.Next))
            {
                if (next.Full && next.Header.Kind == FrameKind.Weights && next.Header.Step == slot.Header.Step && next.Header.Partition > slot.Header.Partition)
                {
                    return (before, next);
                }
            }
        }

        return (_last, null);
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
}

/// <summary>A body that a channel reads no more, and whom to tell.</summary>
internal readonly record struct LentBody(SlotKey Key, ReadOnlyMemory<byte> Body, IBodyOwner Owner)
{
    public void Release() => Owner.Release(Key, Body);
}
