using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Tests.Support;
using ActorNet.Cluster.Workers;
using ActorNet.Core.Numerics;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Tests;

/// <summary>The blocks that a node has still to judge.</summary>
public sealed class BlockQueueTests
{
    private readonly BlockQueue _queue = new();
    private readonly JudgeSet _set = new(4, new AlignedBuffer(0), TestJobs.Points(1_001));

    [Fact]
    public void Every_block_is_given_once_and_one_at_a_time()
    {
        _queue.Add(_set);
        Assert.Equal(new JudgeBlock(_set, 0), _queue.Next(worker: 0));
        Assert.Null(_queue.Next(worker: 0));
        Assert.Equal(new JudgeBlock(_set, 1), _queue.Next(worker: 1));
        Assert.Equal(new JudgeBlock(_set, 2), _queue.Next(worker: 2));
        Assert.Null(_queue.Next(worker: 3));
    }

    [Fact]
    public void The_answer_adds_the_blocks_in_their_order_whatever_order_they_come_in()
    {
        // In double, 1e16 + 1 + 1 in this order is 1e16; in the other it is more.
        double[] costs = [1e16, 1, 1];
        _queue.Add(_set);
        for (var worker = 0; worker < 3; worker++)
        {
            _queue.Next(worker);
        }

        Assert.Null(_queue.Done(2, new BlockJudged(4, 2, new Score(1, costs[2], 0))));
        Assert.Null(_queue.Done(1, new BlockJudged(4, 1, new Score(500, costs[1], 7))));
        Assert.Equal(new SetJudged(4, new Score(1_001, costs[0] + costs[1] + costs[2], 12)), _queue.Done(0, new BlockJudged(4, 0, new Score(500, costs[0], 5))));
        Assert.NotEqual(costs[2] + costs[1] + costs[0], costs[0] + costs[1] + costs[2]);
    }

    [Fact]
    public void The_block_of_a_worker_that_has_ended_is_given_again()
    {
        _queue.Add(_set);
        var lost = _queue.Next(worker: 0);
        _queue.TakeBack(worker: 0);
        _queue.TakeBack(worker: 1);
        Assert.Equal([1, 2, 0], Enumerable.Range(1, 3).Select(worker => _queue.Next(worker)!.Block));
        Assert.Equal(0, lost!.Block);
    }

    [Fact]
    public void Sets_are_judged_side_by_side()
    {
        var small = new JudgeSet(5, new AlignedBuffer(0), TestJobs.Points(10));
        _queue.Add(small);
        _queue.Add(_set);
        Assert.Same(small, _queue.Next(0)!.Set);
        Assert.Same(_set, _queue.Next(1)!.Set);
        Assert.Null(_queue.Done(1, new BlockJudged(4, 0, default)));
        Assert.Equal(5, _queue.Done(0, new BlockJudged(5, 0, default))!.Ticket);
    }

    [Fact]
    public void An_answer_to_a_set_that_is_judged_already_says_nothing()
    {
        var small = new JudgeSet(5, new AlignedBuffer(0), TestJobs.Points(10));
        _queue.Add(small);
        _queue.Next(0);
        Assert.NotNull(_queue.Done(0, new BlockJudged(5, 0, default)));
        Assert.Null(_queue.Done(0, new BlockJudged(5, 0, default)));
    }

    [Fact]
    public void Failures_are_counted_block_by_block()
    {
        _queue.Add(_set);
        var first = _queue.Next(0)!;
        var second = _queue.Next(1)!;
        Assert.Equal(1, _queue.CountFailure(first));
        Assert.Equal(1, _queue.CountFailure(second));
        Assert.Equal(2, _queue.CountFailure(first));
    }
}
