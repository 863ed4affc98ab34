using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Tests.Support;
using ActorNet.Core;
using ActorNet.Core.Data;
using ActorNet.Core.Training;
using Akka.Actor;

namespace ActorNet.Cluster.Tests;

/// <summary>What becomes of a run whose actors are killed from outside.</summary>
public sealed class KillTests
{
    private static readonly DataSet _training = TestJobs.Points(203);
    private static readonly DataSet _test = TestJobs.Points(1_200, seed: 8, name: "test points");
    private static readonly JobSpec _job = TestJobs.Job(slices: 8, epochs: 4, optimizer: "momentum");
    private static readonly Lazy<Oracle> _oracle = new(() => Oracle.Of(_job, _training, _test));

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 10)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Workers_killed_at_random_moments_change_no_bit(int seed)
    {
        var random = new Random(seed);
        var workers = random.Next(1, 5);
        var servers = random.Next(1, 4);
        // Far enough apart that no slice is hit three times at one step.
        var kills = Enumerable.Range(0, 8).ToDictionary(
            i => 70 * i + random.Next(40), _ => (Worker: random.Next(workers), Message: random.Next(2) == 0 ? Kill.Instance : (object)PoisonPill.Instance));
        var reads = -1;
        TestRun run = null!;
        var watched = new FaultyData(_training, (_, _) =>
        {
            if (kills.TryGetValue(Interlocked.Increment(ref reads), out var kill))
            {
                run.Tell($"node/workers-*/worker-{kill.Worker}-*", kill.Message);
            }
        });
        using (run = TestRun.Prepare(TestJobs.Request(_job, watched, workers, servers, _test)))
        {
            var outcome = await run.Start().Ended($"seed {seed}: the end of a run with {workers} workers, {servers} servers and {kills.Count} kills");

            Assert.True(_oracle.Value.Sha256 == outcome.Progress.WeightsSha256, $"seed {seed}: other bits than the oracle's");
            _oracle.Value.AssertSameHistory(outcome.Progress.History, $"seed {seed}");
            Assert.Equal((long)_job.Epochs * _training.Count, outcome.Contributions.Sum(contribution => contribution.Samples));
            Assert.True(run.Seen<TrainingEvent.WorkerReplaced>().Any(), $"seed {seed}: no worker was replaced");
        }
    }

    [Theory]
    [InlineData("node", "The coordinator's own node cannot go on: ")]
    [InlineData("node/server-1-*", "its server of partition 1 ended")]
    [InlineData("node/workers-*", "its worker node ended")]
    [InlineData("coordinator/coordinator", "coordinator")]
    [InlineData("coordinator/coordinator/reign-*", "coordinator")]
    [InlineData("coordinator/coordinator/reign-*/checkpoint-writer", "checkpoint writer")]
    public async Task A_killed_actor_that_cannot_be_replaced_ends_the_run_by_name(string path, string name)
    {
        using var folder = new TemporaryFolder();
        foreach (var message in new object[] { Kill.Instance, PoisonPill.Instance })
        {
            TestRun run = null!;
            var watched = new FaultyData(_training, (sample, before) =>
            {
                if (sample == 100 && before == 0)
                {
                    run.Tell(path, message);
                }
            });
            var request = TestJobs.Request(_job, watched, workers: 2, servers: 2) with { CheckpointFolder = folder.Path };
            using (run = TestRun.Prepare(request))
            {
                var error = await Assert.ThrowsAsync<ActorNetException>(() => run.Start().Ended($"the failure of {path} after {message}"));
                Assert.Contains(name, error.Message, StringComparison.Ordinal);
                Assert.Contains("--resume", error.Message, StringComparison.Ordinal);
            }
        }
    }
}
