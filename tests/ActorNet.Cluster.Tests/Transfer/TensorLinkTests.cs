using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ActorNet.Cluster.Transfer;

namespace ActorNet.Cluster.Tests.Transfer;

public sealed class TensorLinkTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(LinkLimits.FirstBytes - 1)]
    [InlineData(LinkLimits.FirstBytes)]
    [InlineData(LinkLimits.FirstBytes + 1)]
    [InlineData(95_440)]
    [InlineData(LinkLimits.InlineBytes)]
    [InlineData(LinkLimits.InlineBytes + 1)]
    [InlineData(2_700_000)]
    [InlineData(23_000_000)]
    public void A_frame_arrives_as_it_was_sent(int length)
    {
        ArrivesAsSent(length, hash: 0);
        ArrivesAsSent(length, BodyHash.Of(LinkPair.Body(length)));
    }

    private static void ArrivesAsSent(int length, ulong hash)
    {
        using var pair = new LinkPair();
        var channel = pair.Open();
        var (body, note) = (LinkPair.Body(length), new byte[] { 1, 2, 3 });
        var header = LinkPair.Part(7) with { Incarnation = 2, Job = 99, Partition = 1, Note = note, Hash = hash };
        Assert.True(channel.Send(header, body));
        pair.Sink.Await(arrived => arrived.Count == 1, "the frame");
        var frame = pair.Sink.Arrived[0];
        var inHeader = hash == 0 && length <= LinkLimits.InlineBytes ? BodyHash.Of(body) : hash;
        Assert.Equal("sender", frame.From);
        Assert.Equal(header with { Note = default, Length = length, Hash = inHeader, Sequence = 1 }, frame.Header with { Note = default });
        Assert.Equal(note, frame.Header.Note.ToArray());
        Assert.True(body.AsSpan().SequenceEqual(frame.Body));
        pair.Sink.AssertKept();
    }

    [Fact]
    public void A_declined_body_is_dropped_and_what_follows_arrives()
    {
        using var pair = new LinkPair(new RecordingSink { Declines = header => header.Step < 3 });
        var changes = new Changes();
        var channel = pair.Open(changes: changes);
        foreach (var (step, length) in new[] { (0, 0), (1, 500), (2, 3_000_000), (3, 70_000) })
        {
            channel.Send(LinkPair.Part(step, partition: step), LinkPair.Body(length, step));
        }
        pair.Sink.Await(arrived => arrived.Count == 1, "the frame that is not declined");
        Assert.Equal(3, pair.Sink.Declined);
        Assert.True(LinkPair.Body(70_000, 3).AsSpan().SequenceEqual(pair.Sink.Arrived[0].Body));

        // Declined is received: it does not come again.
        pair.Listener.Drop("sender");
        changes.Await(LinkEvent.Connected, 2);
        channel.Send(LinkPair.Part(9), default);
        pair.Sink.Await(arrived => arrived.Count == 2, "a frame after the reconnection");
        Assert.Equal(3, pair.Sink.Declined);
    }

    /// <summary>While the reader stalls, Send neither blocks nor queues: when the reader goes on, it gets of each slot the newest.</summary>
    [Fact]
    public void Of_each_slot_only_the_newest_frame_counts()
    {
        using var stall = new ManualResetEventSlim();
        using var pair = new LinkPair(new RecordingSink { OnArrived = _ => stall.Wait(TimeSpan.FromSeconds(30)) });
        var owner = new CountingOwner();
        var channel = pair.Open();
        const int Steps = 500, Slots = 3;
        var clock = Stopwatch.StartNew();
        for (var step = 0; step < Steps; step++)
        {
            for (var slot = 0; slot < Slots; slot++)
            {
                channel.Send(LinkPair.Part(step, slot), owner.Lend(new byte[1_000_000]), owner);
            }
        }
        var (sending, waiting) = (clock.Elapsed, channel.Status.Waiting);
        Assert.InRange(waiting, 1, Slots + 1);
        stall.Set();
        pair.Sink.Await(arrived => arrived.Count(frame => frame.Header.Step == Steps - 1) == Slots, $"the newest frame of each slot; sending took {sending}");

        Assert.InRange(pair.Sink.Arrived.Count, Slots, 60);
        foreach (var slot in pair.Sink.Arrived.GroupBy(frame => frame.Header.Partition))
        {
            var steps = slot.Select(frame => frame.Header.Step).ToList();
            Assert.Equal(steps.Order(), steps);
        }
        channel.Close();
        owner.AssertAllBackOnce();
    }

    /// <summary>The reader stalls with the head of a frame in its hands: most of the body is still to be written.</summary>
    [Theory]
    [InlineData(nameof(FrameKind.Part), null, 2, true)]
    [InlineData(nameof(FrameKind.Part), 1, 2, true)]
    [InlineData(nameof(FrameKind.Part), 1, 3, true)]
    [InlineData(nameof(FrameKind.Part), 1, 1, false)]
    [InlineData(nameof(FrameKind.Part), 0, 2, false)]
    [InlineData(nameof(FrameKind.Weights), 1, 2, false)]
    public void A_body_that_is_being_written_may_be_changed_once_it_is_detached(string kind, int? partition, long step, bool isDetached)
    {
        using var begun = new ManualResetEventSlim();
        using var stall = new ManualResetEventSlim();
        using var pair = new LinkPair(new RecordingSink
        {
            Declines = _ =>
            {
                begun.Set();
                return !stall.Wait(TimeSpan.FromSeconds(30));
            },
        });
        var channel = pair.Open();
        var body = LinkPair.Body(23_000_000);
        var sent = body.ToArray();
        channel.Send(LinkPair.Part(2, partition: 1), body);
        Assert.True(begun.Wait(TimeSpan.FromSeconds(30)), "the frame did not begin to arrive");
        channel.Detach(Enum.Parse<FrameKind>(kind), partition, step);
        Array.Clear(body);
        stall.Set();
        pair.Sink.Await(arrived => arrived.Count == 1, "the frame");
        Assert.Equal(isDetached, pair.Sink.Arrived[0].Body.AsSpan().SequenceEqual(sent));
        if (isDetached)
        {
            Assert.Equal(0, pair.Listener.WrongHashes);
        }
    }

    /// <summary>A node that is slow, or has just come, may still wait for a version that is about to be written over: it gets the next one.</summary>
    [Fact]
    public void A_body_that_waits_when_it_is_detached_is_not_sent()
    {
        using var begun = new ManualResetEventSlim();
        using var stall = new ManualResetEventSlim();
        using var pair = new LinkPair(new RecordingSink
        {
            Declines = header =>
            {
                begun.Set();
                return header.Partition == 1 && !stall.Wait(TimeSpan.FromSeconds(30));
            },
        });
        var channel = pair.Open();
        channel.Send(LinkPair.Part(2, partition: 1), LinkPair.Body(23_000_000));
        Assert.True(begun.Wait(TimeSpan.FromSeconds(30)), "the frame did not begin to arrive");
        var waiting = LinkPair.Body(1_000_000);
        channel.Send(LinkPair.Part(5), waiting);
        channel.Detach(FrameKind.Part, partition: 0, step: 5);
        Array.Clear(waiting);
        stall.Set();
        pair.Sink.Await(arrived => arrived.Count == 1, "the frame that was being written");
        channel.Send(LinkPair.Part(6), waiting);
        pair.Sink.Await(arrived => arrived.Count == 2, "the next version");
        Assert.Equal([2L, 6L], pair.Sink.Arrived.Select(frame => frame.Header.Step));
        Assert.Equal(0, pair.Listener.WrongHashes);
    }

    [Fact]
    public void Bodies_come_back_when_replaced_forgotten_or_closed()
    {
        using var pair = new LinkPair();
        var owner = new CountingOwner();
        var channel = pair.Open();
        channel.Send(LinkPair.Part(1), owner.Lend(new byte[10]), owner);
        channel.Send(LinkPair.Part(2, partition: 1), owner.Lend(new byte[10]), owner);
        channel.Send(LinkPair.Part(3, partition: 2), owner.Lend(new byte[10]), owner);
        pair.Sink.Await(arrived => arrived.Count == 3, "three frames");
        Assert.Equal(0, owner.Returned);
        channel.Send(LinkPair.Part(4), owner.Lend(new byte[10]), owner);
        Assert.Equal(1, owner.Returned);
        channel.Forget(header => header.Step == 2);
        Assert.Equal(2, owner.Returned);
        // The fourth may still be in its writer's hands: it comes back when it is written.
        channel.Forget();
        owner.Await(4);
        channel.Send(LinkPair.Part(5), owner.Lend(new byte[10]), owner);
        pair.Sink.Await(arrived => arrived.Any(frame => frame.Header.Step == 5), "a frame after forgetting all");
        channel.Close();
        Assert.False(channel.Send(LinkPair.Part(6), owner.Lend(new byte[10]), owner));
        owner.AssertAllBackOnce();
    }

    /// <summary>Frames that were forgotten are not sent when the connection comes again; those kept are, unless they arrived whole.</summary>
    [Fact]
    public void A_new_process_at_the_peer_gets_what_is_kept()
    {
        using var first = new LinkPair();
        var changes = new Changes();
        var channel = first.Open(changes: changes);
        for (var slot = 0; slot < 4; slot++)
        {
            channel.Send(LinkPair.Part(slot, slot), LinkPair.Body(1000, slot));
        }
        first.Sink.Await(arrived => arrived.Count == 4, "four frames");
        channel.Forget(header => header.Partition == 2);
        var endPoint = first.Listener.EndPoint;
        first.Listener.Dispose();
        changes.Await(LinkEvent.Lost);

        var sink = new RecordingSink();
        using var second = new TensorListener(LinkPair.Settings(LinkPair.Receiver), endPoint, sink);
        sink.Await(arrived => arrived.Count == 3, "what is kept");
        Assert.Equal([0, 1, 3], sink.Arrived.Select(frame => frame.Header.Partition));
        Assert.Equal(2, channel.Status.Connections);
    }

    [Fact]
    public void A_lost_sender_is_told_too()
    {
        using var pair = new LinkPair();
        var channel = pair.Open();
        pair.Inbound.Await(LinkEvent.Connected);
        Assert.Equal("sender", Assert.Single(pair.Listener.Connections).Peer);
        channel.Close();
        Assert.Equal("sender", pair.Inbound.Await(LinkEvent.Lost).Peer);
        Assert.Empty(pair.Listener.Connections);
    }

    [Fact]
    public void Twenty_channels_at_once()
    {
        using var pair = new LinkPair();
        const int Channels = 20, Steps = 30;
        var channels = Enumerable.Range(0, Channels).Select(i => pair.Open($"sender {i}")).ToList();
        Parallel.ForEach(channels, channel =>
        {
            for (var step = 0; step < Steps; step++)
            {
                channel.Send(LinkPair.Part(step), LinkPair.Body(200_000, step));
            }
        });
        pair.Sink.Await(arrived => arrived.Where(frame => frame.Header.Step == Steps - 1).Select(frame => frame.From).Distinct().Count() == Channels, "the last steps");
        Assert.All(pair.Sink.Arrived, frame => Assert.True(LinkPair.Body(200_000, frame.Header.Step).AsSpan().SequenceEqual(frame.Body)));
        pair.Sink.AssertKept();
    }

    /// <summary>Several threads send into the same slots while the channel is closed: every body comes back once, nothing hangs.</summary>
    [Fact]
    public void Closing_during_sends_gives_every_body_back()
    {
        for (var round = 0; round < 20; round++)
        {
            using var pair = new LinkPair();
            var owner = new CountingOwner();
            var channel = pair.Open();
            using var begun = new CountdownEvent(3);
            var senders = Enumerable.Range(0, 3).Select(sender => new Thread(() =>
            {
                for (var step = 0; channel.Send(LinkPair.Part(step, step % 5), owner.Lend(new byte[step % 2 == 0 ? 300_000 : 1000]), owner); step++)
                {
                    if (step == 10)
                    {
                        begun.Signal();
                    }
                }
            })).ToList();
            senders.ForEach(thread => thread.Start());
            Assert.True(begun.Wait(TimeSpan.FromSeconds(10)), "the senders began");
            channel.Close();
            senders.ForEach(thread => Assert.True(thread.Join(TimeSpan.FromSeconds(10)), "a sender ended"));
            owner.AssertAllBackOnce();
        }
    }

    /// <summary>A body that its sender changes on the way is dropped, told and counted, and comes again.</summary>
    [Fact]
    public void A_wrong_hash_is_dropped_and_sent_again()
    {
        using var pair = new LinkPair();
        var channel = pair.Open();
        var body = LinkPair.Body(5000);
        channel.Send(LinkPair.Part(1) with { Hash = 77 }, body);
        pair.Sink.AwaitLost(3);
        Assert.True(pair.Listener.WrongHashes >= 2);
        channel.Send(LinkPair.Part(2), body);
        pair.Sink.Await(arrived => arrived.Count == 1, "the frame that replaced the wrong one");
        pair.Sink.AssertKept();
    }

    [Fact]
    public void A_fault_in_the_sink_ends_the_connection_and_is_told()
    {
        var faults = 0;
        using var pair = new LinkPair(new RecordingSink { OnArrived = _ => { if (faults++ == 0) { throw new InvalidOperationException("no room"); } } });
        var channel = pair.Open();
        channel.Send(LinkPair.Part(1), new byte[10]);
        Assert.Equal("fault: no room", pair.Inbound.Await(LinkEvent.Lost).Reason);
        channel.Send(LinkPair.Part(2), new byte[10]);
        pair.Sink.Await(arrived => arrived.Count == 2, "the frame after the fault");
    }

    [SkippableTheory]
    [InlineData("::1", "::1")]
    [InlineData("::", "127.0.0.1")]
    [InlineData("127.0.0.1", "localhost")]
    public void Addresses_of_both_kinds_and_names_work(string listen, string host)
    {
        Skip.If(listen.Contains(':', StringComparison.Ordinal) && !Socket.OSSupportsIPv6, "no IPv6 here");
        using var pair = new LinkPair(address: IPAddress.Parse(listen));
        Assert.NotEqual(0, pair.Listener.EndPoint.Port);
        var changes = new Changes();
        pair.Open(host: host, changes: changes);
        changes.Await(LinkEvent.Connected);
    }

    [Fact]
    public void An_unreachable_peer_is_tried_until_the_channel_closes()
    {
        using var pair = new LinkPair();
        var (nobody, unknown) = (new Changes(), new Changes());
        using var free = new Socket(SocketType.Stream, ProtocolType.Tcp);
        free.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var channel = pair.Open(changes: nobody, port: ((IPEndPoint)free.LocalEndPoint!).Port);
        pair.Open(host: "no-such-host.invalid", changes: unknown);
        nobody.Await(LinkEvent.Failed, 3);
        unknown.Await(LinkEvent.Failed);
        Assert.NotNull(channel.Status.LastError);
        Assert.Equal(0, channel.Status.Connections);
    }

    /// <summary>Who lent which body, and that each came back once.</summary>
    private sealed class CountingOwner : IBodyOwner
    {
        private readonly Waiting _waiting = new();
        private readonly List<ReadOnlyMemory<byte>> _back = [];
        private int _lent;

        public int Returned => _waiting.Get(() => _back.Count);

        public ReadOnlyMemory<byte> Lend(byte[] body)
        {
            Interlocked.Increment(ref _lent);
            return body;
        }

        public void Release(in SlotKey slot, ReadOnlyMemory<byte> body) => _waiting.Do(() => _back.Add(body));

        public void Await(int returned) => _waiting.Until(() => _back.Count >= returned, $"{returned} bodies to come back");

        public void AssertAllBackOnce()
        {
            Assert.Equal(_lent, Returned);
            Assert.Equal(_lent, _waiting.Get(() => _back.Distinct().Count()));
        }
    }
}
