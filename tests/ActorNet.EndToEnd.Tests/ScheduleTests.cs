using System.Globalization;
using ActorNet.EndToEnd.Tests.Support;
using Xunit.Abstractions;

namespace ActorNet.EndToEnd.Tests;

/// <summary>Processes are killed, frozen, drained and added at seeded moments; the bits are those of one process.</summary>
[Trait("Category", "Slow")]
public sealed class ScheduleTests(MnistJob job, ITestOutputHelper output) : IClassFixture<MnistJob>
{
    private const int MostWorkers = 5;

    /// <summary>Whoever had so long to compute must have done so.</summary>
    private static readonly TimeSpan _longEnough = TimeSpan.FromSeconds(3);

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    public async Task Three_epochs_of_MNIST_under_faults_have_the_bits_of_one_process(int seed)
    {
        Skip.If(OperatingSystem.IsWindows(), "needs kill(2)");
        Skip.If(job.Sha is null, "needs ACTORNET_MNIST");
        using var cluster = new TestCluster(job.Flags);
        var train = cluster.Train("--workers", "1", "--min-workers", "4");
        await train.SeesAsync("listens on");
        var random = new Random(seed);
        List<Member> members = [.. Enumerable.Range(0, 3).Select(_ => new Member(cluster.Worker()))];
        await cluster.Record.AwaitAsync("the start", line => line.Event == "started");
        var faults = new List<string>();
        while (await Task.WhenAny(train.Exited, Task.Delay(random.Next(300, 2500))) != train.Exited)
        {
            var living = members.Where(member => member.Ended is null).ToList();
            var (dice, choice) = (random.Next(4), random.Next(1 << 20));
            var chosen = living.Count > 0 ? living[choice % living.Count] : null;
            var pause = TimeSpan.FromMilliseconds(random.Next(100, 2000));
            if (chosen is null || (dice == 0 && living.Count < MostWorkers))
            {
                members.Add(new Member(cluster.Worker()));
                faults.Add("join");
            }
            else if (dice == 1)
            {
                chosen.Process.Signal("STOP");
                await Task.WhenAny(train.Exited, Task.Delay(pause));
                chosen.Process.Signal("CONT");
                chosen.Frozen += pause;
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"freeze {pause.TotalMilliseconds:0} ms"));
            }
            else
            {
                // A worker that has not joined yet has nothing to drain; it may also have ended just now, with the run.
                if (chosen.Process.Exited.IsCompleted)
                {
                    continue;
                }

                chosen.Ended = DateTime.UtcNow;
                chosen.Process.Signal(dice == 2 ? "KILL" : "TERM");
                faults.Add(dice == 2 ? "kill" : "drain");
            }
        }

        output.WriteLine($"seed {seed}: {string.Join(", ", faults)}");
        var result = train.End().Ending(0).Json;
        Assert.True(job.Sha == (string?)result["weightsSha256"], $"seed {seed}: other bits after {string.Join(", ", faults)}");
        Assert.True((bool)result["ledger"]!["exact"]!, $"seed {seed}: {result["ledger"]}");
        var lines = cluster.Record.Lines();
        var contributions = cluster.Record.Contributions(members.Select(member => member.Process.Id));
        foreach (var member in members)
        {
            var joined = lines.FirstOrDefault(line => line.Event == "node-joined" && line.IsOf(member.Process))?.Time
                ?? (members.IndexOf(member) < 3 ? lines.First(line => line.Event == "started").Time : DateTime.MaxValue);
            var end = member.Ended ?? lines[^1].Time;
            if (joined < end && end - joined - member.Frozen > _longEnough)
            {
                Assert.True(contributions[member.Process.Id] > 0, $"seed {seed}: process {member.Process.Id} computed nothing in {(end - joined).TotalSeconds:0.0} s:\n{string.Join('\n', lines.Where(line => line.IsOf(member.Process)).Select(line => line.Json.ToJsonString()))}");
            }
        }
    }

    private sealed record Member(RunningProcess Process)
    {
        public DateTime? Ended { get; set; }

        public TimeSpan Frozen { get; set; }
    }
}
