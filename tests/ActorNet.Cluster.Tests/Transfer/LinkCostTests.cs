using System.Net;
using ActorNet.Cluster.Transfer;

namespace ActorNet.Cluster.Tests.Transfer;

/// <summary>What the link leaves behind: no garbage for each frame, no thread, no socket.</summary>
[Collection(nameof(Alone))]
public sealed class LinkCostTests
{
    /// <summary>A ping-pong over two channels, so that every frame is written and read while nothing else happens.</summary>
    [Theory]
    [InlineData(100, 5000)]
    [InlineData(95_440, 2000)]
    [InlineData(300_000, 1000)]
    public void Frames_allocate_nothing_in_steady_state(int length, int rounds)
    {
        using var done = new ManualResetEventSlim();
        var there = new Echo(length);
        var back = new Echo(length);
        using var left = new TensorListener(LinkPair.Settings("left"), new IPEndPoint(IPAddress.Loopback, 0), back);
        using var right = new TensorListener(LinkPair.Settings("right"), new IPEndPoint(IPAddress.Loopback, 0), there);
        using var toRight = new TensorChannel(LinkPair.Settings("left"), "right", "127.0.0.1", right.EndPoint.Port);
        using var toLeft = new TensorChannel(LinkPair.Settings("right"), "left", "127.0.0.1", left.EndPoint.Port);
        long before = 0, after = 0;
        there.Answer = (in FrameHeader header, ReadOnlyMemory<byte> body) => toLeft.Send(header, body);
        back.Answer = (in FrameHeader header, ReadOnlyMemory<byte> body) =>
        {
            before = header.Step == rounds / 2 ? GC.GetTotalAllocatedBytes(precise: true) : before;
            if (header.Step == rounds)
            {
                after = GC.GetTotalAllocatedBytes(precise: true);
                done.Set();
                return;
            }
            toRight.Send(header with { Step = header.Step + 1 }, body);
        };
        toRight.Send(LinkPair.Part(0) with { Note = new byte[8] }, new byte[length]);
        Assert.True(done.Wait(TimeSpan.FromSeconds(60)), "the rounds end");
        Assert.True(after - before < rounds / 2, $"{after - before} bytes in {rounds / 2} rounds");
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
