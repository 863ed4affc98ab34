using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;
using ActorNet.Cluster.Tests.Support;
using ActorNet.Core;
using ActorNet.Core.Checkpoints;
using ActorNet.Core.Data;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Tests.Nodes;

/// <summary>The modes in which parts are applied as they arrive: other bits each time, but every sample once, and what is learned is learned.</summary>
public sealed class StaleModesTests
{
    private static readonly DataSet _training = TestJobs.Points(203);
    private static readonly DataSet _test = TestJobs.Points(50, seed: 8, name: "test points");

    /// <summary>Who is alone is never late: what it computes is what one loop does.</summary>
    [Theory]
    [InlineData("ssp:0", "momentum", 1)]
    [InlineData("ssp:2", "sgd", 3)]
    [InlineData("async", "adam", 1)]
    [InlineData("async", "sgd", 3)]
    public async Task One_worker_gives_the_oracles_bits(string mode, string optimizer, int servers)
    {
        // Slices that the tree does not make one part of in the short last minibatch would be updates of their own.
        var training = TestJobs.Points(208);
        var job = TestJobs.Job(slices: 8, batchSize: 13, epochs: 3, optimizer, l2: 0.1) with { Mode = mode };
        var outcome = await TestRun.Train(TestJobs.Request(job, training, workers: 1, servers, _test));
        var oracle = Oracle.Of(job, training, _test);
        Assert.Equal(oracle.Sha256, outcome.Progress.WeightsSha256);
        oracle.AssertSameHistory(outcome.Progress.History, mode);
    }

    [Theory]
    [InlineData("ssp:0", 1, 1, new[] { 1 }, new[] { false })]
    [InlineData("ssp:1", 3, 2, new[] { 2, 1 }, new[] { true, false })]
    [InlineData("ssp:4", 0, 1, new[] { 1, 1, 1 }, new[] { false, false, false })]
    [InlineData("async", 1, 1, new[] { 1, 2 }, new[] { false, false })]
    [InlineData("async", 2, 3, new[] { 1, 0, 3 }, new[] { true, true, false })]
    public async Task Every_sample_counts_once_and_the_task_is_learned(string mode, int ownWorkers, int minServers, int[] workers, bool[] serves)
    {
        var job = TestJobs.Job(slices: 8, batchSize: 13, epochs: 4, l2: 0.1) with { Mode = mode };
        var request = TestJobs.Request(job, _training, ownWorkers, servers: 3, _test) with
        {
            MinWorkers = ownWorkers + workers.Sum(),
            MinServers = minServers,
            CheckpointEvery = 7,
        };
        await using var cluster = ClusterRun.Start(request);
        foreach (var (number, capacity) in workers.Index())
        {
            await cluster.Join(_training, capacity, serves[number]);
        }

        AssertWhole(job, await cluster.Ended());
    }

    /// <summary>Its slices are at other steps than those of the nodes that get them.</summary>
    [Theory]
    [InlineData("ssp:2")]
    [InlineData("async")]
    public async Task A_node_that_comes_late_and_one_that_drains_change_nothing_of_that(string mode)
    {
        var job = TestJobs.Job(slices: 8, epochs: 30) with { Mode = mode };
        using var gate = new Gate(_training, afterReads: 30);
        await using var cluster = ClusterRun.Start(TestJobs.Request(job, gate.Data, workers: 1, servers: 2, _test) with { MinWorkers = 3 }, gate.Open);
        var leaver = await cluster.Join(_training, workers: 2);
        await cluster.Within(gate.Reached, "the sample at which the run waits");
        var late = await cluster.Join(_training, workers: 2);
        var name = await cluster.Within(late.Name, "the late node's name");
        await cluster.Await<TrainingEvent.NodeJoined>("the late node", joined => joined.Node == name);
        gate.Open();
        leaver.Stop();
        Assert.True(await cluster.Within(leaver.Ended, "the drained node's end"));
        var outcome = await cluster.Ended();
        AssertWhole(job, outcome);
        Assert.Contains(outcome.Contributions, contribution => contribution.Node == name && contribution.Samples > 0);
    }

    [Theory]
    [InlineData("ssp:1")]
    [InlineData("async")]
    public async Task A_worker_that_fails_is_replaced_and_its_slices_go_on(string mode)
    {
        // Long enough that the news of the fault overtakes the end.
        var job = TestJobs.Job(slices: 8, epochs: 30) with { Mode = mode };
        await using var cluster = ClusterRun.Start(TestJobs.Request(job, _training, workers: 1, servers: 2, _test) with { MinWorkers = 3 });
        var node = await cluster.Join(FaultyData.FailingAt(read: 40, _training), workers: 2);
        var replaced = await cluster.Await<TrainingEvent.WorkerReplaced>("the worker's replacement");
        AssertWhole(job, await cluster.Ended());
        Assert.Equal(await node.Name, replaced.Node);
        Assert.Single(cluster.Seen<TrainingEvent.WorkerReplaced>());
    }

