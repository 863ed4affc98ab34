using ActorNet.Cluster.Transfer;

namespace ActorNet.Cluster.Tests.Transfer;

/// <summary>Connections that break at seeded places: in the end the newest frame of each slot has arrived whole, once, and nothing else has.</summary>
public sealed class FaultyNetworkTests
{
    private const int Slots = 4, Steps = 12, LastLength = 60_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Every_newest_frame_arrives_whole_in_the_end(int seed)
    {
        var random = new Random(seed);
        var faults = Enumerable.Range(0, 12)
            .Select(i => (i < 8 ? (Fault)(i % 2) : (Fault)random.Next(4), At: random.Next(4) == 0 ? random.Next(300) : random.Next(1_500_000)))
            .ToList();
        using var pair = new LinkPair(handshake: TimeSpan.FromMilliseconds(300));
        using var proxy = new FaultyProxy(pair.Listener.EndPoint, faults);
        var settings = LinkPair.Settings("sender") with { HandshakeDeadline = TimeSpan.FromMilliseconds(300), StallLimit = TimeSpan.FromMilliseconds(300) };
        using (var channel = new TensorChannel(settings, LinkPair.Receiver, "127.0.0.1", proxy.Port))
        {
            for (var step = 0; step < Steps; step++)
            {
                for (var slot = 0; slot < Slots; slot++)
                {
                    channel.Send(LinkPair.Part(step, slot), LinkPair.Body(random.Next(2) == 0 ? random.Next(800_000) : LastLength, step, slot));
                }
                pair.Sink.Await(
                    arrived => arrived.Where(frame => frame.Header.Step == step).Select(frame => frame.Header.Partition).Distinct().Count() == Slots,
                    $"step {step}, seed {seed}, faults {string.Join(' ', faults)}, channel {channel.Status}");
            }
            Assert.True(channel.Status.Connections > 4, $"{channel.Status.Connections} connections: the faults did no harm, seed {seed}");
        }
        pair.Listener.Dispose();

        pair.Sink.AssertKept();
        Assert.All(pair.Sink.Arrived, frame =>
            Assert.True(LinkPair.Body(frame.Body.Length, frame.Header.Step, frame.Header.Partition).AsSpan().SequenceEqual(frame.Body)));
        var twice = pair.Sink.Arrived.CountBy(frame => (frame.Header.Step, frame.Header.Partition)).Where(count => count.Value > 1);
        Assert.Empty(twice);
        Assert.NotEmpty(pair.Sink.Lost);
    }
}
