using System.Diagnostics;
using System.Net;
using ActorNet.Cluster.Security;
using ActorNet.Cluster.Tests.Security;
using ActorNet.Cluster.Transfer;

namespace ActorNet.Cluster.Tests.Transfer;

/// <summary>What the link costs: no garbage for each frame, no thread when closed, no time until a loss is told.</summary>
[Collection(nameof(Alone))]
public sealed class LinkCostTests
{
    private const int Spans = 8;

    [Theory]
    [InlineData(100, 5000)]
    [InlineData(95_440, 2000)]
    [InlineData(300_000, 1000)]
    [InlineData(1_000_000, 400)]
    [InlineData(5_000_000, 160)]
    public void Frames_allocate_nothing_in_steady_state(int length, int rounds)
    {
        var allocated = Allocated(length, rounds, LinkPair.Settings("left"), LinkPair.Settings("right"));
        AssertNothing(allocated, rounds);
    }

    /// <summary>In TLS as well: SslStream takes its buffers from the pool, and what is encrypted goes through one that is kept.</summary>
    [Theory]
    [InlineData(100, 5000)]
    [InlineData(95_440, 2000)]
    [InlineData(1_000_000, 400)]
    [InlineData(2_500_000, 160)]
    public void Frames_in_TLS_allocate_nothing_in_steady_state(int length, int rounds)
    {
        using var certificates = new TestCertificates();
        var tls = new NodeTls(certificates.Node("127.0.0.1"), _ => { });
        var allocated = Allocated(length, rounds, LinkPair.Settings("left") with { Tls = tls }, LinkPair.Settings("right") with { Tls = tls });
        AssertNothing(allocated, rounds);
    }

    [Fact]
    public void A_broken_peer_is_told_at_once()
    {
        using var pair = new LinkPair();
        var (changes, clock) = (new Changes(), new Stopwatch());
        long told = -1;
        using var channel = new TensorChannel(LinkPair.Settings("sender"), LinkPair.Receiver, "127.0.0.1", pair.Listener.EndPoint.Port, change =>
        {
            Volatile.Write(ref told, change.Event == LinkEvent.Lost ? clock.ElapsedMilliseconds : -1);
            changes.Add(change);
        });
        changes.Await(LinkEvent.Connected);
        clock.Start();
        pair.Listener.Dispose();
        changes.Await(LinkEvent.Lost);
        Assert.True(Volatile.Read(ref told) < 100, $"told after {told} ms");
        Assert.False(channel.Status.Connected);
        Assert.NotNull(channel.Status.LastError);
    }

    [SkippableFact]
    public void Closing_leaves_no_thread()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "threads are counted by their names in /proc");
        for (var round = 0; round < 5; round++)
        {
            using var pair = new LinkPair();
            var channels = Enumerable.Range(0, 4).Select(i => pair.Open($"sender {i}")).ToList();
            channels.ForEach(channel => channel.Send(LinkPair.Part(1), new byte[1_000_000]));
            pair.Sink.Await(arrived => arrived.Count == 4, "four frames");
            Assert.True(LinkThreads() >= 4 * 3 + 1, $"{LinkThreads()} threads: they are not counted");
        }
        Assert.True(SpinWait.SpinUntil(() => LinkThreads() == 0, TimeSpan.FromSeconds(10)), $"{LinkThreads()} threads are left");
    }

    /// <summary>
    /// Bytes that a ping-pong over two channels allocates. The whole process is watched, all the link's threads with it; the test runner may allocate at any
    /// time, so the least of some spans counts: what a frame allocates is in each of them.
    /// </summary>
    private static long Allocated(int length, int rounds, LinkSettings leftSide, LinkSettings rightSide)
    {
        using var done = new ManualResetEventSlim();
        var there = new Echo(length);
        var back = new Echo(length);
        using var left = new TensorListener(leftSide, new IPEndPoint(IPAddress.Loopback, 0), back);
        using var right = new TensorListener(rightSide, new IPEndPoint(IPAddress.Loopback, 0), there);
        using var toRight = new TensorChannel(leftSide, "right", "127.0.0.1", right.EndPoint.Port);
        using var toLeft = new TensorChannel(rightSide, "left", "127.0.0.1", left.EndPoint.Port);
        var allocated = new long[Spans + 1];
        there.Answer = (in FrameHeader header, ReadOnlyMemory<byte> body) => toLeft.Send(header, body);
        back.Answer = (in FrameHeader header, ReadOnlyMemory<byte> body) =>
        {
            if (header.Step % (rounds / Spans) == 0)
            {
                allocated[header.Step / (rounds / Spans)] = GC.GetTotalAllocatedBytes(precise: true);
            }
            if (header.Step == rounds)
            {
                done.Set();
                return;
            }
            toRight.Send(header with { Step = header.Step + 1 }, body);
        };
        toRight.Send(LinkPair.Part(0) with { Note = new byte[8] }, new byte[length]);
        Assert.True(done.Wait(TimeSpan.FromSeconds(60)), "the rounds end");
        return Enumerable.Range(0, Spans).Min(span => allocated[span + 1] - allocated[span]);
    }

    /// <summary>The smallest object takes 24 bytes, a round has two frames, and the shortest span 20 rounds. Less than one object a round is the test runner's.</summary>
    private static void AssertNothing(long bytes, int rounds) => Assert.True(bytes < Math.Max(512, 24 * rounds / Spans), $"{bytes} bytes in {rounds / Spans} rounds");

    private static int LinkThreads() => Directory.GetDirectories("/proc/self/task").Count(IsOfLink);

    private static bool IsOfLink(string task)
    {
        try
        {
            return File.ReadAllText($"{task}/comm").StartsWith("link ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private delegate void Answer(in FrameHeader header, ReadOnlyMemory<byte> body);

    /// <summary>Reads everything into one buffer, and answers from there.</summary>
    private sealed class Echo(int length) : ITensorSink
    {
        private readonly byte[] _body = new byte[length];

        public Answer? Answer { get; set; }

        public bool Accept(string from, in FrameHeader header, out Memory<byte> body)
        {
            body = _body;
            return true;
        }

        public void Arrived(string from, in FrameHeader header, Memory<byte> body) => Answer!(header with { Hash = 0 }, body);

        public void Lost(string from, in FrameHeader header, Memory<byte> body)
        {
        }
    }
}