    /// <summary>The node shows life all the time: it is its worker that hangs.</summary>
    [Theory]
    [InlineData("ssp:3")]
    [InlineData("async")]
    public async Task A_node_that_owes_its_slices_loses_them(string mode)
    {
        var job = TestJobs.Job(slices: 8, epochs: 100) with { Mode = mode };
        using var gate = new Gate(_training, sample: 100, reads: 70);
        await using var cluster = ClusterRun.Start(TestJobs.Request(job, _training, workers: 1, servers: 2, _test) with { MinWorkers = 2 }, gate.Open);
        await cluster.Join(gate.Data);
        AssertWhole(job, await cluster.Ended());
    }

    /// <summary>Slices that are at different steps meet where the run holds, and what is on its way then is not lost.</summary>
    [Theory]
    [InlineData("ssp:3")]
    [InlineData("async")]
    public async Task A_run_that_is_paused_changed_and_resumed_from_its_checkpoint_is_whole(string mode)
    {
        // Long enough that the requests overtake the end.
        var job = TestJobs.Job(slices: 8, epochs: 100) with { Mode = mode };
        using var folder = new TemporaryFolder();
        using var gate = new Gate(_training, afterReads: 30);
        var control = new RunControl();
        var request = TestJobs.Request(job, gate.Data, workers: 2, servers: 2, _test) with
        {
            MinWorkers = 3,
            Control = control,
            CheckpointFolder = folder.Path,
            KeepCheckpoints = 1,
        };
        await using (var cluster = ClusterRun.Start(request, gate.Open))
        {
            await cluster.Join(_training);
            await cluster.Within(gate.Reached, "the sample at which the run waits");
            var pausing = control.SendAsync(new RunCommand.Pause("ann@host"));
            gate.Open();
            var paused = await cluster.Within(pausing, "the pause");
            Assert.True(paused.IsDone, paused.Message);
            Assert.Equal(paused.Step, new CheckpointStore(folder.Path).LoadLatest(out _)!.Progress.Version);
            var resumed = await cluster.Within(control.SendAsync(new RunCommand.Resume("ann@host")), "the way on");
            Assert.True(resumed.IsDone, resumed.Message);
            var changed = await cluster.Within(control.SendAsync(new RunCommand.SetLearningRate("ann@host", 0.2)), "the other rate");
            Assert.True(changed.IsDone, changed.Message);
            cluster.Stop();
            Assert.Equal(EndReason.Stopped, (await cluster.Ended()).Reason);
        }

        var checkpoint = new CheckpointStore(folder.Path).LoadLatest(out _)!;
        Assert.InRange(checkpoint.Progress.Version, 1, job.Epochs * 21 - 1);
        await using var second = ClusterRun.Start(request with { Training = _training, Resume = checkpoint, Control = null });
        await second.Join(_training);
        var outcome = await second.Ended();
        Assert.Equal((EndReason.Finished, job.Epochs), (outcome.Reason, outcome.Progress.History.Count));
    }

    /// <summary>All go back to one checkpoint, and every slice begins there again.</summary>
    [Theory]
    [InlineData("ssp:2")]
    [InlineData("async")]
    public async Task A_run_that_loses_a_server_goes_back_and_is_whole(string mode)
    {
        var job = TestJobs.Job(slices: 8, epochs: 300) with { Mode = mode };
        using var folder = new TemporaryFolder();
        var request = TestJobs.Request(job, _training, workers: 1, servers: 2, _test) with { MinServers = 2, MinWorkers = 2, CheckpointFolder = folder.Path };
        await using var cluster = ClusterRun.Start(request);
        var server = await cluster.Join(_training, workers: 1, serves: true);
        await cluster.Await<TrainingEvent.CheckpointWritten>("a checkpoint");
        server.Stop();
        await cluster.Await<TrainingEvent.WentBack>("the way back");
        AssertWhole(job, await cluster.Ended());
    }

    [Fact]
    public async Task A_standby_would_differ_and_is_refused()
    {
        var request = TestJobs.Request(TestJobs.Job(slices: 8) with { Mode = "async" }, _training) with { Replicas = 1 };
        var error = await Assert.ThrowsAsync<ActorNetException>(() => TestRun.Train(request));
        Assert.StartsWith("replicas is 1, and the mode is async, in which two hosts would apply parts in different orders", error.Message, StringComparison.Ordinal);
    }

    private static void AssertWhole(JobSpec job, TrainingOutcome outcome)
    {
        // The ledger of each epoch was exact, else the run would have failed.
        Assert.Equal(EndReason.Finished, outcome.Reason);
        Assert.Equal(job.Epochs, outcome.Progress.History.Count);
        Assert.Equal((long)job.Epochs * _training.Count, outcome.Contributions.Sum(contribution => contribution.Samples));
        Assert.True(outcome.Progress.History[^1].TestAccuracy > 0.9, $"accuracy {outcome.Progress.History[^1].TestAccuracy}");
    }
}
