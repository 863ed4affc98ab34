namespace ActorNet.Cluster.Transfer;

/// <summary>A sending node, remembered across its connections.</summary>
internal sealed class Sender
{
    public Guid Channel { get; set; }

    /// <summary>The last sequence received whole, declined frames included. Set by the connection's thread alone.</summary>
    public long LastWhole { get; set; }

    public Inbound? Current { get; set; }
}

/// <summary>One accepted connection once its sender has shown who it is.</summary>
internal sealed class Inbound(string from, LinkPipe pipe, Sender sender, ITensorSink sink)
{
    private readonly FrameReader _reader = new(pipe);
    private readonly DateTimeOffset _since = DateTimeOffset.UtcNow;
    private long _frames, _declined, _bodyBytes;

    public InboundStatus Status =>
        new(from, _since, Interlocked.Read(ref _frames), Interlocked.Read(ref _declined), Interlocked.Read(ref _bodyBytes));

    public Sender Sender => sender;

    public void Abort() => pipe.Abort();

    /// <summary>Reads frames until the connection ends.</summary>
    /// <exception cref="LinkException">Always, with the reason.</exception>
    public void ReadFrames()
    {
        while (true)
        {
            ReadFrame();
        }
    }

    private void ReadFrame()
    {
        var header = _reader.ReadHeader();
        if (header.Sequence <= sender.LastWhole)
        {
            throw new LinkException($"frame {header.Sequence} after {sender.LastWhole}");
        }

        if (!sink.Accept(from, header, out var body))
        {
            _reader.SkipBody(header);
            sender.LastWhole = header.Sequence;
            Interlocked.Increment(ref _declined);
            return;
        }

        ReadBody(header, body);
        sender.LastWhole = header.Sequence;
        Interlocked.Increment(ref _frames);
        Interlocked.Add(ref _bodyBytes, header.Length);
        sink.Arrived(from, header, body);
    }

    private void ReadBody(in FrameHeader header, Memory<byte> body)
    {
        var whole = false;
        try
        {
            if (body.Length != header.Length)
            {
                throw new InvalidOperationException($"the sink gave {body.Length} bytes for a body of {header.Length}");
            }
            whole = _reader.ReadBody(header, body.Span);
            if (!whole)
            {
                throw new WrongHashException(header);
            }
        }
        finally
        {
            if (!whole)
            {
                sink.Lost(from, header, body);
            }
        }
    }
}
