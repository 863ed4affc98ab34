using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Tests.Support;
using ActorNet.Core.Models;

namespace ActorNet.Cluster.Tests;

/// <summary>What trainings leave behind in the process: nothing.</summary>
[Collection(nameof(Alone))]
public sealed class LeakTests
{
    [SkippableFact]
    public async Task Twenty_trainings_leave_no_thread_and_no_memory_behind()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "reads the names of threads from /proc");
        await TrainTimes(3);
        var threads = Threads().Count;
        var memory = Memory();

        await TrainTimes(20);

        // The pool may have added a few of its own.
        var after = Threads();
        Assert.True(after.Count <= threads + 8, $"{threads} threads became {after.Count}: {string.Join(", ", after)}");
        Assert.InRange(Memory() - memory, long.MinValue, 8 << 20);
    }

    [SkippableFact]
    public async Task A_finished_training_has_ended_its_actor_system_and_its_threads()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "reads the names of threads from /proc");
        var duringTraining = 0;
        using var run = TestRun.Prepare(Request(), happened => duringTraining = Math.Max(duringTraining, OurThreads().Count())).Start();
        await run.Ended("the training's end");
        Assert.True(run.System.WhenTerminated.IsCompleted, "the actor system goes on");
        // They have been told to end; each does so by itself, some microseconds later or, on a busy machine, when it gets a core.
        Assert.True(SpinWait.SpinUntil(() => !OurThreads().Any(), TimeSpan.FromSeconds(10)), $"still there: {string.Join(", ", OurThreads())}");
        Assert.InRange(duringTraining, 2, 3);
    }

    private static async Task TrainTimes(int times)
    {
        for (var i = 0; i < times; i++)
        {
            await TestRun.Train(Request());
        }
    }

    private static TrainingRequest Request()
    {
        var data = TestJobs.Points(53);
        var job = TestJobs.Job(slices: 2, epochs: 1) with { Model = ModelSpec.Dense([TestJobs.Inputs, 5_000, TestJobs.Classes]) };
        return TestJobs.Request(job, data, workers: 2, servers: 2);
    }

    private static long Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static IEnumerable<string> OurThreads() => Threads().Where(name => name.StartsWith("actornet", StringComparison.Ordinal));

    /// <summary>The names of all threads, without those of the sockets' event loops: these end by themselves some ten seconds later.</summary>
    private static List<string> Threads() =>
    [
        .. Directory.GetDirectories("/proc/self/task").Select(NameOf).OfType<string>()
            .Where(name => !name.StartsWith("SingleThreadEve", StringComparison.Ordinal)),
    ];

    private static string? NameOf(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).Trim();
        }
        catch (IOException)
        {
            // It has just ended.
            return null;
        }
    }
}

/// <summary>Tests that measure the process: nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
