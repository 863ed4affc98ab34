using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Tests.Support;
using ActorNet.Core.Data;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Tests;

/// <summary>Promise 1 and 2: the cluster's weights are the oracle's, bit for bit, and every sample counts once, whatever the workers and servers.</summary>
public sealed class SameBitsTests
{
    private static readonly DataSet _training = TestJobs.Points(203);
    private static readonly DataSet _test = TestJobs.Points(50, seed: 8, name: "test points");

    [Theory]
    [InlineData(1, 10)]
    [InlineData(4, 10)]
    [InlineData(8, 13)]
    public async Task Any_number_of_workers_and_servers_gives_the_oracles_bits(int slices, int batchSize)
    {
        var job = TestJobs.Job(slices, batchSize);
        var oracle = Oracle.Of(job, _training, _test);
        for (var workers = 1; workers <= 4; workers++)
        {
            await AssertSameBits(job, oracle, workers, servers: 1);
            await AssertSameBits(job, oracle, workers, servers: 3);
        }
    }

    private static async Task AssertSameBits(JobSpec job, Oracle oracle, int workers, int servers)
    {
        var run = $"S = {job.Slices}, B = {job.BatchSize}, {job.Optimizer.Name}, {workers} workers, {servers} servers";
        var outcome = await TestRun.Train(TestJobs.Request(job, _training, workers, servers, _test));
        Assert.True(oracle.Sha256 == outcome.Progress.WeightsSha256, $"{run}: other bits than the oracle's");
        Assert.True(oracle.Sha256 == Snapshot.Sha256(outcome.Weights.Span), $"{run}: the SHA-256 is not that of the weights");
        oracle.AssertSameHistory(outcome.Progress.History, run);
        Assert.Equal(EndReason.Finished, outcome.Reason);
        Assert.Equal(servers, outcome.Servers);
        Assert.Equal((long)job.Epochs * _training.Count, outcome.Contributions.Sum(contribution => contribution.Samples));
        Assert.Equal(
            Math.Min(workers, job.Slices), outcome.Contributions.Count(contribution => contribution.Samples > 0));
    }
}
