using System.Collections.Concurrent;
using ActorNet.Cluster.Hosting;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;

namespace ActorNet.Cluster.Tests;

/// <summary>The threads that arithmetic runs on.</summary>
public sealed class ComputeThreadExecutorTests
{
    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task All_actors_of_a_dispatcher_share_one_thread_that_is_not_the_pools()
    {
        using var system = ActorSystem.Create("threads", ConfigurationFactory.ParseString(ComputeDispatchers.Hocon(2) + "akka.loglevel = WARNING"));
        var first = await Places(system, ComputeDispatchers.Name(0), actors: 5);
        var second = await Places(system, ComputeDispatchers.Name(1), actors: 5);
        await system.Terminate().WaitAsync(_deadline);

        foreach (var (places, dispatcher) in new[] { (first, ComputeDispatchers.Name(0)), (second, ComputeDispatchers.Name(1)) })
        {
            var place = Assert.Single(places.Distinct());
            Assert.Equal(dispatcher, place.Name);
            Assert.False(place.IsPooled);
            Assert.True(place.Thread.Join(_deadline), $"the thread of {dispatcher} did not end with the system");
        }
    }

    /// <summary>
    /// Each round lets go of the thread in its last piece of work, and queues another some nanoseconds later: while it finds nothing, says that
    /// it sleeps, or sleeps already.
    /// </summary>
    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public void No_work_is_left_lying_while_the_thread_falls_asleep(bool spins, int seed)
    {
        using var executor = new ComputeThreadExecutor("stress", spins);
        var random = new Random(seed);
        int at = 0, go = 0, done = 0;
        for (var round = 1; round <= 20_000; round++)
        {
            var now = round;
            executor.Execute(new Work(() =>
            {
                Volatile.Write(ref at, now);
                Await(ref go, now, "the test's thread does not let go");
            }));
            Await(ref at, now, $"seed {seed}, round {now}: the first work was left lying");
            Volatile.Write(ref go, now);
            for (var nap = random.Next(1_000); nap > 0; nap--)
            {
                Volatile.Read(ref go);
            }

            executor.Execute(new Work(() => Volatile.Write(ref done, now)));
            Await(ref done, now, $"seed {seed}, round {now}: the second work was left lying");
        }
    }

    [Fact]
    public void No_work_of_several_producers_is_left_lying()
    {
        using var executor = new ComputeThreadExecutor("stress", spins: false);
        RunTogether(Enumerable.Range(0, 3).Select<int, Action>(producer => () =>
        {
            var random = new Random(producer);
            using var done = new SemaphoreSlim(0);
            for (var round = 0; round < 2_000; round++)
            {
                Thread.SpinWait(random.Next(1 << random.Next(10)));
                var count = random.Next(1, 4);
                for (var k = 0; k < count; k++)
                {
                    executor.Execute(new Work(() => done.Release()));
                }

                for (var k = 0; k < count; k++)
                {
                    Assert.True(done.Wait(_deadline), $"producer {producer}, round {round}: work was left lying");
                }
            }
        }));
    }

    [Fact]
    public void Work_runs_in_the_order_in_which_it_was_queued()
    {
        using var executor = new ComputeThreadExecutor("order", spins: false);
        var ran = new ConcurrentQueue<int>();
        using var done = new ManualResetEventSlim();
        foreach (var i in Enumerable.Range(0, 1000))
        {
            executor.Execute(new Work(() => ran.Enqueue(i)));
        }

        executor.Execute(new Work(done.Set));
        Assert.True(done.Wait(_deadline), "the work did not run");
        Assert.Equal(Enumerable.Range(0, 1000), ran);
    }

    [Fact]
    public void A_shutdown_runs_what_is_queued_and_ends_the_thread()
    {
        var executor = new ComputeThreadExecutor("shutdown", spins: true);
        using var gate = new ManualResetEventSlim();
        Thread? thread = null;
        var ran = 0;
        executor.Execute(new Work(() => gate.Wait(_deadline)));
        for (var i = 0; i < 10; i++)
        {
            executor.Execute(new Work(() => ran++));
        }

        using var known = new ManualResetEventSlim();
        executor.Execute(new Work(() =>
        {
            thread = Thread.CurrentThread;
            known.Set();
        }));
        executor.Shutdown();
        executor.Shutdown();
        gate.Set();
        Assert.True(known.Wait(_deadline), "the queued work did not run");
        Assert.True(thread!.Join(_deadline), "the thread did not end");
        Assert.Equal(10, ran);
    }

    [Fact]
    public void Work_may_be_queued_while_the_thread_ends()
    {
        for (var round = 0; round < 300; round++)
        {
            var executor = new ComputeThreadExecutor("end", spins: false);
            var random = new Random(round);
            RunTogether(
            [
                () =>
                {
                    for (var i = 0; i < 200; i++)
                    {
                        executor.Execute(new Work(() => { }));
                    }
                },
                () =>
                {
                    Thread.SpinWait(random.Next(5_000));
                    executor.Shutdown();
                },
            ]);
        }
    }

    private static async Task<List<Place>> Places(ActorSystem system, string dispatcher, int actors)
    {
        var asked = Enumerable.Range(0, actors)
            .Select(_ => system.ActorOf(Props.Create(() => new PlaceTeller()).WithDispatcher(dispatcher)))
            .SelectMany(actor => Enumerable.Range(0, 20).Select(_ => actor.Ask<Place>("where?", _deadline)))
            .ToList();
        return [.. await Task.WhenAll(asked)];
    }

    /// <summary>Runs each on a thread of its own, and passes on what they throw.</summary>
    private static void RunTogether(IEnumerable<Action> actions)
    {
        var errors = new ConcurrentQueue<Exception>();
        var threads = actions.Select(action => new Thread(() =>
        {
            try
            {
                action();
            }
            catch (Exception error)
            {
                errors.Enqueue(error);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => Assert.True(thread.Join(_deadline * 2), "a thread did not end"));
        Assert.Empty(errors);
    }

    /// <summary>Waits without sleeping: a sleeping thread wakes microseconds too late to hit the moment.</summary>
    private static void Await(ref int place, int value, string otherwise)
    {
        var start = Environment.TickCount64;
        for (var looks = 1; Volatile.Read(ref place) < value; looks++)
        {
            if (looks % 1_000 == 0)
            {
                Assert.True(Environment.TickCount64 - start < _deadline.TotalMilliseconds, otherwise);
                Thread.Yield();
            }
        }
    }

    private sealed class Work(Action action) : IRunnable
    {
        public void Run() => action();

        public void Execute() => action();
    }

    /// <summary>Where an actor runs; noted there, for a thread that has ended tells nothing.</summary>
    private sealed record Place(Thread Thread, string? Name, bool IsPooled);

    private sealed class PlaceTeller : ReceiveActor
    {
        public PlaceTeller() => Receive<string>(_ =>
            Sender.Tell(new Place(Thread.CurrentThread, Thread.CurrentThread.Name, Thread.CurrentThread.IsThreadPoolThread)));
    }
}
