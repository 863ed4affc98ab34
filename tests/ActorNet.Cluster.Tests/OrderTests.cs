using ActorNet.Cluster.Coordinator;
using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Servers;
using ActorNet.Cluster.Tests.Support;
using Akka.TestKit.Xunit2;

namespace ActorNet.Cluster.Tests;

/// <summary>Orders over a way that loses messages, as that between two nodes does when a connection breaks.</summary>
public sealed class OrderTests() : TestKit("akka.loglevel = OFF\nakka.stdout-loglevel = OFF\nakka.test.single-expect-default = 20s")
{
    private static readonly TimeSpan _patience = TimeSpan.FromMilliseconds(500);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Whatever_is_lost_each_order_is_taken_once_and_in_order(int seed)
    {
        var random = new Random(seed);
        var book = new OrderBook(TestActor);
        var taken = new TakenOrders();
        var done = new List<long>();
        var now = TimeSpan.Zero;
        const int Orders = 50;
        for (var (given, moves) = (0, 0); done.Count < Orders; moves++)
        {
            Assert.True(moves < 5000, $"seed {seed}: only {done.Count} orders were taken");
            now += random.NextDouble() * _patience;
            if (given < Orders && random.Next(2) == 0)
            {
                book.Give(new RunTo(given++));
            }

            while (HasMessages)
            {
                // What is lost and what comes late are the same to who takes it: a gap.
                var order = (RunTo)ReceiveOne(TestRun.Deadline);
                if (random.Next(3) > 0 && taken.Takes(order))
                {
                    done.Add(order.Version);
                }
            }

            if (random.Next(3) > 0)
            {
                book.Note(taken.Count, now);
            }
        }

        Assert.Equal(Enumerable.Range(0, Orders).Select(number => (long)number), done);
        book.Note(taken.Count, now += 2 * _patience);
        book.Note(taken.Count, now + 2 * _patience);
        Assert.False(HasMessages, "orders that were taken are given again");
    }

    [Fact]
    public void An_order_is_given_again_only_after_the_server_has_had_time_for_it()
    {
        var book = new OrderBook(TestActor);
        book.Give(new RunTo(7));
        ExpectMsg(new RunTo(7, 1));
        book.Note(0, TimeSpan.Zero);
        book.Note(0, 0.9 * _patience);
        Assert.False(HasMessages);
        book.Note(0, 1.1 * _patience);
        ExpectMsg(new RunTo(7, 1));
        book.Note(0, 1.2 * _patience);
        Assert.False(HasMessages);
    }

    [Fact]
    public void What_is_no_order_or_is_not_counted_is_always_taken()
    {
        var taken = new TakenOrders();
        Assert.True(taken.Takes(AskProgress.Instance));
        Assert.True(taken.Takes(new RunTo(7)));
        Assert.Equal(0, taken.Count);
        Assert.False(taken.Takes(new RunTo(7, 2)));
        Assert.True(taken.Takes(new RunTo(7, 1)));
        Assert.False(taken.Takes(new RunTo(7, 1)));
    }
}
