using System.Runtime.ExceptionServices;

namespace ActorNet.Cluster.Transfer;

/// <summary>A sending node, remembered across its connections.</summary>
internal sealed class Sender
{
    public Guid Channel { get; set; }

    /// <summary>The last sequence received whole, declined frames included. Set by the connection's thread alone.</summary>
    public long LastWhole { get; set; }

    public Inbound? Current { get; set; }
}

/// <summary>One accepted connection once its sender has shown who it is. Its own thread reads it, or idle ones do (<see cref="IdleReading"/>); one at a time.</summary>
internal sealed class Inbound(string from, LinkPipe pipe, Sender sender, ITensorSink sink)
{
    /// <summary>How often the connection's own thread looks whether idle ones still read it.</summary>
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(2);

    private readonly object _gate = new();
    private readonly FrameReader _reader = new(pipe);
    private readonly DateTimeOffset _since = DateTimeOffset.UtcNow;
    private long _frames, _declined, _bodyBytes;
    private FrameHeader _header;
    private Memory<byte> _body;
    private Stage _stage;
    private ExceptionDispatchInfo? _fault;
    private volatile bool _isLent;

    /// <summary>What of a frame is read next.</summary>
    private enum Stage
    {
        Header,
        Body,
        Declined,
    }

    public InboundStatus Status =>
        new(from, _since, Interlocked.Read(ref _frames), Interlocked.Read(ref _declined), Interlocked.Read(ref _bodyBytes));

    public Sender Sender => sender;

    public void Abort() => pipe.Abort();

    /// <summary>Reads frames until the connection ends, on the connection's own thread.</summary>
    /// <exception cref="LinkException">The connection has ended, with the reason.</exception>
    /// <exception cref="WrongHashException">A body is not what its sender sent.</exception>
    public void ReadFrames()
    {
        IdleReading.Add(this);
        lock (_gate)
        {
            try
            {
                while (true)
                {
                    ReadFrame(waits: true);
                    Lend();
                }
            }
            finally
            {
                _isLent = false;
                IdleReading.Remove(this);
                if (_stage == Stage.Body)
                {
                    sink.Lost(from, _header, _body);
                }
            }
        }
    }

    /// <summary>Reads what there is without waiting, on any thread, unless another one reads.</summary>
    public void ReadWhatIsThere()
    {
        if (!_isLent || !Monitor.TryEnter(_gate))
        {
            return;
        }

        try
        {
            while (_isLent && ReadFrame(waits: false))
            {
            }
        }
#pragma warning disable CA1031 // It is the connection's that ends of it, whatever it is: its own thread goes on from here.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            (_fault, _isLent) = (ExceptionDispatchInfo.Capture(fault), false);
            Monitor.Pulse(_gate);
        }
        finally
        {
            Monitor.Exit(_gate);
        }
    }

    /// <summary>Lets idle threads read as long as there are any.</summary>
    private void Lend()
    {
        if (!IdleReading.IsOn || pipe.IsReadable is null)
        {
            return;
        }

        _isLent = true;
        while (_isLent && IdleReading.WasOn && !pipe.Aborted)
        {
            Monitor.Wait(_gate, _look);
        }

        _isLent = false;
        _fault?.Throw();
    }

    /// <summary>Reads on in a frame.</summary>
    /// <returns>Whether it is whole.</returns>
    private bool ReadFrame(bool waits)
    {
        if (_stage == Stage.Header)
        {
            if (!_reader.TryReadHeader(waits, out _header))
            {
                return false;
            }

            Begin();
        }

        if (_stage == Stage.Declined)
        {
            if (!_reader.TrySkipBody(_header, waits))
            {
                return false;
            }

            Interlocked.Increment(ref _declined);
            sender.LastWhole = _header.Sequence;
            _stage = Stage.Header;
            return true;
        }

        return ReadBody(waits);
    }

    /// <summary>Asks the sink where the body goes.</summary>
    private void Begin()
    {
        if (_header.Sequence <= sender.LastWhole)
        {
            throw new LinkException($"frame {_header.Sequence} after {sender.LastWhole}");
        }

        _stage = sink.Accept(from, _header, out _body) ? Stage.Body : Stage.Declined;
        if (_stage == Stage.Body && _body.Length != _header.Length)
        {
            throw new InvalidOperationException($"the sink gave {_body.Length} bytes for a body of {_header.Length}");
        }
    }

    private bool ReadBody(bool waits)
    {
        if (!_reader.TryReadBody(_header, _body.Span, waits, out var isRight))
        {
            return false;
        }

        if (!isRight)
        {
            throw new WrongHashException(_header);
        }

        _stage = Stage.Header;
        sender.LastWhole = _header.Sequence;
        Interlocked.Increment(ref _frames);
        Interlocked.Add(ref _bodyBytes, _header.Length);
        sink.Arrived(from, _header, _body);
        return true;
    }
}
