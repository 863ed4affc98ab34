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
        using var system = ActorSystem.Create("threads", ConfigurationFactory.ParseString(ComputeDispatchers.Hocon(2)));
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

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public void No_work_is_left_lying_while_the_thread_sleeps(bool spins, int seed)
    {
        using var executor = new ComputeThreadExecutor("stress", spins);
        var producers = Enumerable.Range(0, 3).Select<int, Action>(producer => () =>
        {
            var random = new Random(seed * 10 + producer);
            using var done = new SemaphoreSlim(0);
            for (var i = 0; i < 5_000; i++)
            {
                // From nothing to longer than the thread looks for work before it sleeps.
                Thread.SpinWait(random.Next(1 << random.Next(12)));
                var count = random.Next(1, 4);
                for (var k = 0; k < count; k++)
                {
                    executor.Execute(new Work(() => done.Release()));
                }

                for (var k = 0; k < count; k++)
                {
                    if (!done.Wait(_deadline))
                    {
                        throw new TimeoutException($"seed {seed}, producer {producer}, round {i}: work was left lying");
                    }
                }
            }
        });
        RunTogether(producers);
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
