using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Tests.Support;
using ActorNet.Core;
using ActorNet.Core.Data;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Tests.Nodes;

/// <summary>Each partition has a standby on another node: the same bits, also when it takes over, and a difference between the two is found in the step after it.</summary>
public sealed class StandbyTests
{
    private static readonly DataSet _training = TestJobs.Points(203);
    private static readonly DataSet _test = TestJobs.Points(50, seed: 8, name: "test points");

    /// <summary>One partition or three on two or three server nodes, with workers on some; local steps, and the norm clipped, which needs word of all partitions.</summary>
    [Theory]
    [InlineData("local:2", "sgd", 0, 1, new[] { 2, 1 }, new[] { true, false }, 0)]
    [InlineData("sync", "momentum", 1, 3, new[] { 0, 2 }, new[] { true, true }, 0.5)]
    public async Task Any_nodes_give_the_oracles_bits(string mode, string optimizer, int ownWorkers, int servers, int[] workers, bool[] serves, double clip)
    {
        var job = TestJobs.Job(slices: 8, batchSize: 13, epochs: 3, optimizer, l2: 0.1) with { ClipNorm = clip, Mode = mode };
        using var folder = new TemporaryFolder();
        var request = Request(job, _training, ownWorkers, servers) with
        {
            MinWorkers = ownWorkers + workers.Sum(),
            MinServers = 1 + serves.Count(serves => serves),
            CheckpointEvery = 7,
            CheckpointFolder = folder.Path,
        };
        await using var cluster = ClusterRun.Start(request);
        foreach (var (number, capacity) in workers.Index())
        {
            await cluster.Join(_training, capacity, serves[number]);
        }

        AssertOracle(job, await cluster.Ended());
        Assert.Empty(cluster.Seen<TrainingEvent.Warned>());
        Assert.Empty(cluster.Seen<TrainingEvent.TookOver>());
    }

    /// <summary>A node leaves that has a partition, and stands by for others; then another one comes, and stands by for all.</summary>
    [Fact]
    public async Task Standbys_take_over_and_nodes_that_join_stand_by()
    {
        const int Servers = 3;
        var job = TestJobs.Job(slices: 8, epochs: 100, optimizer: "adam");
        using var folder = new TemporaryFolder();
        using var gate = new Gate(_training, sample: 100, reads: 3);
        using var second = new Gate(gate.Data, sample: 100, reads: 8);
        using var third = new Gate(second.Data, sample: 100, reads: 13);
        var request = Request(job, third.Data, workers: 1, Servers) with { MinWorkers = 2, MinServers = 2, CheckpointFolder = folder.Path };
        await using var cluster = ClusterRun.Start(request, () => Array.ForEach([gate, second, third], one => one.Open()));
        var first = await cluster.Join(third.Data, workers: 1, serves: true);
        await cluster.Within(gate.Reached, "the first sample at which the run waits");
        first.Stop();
        var took = await cluster.Await<TrainingEvent.TookOver>("a standby that takes over");
        Assert.Equal((await first.Name, "it leaves"), (took.From, took.Reason));
        gate.Open();
        Assert.True(await cluster.Within(first.Ended, "the first node's end"));

        await cluster.Within(second.Reached, "the second sample at which the run waits");
        Assert.Contains(cluster.Seen<TrainingEvent.Warned>(), warned => warned.Message.StartsWith("No other node takes partitions", StringComparison.Ordinal));
        var late = await cluster.Join(third.Data, workers: 1, serves: true);
        await cluster.Await<TrainingEvent.NodeJoined>("the late node");
        second.Open();
        for (var partition = 0; partition < Servers; partition++)
        {
            await cluster.Await<TrainingEvent.StandsBy>($"a standby of partition {partition}", stands => stands.Partition == partition);
        }

        await cluster.Within(third.Reached, "the third sample at which the run waits");
        third.Open();
        var outcome = await cluster.Ended();
        AssertOracle(job, outcome);
        Assert.Empty(cluster.Seen<TrainingEvent.WentBack>());
        Assert.True(await cluster.Within(late.Ended, "the late node's end"));
        var name = await late.Name;
        Assert.True(outcome.Contributions.Where(contribution => contribution.Node == name).Sum(contribution => contribution.Samples) > 0);
    }

    /// <summary>One bit of what the coordinator's node has of a partition changes, of the first that it serves, or the second that it stands by for.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_bit_that_differs_between_hosts_is_found_in_the_next_version(int partition)
    {
        JobRuntime? runtime = null;
        using var gate = new Gate(_training, sample: 100, reads: 2);
        var request = Request(TestJobs.Job(slices: 8, epochs: 100), gate.Data, workers: 1, servers: 2) with { MinWorkers = 2, MinServers = 2 };
        await using var cluster = ClusterRun.Start(request, gate.Open, new RunSettings { Prepared = prepared => runtime = prepared });
        var node = await cluster.Join(gate.Data, workers: 1, serves: true);
        await cluster.Within(gate.Reached, "the sample at which the run waits");

        // Nobody can make the next version before that sample is read.
        var version = runtime!.Newest;
        var weights = runtime.Weights(version).Memory.Slice(runtime.Ranges[partition].Start, 1);
        weights.Span[0] = BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(weights.Span[0]) ^ 1);
        gate.Open();
        var error = await Assert.ThrowsAsync<ActorNetException>(cluster.Ended);
        Assert.Matches(
            $"^Partition {partition} is not the same on its hosts at version {version + 1}: .+ has [0-9a-f]{{16}}, .+ has [0-9a-f]{{16}}\\. One of the two", error.Message);
        Assert.Contains(await node.Name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_of_one_node_says_that_there_is_no_standby_and_trains()
    {
        var job = TestJobs.Job(slices: 8);
        await using var cluster = ClusterRun.Start(Request(job, _training, workers: 1, servers: 2));
        AssertOracle(job, await cluster.Ended());
        Assert.Equal(
            "No other node takes partitions: partitions 0, 1 of 2 have no standby until one joins (actornet server --join …).",
            Assert.Single(cluster.Seen<TrainingEvent.Warned>()).Message);
    }

    private static TrainingRequest Request(JobSpec job, DataSet training, int workers, int servers) =>
        TestJobs.Request(job, training, workers, servers, _test) with { Replicas = 1 };

    private static void AssertOracle(JobSpec job, TrainingOutcome outcome)
    {
        var oracle = Oracle.Of(job, _training, _test);
        Assert.Equal(oracle.Sha256, outcome.Progress.WeightsSha256);
        oracle.AssertSameHistory(outcome.Progress.History, "standbys");
        Assert.Equal((long)job.Epochs * _training.Count, outcome.Contributions.Sum(contribution => contribution.Samples));
    }
}
