using ActorNet.Cluster.Transfer;

namespace ActorNet.Cluster.Tests.Transfer;

public sealed class SlotQueueTests
{
    private readonly SlotQueue _queue = new();

    [Fact]
    public void Frames_are_written_in_the_order_in_which_they_came()
    {
        Put(FrameKind.Part, 2, 7);
        Put(FrameKind.Part, 1, 7);
        Put(FrameKind.Weights, 3, 7);
        Put(FrameKind.Part, 0, 7);
        Assert.Equal([(FrameKind.Part, 2, 7), (FrameKind.Part, 1, 7), (FrameKind.Weights, 3, 7), (FrameKind.Part, 0, 7)], Written());
    }

    /// <summary>The last layers' partitions are done first, but a step begins with the first layer's weights.</summary>
    [Fact]
    public void Weights_of_one_version_go_in_the_order_of_the_partitions()
    {
        Put(FrameKind.Weights, 3, 7);
        Put(FrameKind.Part, 9, 6);
        Put(FrameKind.Weights, 2, 7);
        Put(FrameKind.Weights, 0, 7);
        Put(FrameKind.Weights, 1, 7);
        Assert.Equal(
            [(FrameKind.Weights, 0, 7), (FrameKind.Weights, 1, 7), (FrameKind.Weights, 2, 7), (FrameKind.Weights, 3, 7), (FrameKind.Part, 9, 6)],
            Written());
        Put(FrameKind.Part, 1, 8);
        Assert.Equal([(FrameKind.Part, 1, 8)], Written());
    }

    /// <summary>Where parts are applied as they arrive, partitions count by themselves: one that is quick must not keep the others from their turn.</summary>
    [Fact]
    public void Weights_of_another_version_wait_for_their_turn()
    {
        Put(FrameKind.Weights, 3, 7);
        Put(FrameKind.Weights, 0, 8);
        Put(FrameKind.Weights, 1, 7);
        Assert.Equal([(FrameKind.Weights, 1, 7), (FrameKind.Weights, 3, 7), (FrameKind.Weights, 0, 8)], Written());
    }

    private void Put(FrameKind kind, int partition, long step)
    {
        var header = new FrameHeader { Kind = kind, Partition = partition, Step = step };
        _queue.Put(header.Slot, header, new byte[] { (byte)kind, (byte)partition, (byte)step }, owner: null, out _);
    }

    private List<(FrameKind Kind, int Partition, int Step)> Written()
    {
        var written = new List<(FrameKind, int, int)>();
        var frame = new FrameWriter();
        while (_queue.TryBegin(frame))
        {
            var body = _queue.End(frame).Body.Span;
            written.Add(((FrameKind)body[0], body[1], body[2]));
        }

        return written;
    }
}
