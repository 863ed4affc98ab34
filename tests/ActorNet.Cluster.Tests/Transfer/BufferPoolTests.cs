using ActorNet.Cluster.Transfer;

namespace ActorNet.Cluster.Tests.Transfer;

public sealed class BufferPoolTests
{
    [Fact]
    public void A_returned_buffer_serves_its_length_again()
    {
        var pool = new BufferPool(1000);
        var first = pool.Rent(100)!;
        first.Dispose();
        Assert.Same(first, pool.Rent(100));
        Assert.Equal(400, pool.LentBytes);
    }

    [Fact]
    public void The_maximum_holds_and_kept_buffers_make_room()
    {
        var pool = new BufferPool(1000);
        var (first, second) = (pool.Rent(125)!, pool.Rent(125)!);
        Assert.Null(pool.Rent(1));
        first.Dispose();
        Assert.Null(pool.Rent(126));
        var other = pool.Rent(10)!;
        Assert.NotNull(other);
        Assert.Equal(540, pool.LentBytes);
        Assert.Null(pool.Rent(125));
        other.Dispose();
        second.Dispose();
        Assert.NotNull(pool.Rent(250));
        Assert.Equal(1000, pool.LentBytes);
    }

    [Fact]
    public void Giving_back_twice_is_refused()
    {
        var pool = new BufferPool(1000);
        var buffer = pool.Rent(1)!;
        buffer.Dispose();
        Assert.Throws<InvalidOperationException>(buffer.Dispose);
    }

    [Fact]
    public void Floats_and_bytes_are_the_same_memory()
    {
        var buffer = new BufferPool(1000).Rent(3)!;
        buffer.Floats.Span[1] = 1f;
        Assert.Equal([0, 0, 0x80, 0x3F], buffer.Bytes.Span[4..8].ToArray());
        Assert.Equal(12, buffer.Bytes.Length);
    }
}
