using ActorNet.Cluster.Transfer;

namespace ActorNet.Cluster.Tests.Transfer;

/// <summary>Takes frames, remembers them and holds the link to its contract: each accepted body either arrives or is lost, once, before the next.</summary>
internal sealed class RecordingSink : ITensorSink
{
    private readonly Waiting _waiting = new();
    private readonly List<Frame> _arrived = [];
    private readonly Dictionary<string, FrameHeader> _open = [];
    private readonly List<string> _faults = [];
    private readonly List<FrameHeader> _lost = [];
    private int _accepted, _declined;

    public Func<FrameHeader, bool> Declines { get; init; } = _ => false;

    /// <summary>Called when a body has arrived, outside the sink's lock: it may block.</summary>
    public Action<FrameHeader> OnArrived { get; init; } = _ => { };

    public IReadOnlyList<Frame> Arrived => _waiting.Get(() => _arrived.ToList());

    public IReadOnlyList<FrameHeader> Lost => _waiting.Get(() => _lost.ToList());

    public int Accepted => _waiting.Get(() => _accepted);

    public int Declined => _waiting.Get(() => _declined);

    public bool Accept(string from, in FrameHeader header, out Memory<byte> body)
    {
        var copy = header;
        var accepts = !Declines(header);
        _waiting.Do(() =>
        {
            if (!accepts)
            {
                _declined++;
                return;
            }
            _accepted++;
            Check(_open.TryAdd(from, copy), $"{copy.Slot} accepted within another body");
        });
        body = accepts ? new byte[header.Length] : default;
        return accepts;
    }

    void ITensorSink.Arrived(string from, in FrameHeader header, Memory<byte> body)
    {
        var frame = new Frame(from, header with { Note = header.Note.ToArray() }, body.ToArray());
        _waiting.Do(() =>
        {
            Close(from, frame.Header);
            _arrived.Add(frame);
        });
        OnArrived(header);
    }

    void ITensorSink.Lost(string from, in FrameHeader header, Memory<byte> body)
    {
        var copy = header with { Note = default };
        _waiting.Do(() =>
        {
            Close(from, copy);
            _lost.Add(copy);
        });
    }

    public void Await(Func<IReadOnlyList<Frame>, bool> holds, string what) => _waiting.Until(() => holds(_arrived), what);

    public void AwaitLost(int count) => _waiting.Until(() => _lost.Count >= count, $"{count} lost bodies");

    public void AwaitDeclined(int count) => _waiting.Until(() => _declined >= count, $"{count} declined bodies");

    /// <summary>Each accepted body was arrived at or lost, and never was one within another.</summary>
    public void AssertKept()
    {
        Assert.Empty(_waiting.Get(() => _faults.ToList()));
        Assert.Empty(_waiting.Get(() => _open.Keys.ToList()));
        Assert.Equal(Accepted, Arrived.Count + Lost.Count);
    }

    private void Close(string from, FrameHeader header) =>
        Check(_open.Remove(from, out var open) && open.Sequence == header.Sequence, $"{header.Slot} ended but was not accepted");

    private void Check(bool holds, string fault)
    {
        if (!holds)
        {
            _faults.Add(fault);
        }
    }

    internal sealed record Frame(string From, FrameHeader Header, byte[] Body);
}
