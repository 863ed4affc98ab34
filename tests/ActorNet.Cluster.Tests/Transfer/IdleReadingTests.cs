using ActorNet.Cluster.Tests.Support;
using ActorNet.Cluster.Transfer;

namespace ActorNet.Cluster.Tests.Transfer;

/// <summary>Idle compute threads read what a connection's own thread lends them; whoever reads, each frame arrives once and in order.</summary>
public sealed class IdleReadingTests
{
    public static TheoryData<int> Seeds => [1, 2, 3];

    /// <summary>Threads that look without end while others send: on a machine that has cores for them nearly all frames arrive on them.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Frames_arrive_once_and_in_order_whoever_reads(int seed)
    {
        const int Frames = 3_000, Slots = 4;
        var random = new Random(seed);
        var byIdle = 0;
        using var idle = new IdleThreads(2);
        using var pair = new LinkPair(new RecordingSink { OnArrived = _ => byIdle += idle.IsCurrent ? 1 : 0 });
        var channel = pair.Open();
        for (var step = 0; step < Frames; step++)
        {
            var length = random.Next(10) == 0 ? random.Next(600_000) : random.Next(3_000);
            channel.Send(LinkPair.Part(step, step % Slots), LinkPair.Body(length, step));
            if (random.Next(3) == 0)
            {
                AwaitStep(pair, step, $"step {step}, seed {seed}");
            }
        }

        channel.Send(LinkPair.Part(Frames), default);
        AwaitStep(pair, Frames, $"the last step, seed {seed}");
        Assert.Equal(pair.Sink.Arrived.Select(frame => frame.Header.Sequence).Order(), pair.Sink.Arrived.Select(frame => frame.Header.Sequence));
        Assert.All(pair.Sink.Arrived, frame => Assert.True(LinkPair.Body(frame.Body.Length, frame.Header.Step).AsSpan().SequenceEqual(frame.Body), $"step {frame.Header.Step}"));
        // On a busy machine they often come too late: then the connection's own thread reads.
        Assert.True(byIdle > 0, $"none of {pair.Sink.Arrived.Count} frames was read by idle threads");
        pair.Sink.AssertKept();
    }

    /// <summary>They compute, or sleep: nobody tells the connection.</summary>
    [Fact]
    public void The_connections_own_thread_goes_on_when_nobody_looks_any_more()
    {
        using var pair = new LinkPair();
        var channel = pair.Open();
        using (var idle = new IdleThreads(1))
        {
            SendAndAwait(pair, channel, 0, 100);
        }

        SendAndAwait(pair, channel, 100, 200);
        pair.Sink.AssertKept();
    }

    [Fact]
    public void A_connection_that_ends_while_idle_threads_read_it_is_told_of_and_comes_again()
    {
        using var idle = new IdleThreads(2);
        using var pair = new LinkPair();
        var changes = new Changes();
        var channel = pair.Open(changes: changes);
        for (var round = 0; round < 20; round++)
        {
            SendAndAwait(pair, channel, 20 * round, (20 * round) + 20);
            pair.Listener.DropAndWait("sender");
            changes.Await(LinkEvent.Connected, round + 2);
        }

        pair.Sink.AssertKept();
    }

    [Fact]
    public void A_wrong_hash_that_an_idle_thread_finds_ends_the_connection()
    {
        using var idle = new IdleThreads(1);
        using var pair = new LinkPair();
        var channel = pair.Open();
        SendAndAwait(pair, channel, 0, 100);
        channel.Send(LinkPair.Part(100) with { Hash = 4711 }, LinkPair.Body(1000, 100));
        pair.Sink.AwaitLost(1);
        pair.Inbound.Await(LinkEvent.Lost, 1);
        Assert.True(pair.Listener.WrongHashes > 0);
        channel.Dispose();
        pair.Sink.AssertKept();
    }

