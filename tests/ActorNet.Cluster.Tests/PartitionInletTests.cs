using ActorNet.Cluster.Servers;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Tests;

/// <summary>Where parts for a partition come in: which are wanted, and that none gets the buffer of another.</summary>
public sealed class PartitionInletTests
{
    private const int Length = 6;
    private static readonly TreeNode _left = new(0, 2), _third = new(2, 1);
    private readonly PartitionInlet _inlet = new(new ReductionTree(4), Length);

    /// <summary>Leases move, and each node of the tree has buffers of its own.</summary>
    [Fact]
    public void A_buffer_that_is_not_wanted_for_long_is_let_go()
    {
        _inlet.Begin(0);
        var kept = Rented(_left);
        var former = Rented(_third);
        for (var i = 0; i < 10_000; i++)
        {
            Assert.Same(kept, Rented(_left));
        }

        Assert.NotSame(former, Rented(_third));

        ArrivedPart Rented(TreeNode node)
        {
            var part = _inlet.Rent(0, node)!;
            _inlet.Return(part);
            return part;
        }
    }

    [Fact]
    public void Nothing_is_wanted_before_the_first_step() => Assert.Null(_inlet.Rent(0, _left));

    [Fact]
    public void A_part_of_the_step_has_a_buffer_of_the_partitions_length()
    {
        _inlet.Begin(3);
        var part = _inlet.Rent(3, _left)!;
        Assert.Equal((_left, Length, Length * sizeof(float)), (part.Part.Node, part.Part.Gradient.Length, part.Bytes.Length));
        Assert.Same(part, part.Message.Part);
        // It is the same memory: what comes over the network is the gradient.
        part.Bytes.Span.Fill(0x3F);
        Assert.All(part.Part.Gradient.ToArray(), value => Assert.Equal(BitConverter.UInt32BitsToSingle(0x3F3F3F3F), value));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void A_part_of_another_step_is_not_wanted(long step)
    {
        _inlet.Begin(3);
        Assert.Null(_inlet.Rent(step, _left));
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(0, 3)]
    [InlineData(3, 2)]
    [InlineData(-1, 1)]
    [InlineData(0, 0)]
    [InlineData(0, int.MaxValue)]
    [InlineData(int.MaxValue, int.MaxValue)]
    [InlineData(int.MinValue, 1)]
    public void A_node_that_the_tree_has_not_is_not_wanted(int first, int count)
    {
        _inlet.Begin(3);
        Assert.Null(_inlet.Rent(3, new TreeNode(first, count)));
    }

    [Fact]
    public void Wanted_is_what_brings_a_slice_that_is_not_there()
    {
        _inlet.Begin(3);
        _inlet.Note(_left);
        Assert.Null(_inlet.Rent(3, _left));
        Assert.Null(_inlet.Rent(3, new TreeNode(1, 1)));
        Assert.NotNull(_inlet.Rent(3, _third));
        Assert.NotNull(_inlet.Rent(3, new TreeNode(0, 4)));
        _inlet.Note(new TreeNode(2, 2));
        Assert.Null(_inlet.Rent(3, new TreeNode(0, 4)));

        _inlet.Begin(4);
        Assert.NotNull(_inlet.Rent(4, _left));
    }

    [Fact]
    public void Two_senders_of_one_node_have_buffers_of_their_own()
    {
        _inlet.Begin(3);
        Assert.NotSame(_inlet.Rent(3, _left), _inlet.Rent(3, _left));
    }

    [Fact]
    public void A_buffer_that_was_given_back_is_used_again_for_its_node_alone()
    {
        _inlet.Begin(3);
        var part = _inlet.Rent(3, _left)!;
        _inlet.Return(part);
        Assert.NotSame(part, _inlet.Rent(3, new TreeNode(2, 2)));
        Assert.Same(part, _inlet.Rent(3, _left));
        Assert.NotSame(part, _inlet.Rent(3, _left));
    }

    [Fact]
    public async Task No_two_threads_have_the_same_buffer_at_once()
    {
        _inlet.Begin(3);
        var threads = Enumerable.Range(1, 4).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < 2_000; i++)
            {
                var part = _inlet.Rent(3, i % 2 == 0 ? _left : _third)!;
                part.Part.Gradient.Span.Fill(thread);
                Assert.All(part.Part.Gradient.ToArray(), value => Assert.Equal(thread, value));
                _inlet.Return(part);
            }
        }));
        await Task.WhenAll(threads).WaitAsync(Support.TestRun.Deadline);
    }
}