    /// <summary>Idle threads do not wait for the rest of a frame: what they leave half read the next one goes on with, wherever that is.</summary>
    [Fact]
    public void A_frame_may_come_in_any_pieces()
    {
        var (body, note) = (LinkPair.Body(300), new byte[] { 1, 2, 3 });
        var buffer = new FixedBuffer(2 * LinkLimits.HeaderBytes);
        foreach (var (sequence, length, hash) in ((int, int, ulong)[])[(1, 300, BodyHash.Of(body)), (2, 0, BodyHash.Of([])), (3, 300, 0)])
        {
            FrameCodec.Write(LinkPair.Part(7) with { Note = note, Length = length, Hash = hash, Sequence = sequence }, buffer);
            Append(body.AsSpan(0, length));
            if (hash == 0)
            {
                Append(BitConverter.GetBytes(BodyHash.Of(body)));
            }
        }

        var bytes = buffer.Written.ToArray();
        for (var piece = 1; piece < bytes.Length; piece++)
        {
            var pipe = new PiecePipe(bytes, piece);
            var reader = new FrameReader(pipe);
            for (var sequence = 1; sequence <= 3; sequence++)
            {
                FrameHeader header;
                while (!reader.TryReadHeader(waits: false, out header))
                {
                    pipe.Come();
                }

                var into = new byte[header.Length];
                bool isRight;
                while (!reader.TryReadBody(header, into, waits: false, out isRight))
                {
                    pipe.Come();
                }

                Assert.True(isRight && sequence == header.Sequence && note.AsSpan().SequenceEqual(header.Note.Span), $"pieces of {piece}, frame {sequence}");
                Assert.True(body.AsSpan(0, header.Length).SequenceEqual(into), $"pieces of {piece}, frame {sequence}");
            }
        }

        void Append(ReadOnlySpan<byte> more)
        {
            more.CopyTo(buffer.Free);
            buffer.Advance(more.Length);
        }
    }

    private static void SendAndAwait(LinkPair pair, TensorChannel channel, int first, int end)
    {
        for (var step = first; step < end; step++)
        {
            channel.Send(LinkPair.Part(step), LinkPair.Body(1_000, step));
            AwaitStep(pair, step, $"step {step}");
        }
    }

    /// <summary>Those of other slots may come after it.</summary>
    private static void AwaitStep(LinkPair pair, int step, string what) =>
        pair.Sink.Await(arrived => arrived.TakeLast(8).Any(frame => frame.Header.Step == step), what);

    /// <summary>Threads that look for what comes until they are disposed.</summary>
    private sealed class IdleThreads : IDisposable
    {
        private readonly Thread[] _threads;
        private volatile bool _ends;

        public IdleThreads(int count)
        {
            _threads = [.. Enumerable.Range(0, count).Select(_ => new Thread(Look) { IsBackground = true })];
            Array.ForEach(_threads, thread => thread.Start());
        }

        public bool IsCurrent => _threads.Contains(Thread.CurrentThread);

        public void Dispose()
        {
            _ends = true;
            Assert.All(_threads, thread => Assert.True(thread.Join(TestRun.Deadline), "a thread that looks does not end"));
        }

        private void Look()
        {
            while (!_ends)
            {
                IdleReading.Look();
                Thread.Yield();
            }
        }
    }

    /// <summary>Bytes that come in pieces of one length.</summary>
    private sealed class PiecePipe(byte[] bytes, int piece) : LinkPipe
    {
        private int _there, _read;

        public override bool Aborted => false;

        public override bool? IsReadable => _read < _there;

        public void Come() => _there = Math.Min(_there + piece, bytes.Length);

        public override int Read(Span<byte> buffer)
        {
            var count = Math.Min(buffer.Length, _there - _read);
            bytes.AsSpan(_read, count).CopyTo(buffer);
            _read += count;
            return count > 0 ? count : throw new InvalidOperationException("a read that would wait");
        }

        public override int Read(Span<byte> buffer, Deadline deadline) => Read(buffer);

        public override int TryWrite(ReadOnlySpan<byte> bytes) => bytes.Length;

        public override bool TryFlush() => true;

        public override void WaitWritable(Deadline deadline)
        {
        }

        public override void WaitForEnd() => throw new LinkException("the end");

        public override void EndGently(TimeSpan limit)
        {
        }

        public override void Abort()
        {
        }

        public override void Dispose()
        {
        }
    }
}
