using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;
using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Serialization;
using ActorNet.Cluster.Tests.Support;
using ActorNet.Core;
using ActorNet.Core.Checkpoints;
using ActorNet.Core.Data;
using ActorNet.Core.Training;
using Akka.Actor;

namespace ActorNet.Cluster.Tests.Nodes;

/// <summary>Several nodes in one process: the same bits as one loop, and who takes part, when and why not.</summary>
public sealed class ManyNodesTests
{
    private static readonly DataSet _training = TestJobs.Points(203);
    private static readonly DataSet _test = TestJobs.Points(50, seed: 8, name: "test points");

    /// <summary>One more node, three more and five more, with uneven workers, one of them with none but a partition, and one or three servers.</summary>
    [Theory]
    [InlineData("sgd", "sync", 1, 1, 1, new[] { 1 }, new[] { false })]
    [InlineData("momentum", "sync", 0, 1, 1, new[] { 2 }, new[] { false })]
    [InlineData("adam", "sync", 1, 3, 2, new[] { 3 }, new[] { true })]
    [InlineData("momentum", "sync", 2, 1, 1, new[] { 1, 3, 1 }, new[] { false, false, false })]
    [InlineData("adam", "sync", 1, 3, 3, new[] { 2, 0, 1 }, new[] { false, true, true })]
    [InlineData("adam", "sync", 1, 1, 1, new[] { 1, 2, 1, 2, 1 }, new[] { false, false, false, false, false })]
    [InlineData("momentum", "sync", 1, 3, 3, new[] { 1, 2, 1, 2, 1 }, new[] { false, true, false, true, false })]
    [InlineData("momentum", "local:4", 0, 1, 1, new[] { 1, 1 }, new[] { false, false })]
    [InlineData("adam", "local:3", 1, 3, 3, new[] { 2, 0, 3 }, new[] { false, true, true })]
    public async Task Any_nodes_give_the_oracles_bits(string optimizer, string mode, int ownWorkers, int servers, int minServers, int[] workers, bool[] serves)
    {
        var job = TestJobs.Job(slices: 8, batchSize: 13, epochs: 3, optimizer, l2: 0.1) with { Mode = mode };
        var oracle = Oracle.Of(job, _training, _test);
        var request = TestJobs.Request(job, _training, ownWorkers, servers, _test) with
        {
            MinWorkers = ownWorkers + workers.Sum(),
            MinServers = minServers,
            CheckpointEvery = 7,
        };
        await using var cluster = ClusterRun.Start(request);
        var nodes = new List<JoiningNode>();
        foreach (var (number, capacity) in workers.Index())
        {
            nodes.Add(await cluster.Join(_training, capacity, serves[number]));
        }

        var outcome = await cluster.Ended();
        Assert.Equal(oracle.Sha256, outcome.Progress.WeightsSha256);
        Assert.Equal(oracle.Sha256, Snapshot.Sha256(outcome.Weights.Span));
        oracle.AssertSameHistory(outcome.Progress.History, "many nodes");
        Assert.Equal((EndReason.Finished, servers), (outcome.Reason, outcome.Servers));
        Assert.Equal((long)job.Epochs * _training.Count, outcome.Contributions.Sum(contribution => contribution.Samples));
        foreach (var (number, node) in nodes.Index())
        {
            Assert.True(await cluster.Within(node.Ended, $"the end of node {number}"));
            Assert.IsType<NodeEvent.Waiting>(node.Events.First());
            Assert.Equal([new NodeEvent.Joined(outcome.Model.Job!.Hash), new NodeEvent.JobEnded(null)], node.Events.Skip(1));
            var name = await node.Name;
            // Eight slices for at most eight workers: each has some.
            Assert.Equal(
                Enumerable.Range(0, workers[number]),
                outcome.Contributions.Where(contribution => contribution.Node == name && contribution.Samples > 0).Select(contribution => contribution.Worker));
        }
    }

    /// <summary>
    /// Nodes that have whole groups, several, parts of some; with servers on one and on more; with standbys, which are sent the same codes. A node that has a part of a group sends it as it is.
    /// </summary>
    [Theory]
    [InlineData("int8", null, "sync", 1, 1, 0, new[] { 1 }, new[] { false })]
    [InlineData("int8", 4, "sync", 1, 3, 0, new[] { 1, 2 }, new[] { true, false })]
    [InlineData("fp16", 8, "sync", 2, 1, 0, new[] { 1, 3, 1 }, new[] { false, false, false })]
    [InlineData("bf16", 2, "sync", 0, 1, 0, new[] { 3 }, new[] { false })]
    [InlineData("int8", 2, "local:4", 1, 3, 0, new[] { 2, 0, 3 }, new[] { false, true, true })]
    [InlineData("int8", 2, "sync", 1, 2, 1, new[] { 1 }, new[] { true })]
    public async Task Compressed_gradients_give_the_oracles_bits(
        string compression, int? groups, string mode, int ownWorkers, int servers, int replicas, int[] workers, bool[] serves)
    {
        var job = TestJobs.Job(slices: 8, batchSize: 13, epochs: 3, "momentum", l2: 0.1) with { Mode = mode, Compression = compression, CompressionGroups = groups };
        var oracle = Oracle.Of(job, _training, _test);
        var request = TestJobs.Request(job, _training, ownWorkers, servers, _test) with
        {
            MinWorkers = ownWorkers + workers.Sum(),
            MinServers = 1 + serves.Count(one => one),
            Replicas = replicas,
        };
        await using var cluster = ClusterRun.Start(request);
        foreach (var (number, capacity) in workers.Index())
        {
            await cluster.Join(_training, capacity, serves[number]);
        }

        var outcome = await cluster.Ended();
        Assert.Equal(oracle.Sha256, outcome.Progress.WeightsSha256);
        Assert.Equal(oracle.Sha256, Snapshot.Sha256(outcome.Weights.Span));
        oracle.AssertSameHistory(outcome.Progress.History, "compressed");
    }

    /// <summary>A node that only computes is let go at once, one that has a partition once that is in a checkpoint.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_node_that_people_want_to_leave_hands_over_and_ends(bool serves)
    {
        // Long enough that the request overtakes the end.
        var job = TestJobs.Job(slices: 8, epochs: 100);
        using var folder = new TemporaryFolder();
        using var gate = new Gate(_training, afterReads: 30);
        var control = new RunControl();
        var request = TestJobs.Request(job, gate.Data, workers: 1, servers: 2) with
        {
            MinWorkers = 2,
            MinServers = serves ? 2 : 1,
            Control = control,
            CheckpointFolder = folder.Path,
        };
        await using var cluster = ClusterRun.Start(request, gate.Open);
        var node = await cluster.Join(_training, workers: 1, serves);
        await cluster.Within(gate.Reached, "the sample at which the run waits");
        var name = await cluster.Within(node.Name, "the node's name");
        var asked = control.SendAsync(new RunCommand.Drain("ann@host", name));
        gate.Open();
        var answer = await cluster.Within(asked, "the answer");
        Assert.Equal((true, $"{name} has handed over what it had, and ends"), (answer.IsDone, answer.Message));
        Assert.True(await cluster.Within(node.Ended, "the node's end"));
        Assert.Contains(new NodeEvent.AskedToLeave("ann@host"), node.Events);
        AssertOracle(job, await cluster.Ended());
    }

    /// <summary>Who makes local steps must know the rate: it comes with the weights, over the link too.</summary>
    [Fact]
    public async Task A_changed_learning_rate_reaches_the_local_steps_of_another_node()
    {
        // Long enough that the request overtakes the end.
        var job = TestJobs.Job(slices: 8, epochs: 100) with { Mode = "local:3" };
        using var gate = new Gate(_training, afterReads: 30);
        var control = new RunControl();
        var request = TestJobs.Request(job, gate.Data, workers: 1, servers: 2) with { MinWorkers = 3, Control = control };
        await using var cluster = ClusterRun.Start(request, gate.Open);
        await cluster.Join(_training, workers: 2);
        await cluster.Within(gate.Reached, "the sample at which the run waits");
        var asked = control.SendAsync(new RunCommand.SetLearningRate("ann@host", 0.01));
        gate.Open();
        var answer = await cluster.Within(asked, "the answer");
        Assert.True(answer.IsDone, answer.Message);
        var outcome = await cluster.Ended();
        Assert.Equal(Oracle.Of(job, _training, changes: [new RateChange(answer.Step + 1, 0.01)]).Sha256, outcome.Progress.WeightsSha256);
        Assert.NotEqual(Oracle.Of(job, _training).Sha256, outcome.Progress.WeightsSha256);
    }

    [Fact]
    public async Task A_node_that_joins_late_is_used_from_then_on()
    {
        var job = TestJobs.Job(slices: 8);
        using var gate = new Gate(_training, sample: 100);
        await using var cluster = ClusterRun.Start(TestJobs.Request(job, gate.Data, workers: 1, servers: 2), gate.Open);
        await cluster.Within(gate.Reached, "the sample at which the run waits");
        var late = await cluster.Join(_training, workers: 2);
        var name = await cluster.Within(late.Name, "the node's name");
        var joined = await cluster.Await<TrainingEvent.NodeJoined>("the late node");
        Assert.Equal((name, 2, 2), (joined.Node, joined.Workers, joined.Generation));
        gate.Open();

        var outcome = await cluster.Ended();
        AssertOracle(job, outcome);
        var samples = outcome.Contributions.Where(contribution => contribution.Node == name).Sum(contribution => contribution.Samples);
        // Two of three workers, in all epochs but a part of the first.
        Assert.InRange(samples, 203, 3 * 203 * 0.75);
        Assert.True(await cluster.Within(late.Ended, "the node's end"));
    }

    [Fact]
    public async Task A_node_that_drains_hands_over_and_the_run_goes_on()
    {
        var job = TestJobs.Job(slices: 8);
        using var gate = new Gate(_training, afterReads: 30);
        await using var cluster = ClusterRun.Start(TestJobs.Request(job, gate.Data, workers: 1, servers: 2) with { MinWorkers = 3 }, gate.Open);
        var leaver = await cluster.Join(_training, workers: 2);
        await cluster.Within(gate.Reached, "the sample at which the run waits");
        leaver.Stop();
        Assert.True(await cluster.Within(leaver.Ended, "the drained node's end"));
        var name = await leaver.Name;
        var left = await cluster.Await<TrainingEvent.NodeLeft>("the news that the node has left");
        Assert.Equal((name, 3), (left.Node, left.Generation));
        Assert.Empty(cluster.Seen<TrainingEvent.NodeSuspected>());
        gate.Open();

        var outcome = await cluster.Ended();
        AssertOracle(job, outcome);
        Assert.InRange(outcome.Contributions.Where(contribution => contribution.Node == name).Sum(contribution => contribution.Samples), 1, 203);
    }

    /// <summary>The way to spread partitions again that docs/cluster.md names: that the late node has some shows when it leaves, for the run must go back again.</summary>
    [Fact]
    public async Task Partitions_of_a_server_that_drains_go_to_all_servers_that_are_there_and_to_a_late_one_too()
    {
        using var folder = new TemporaryFolder();
        var request = TestJobs.Request(TestJobs.Job(slices: 8, epochs: 100_000), _training, workers: 1, servers: 3);
        await using var cluster = ClusterRun.Start(request with { MinServers = 2, CheckpointFolder = folder.Path });
        var first = await cluster.Join(_training, workers: 0, serves: true);
        await cluster.Await<TrainingEvent.Progressed>("progress");
        var late = await cluster.Join(_training, workers: 1, serves: true);
        var name = await cluster.Within(late.Name, "the late node's name");
        await cluster.Await<TrainingEvent.NodeJoined>("the late node", joined => joined.Node == name);
        Assert.Empty(cluster.Seen<TrainingEvent.WentBack>());

        first.Stop();
        var back = await cluster.Await<TrainingEvent.WentBack>("the way back without the first");
        Assert.True(await cluster.Within(first.Ended, "the first node's end"));
        await cluster.Await<TrainingEvent.Started>("the second start", started => started.Version == back.Version);
        late.Stop();
        var again = await cluster.Await<TrainingEvent.WentBack>("the way back without the late one", went => went.Version > back.Version);
        Assert.True(await cluster.Within(late.Ended, "the late node's end"));
        await cluster.Await<TrainingEvent.Started>("the third start", started => started.Version == again.Version);
        cluster.Stop();
        Assert.Equal(EndReason.Stopped, (await cluster.Ended()).Reason);
    }

    /// <summary>Weights and optimizer state of the checkpoint go to servers of other nodes, and to the coordinator's own.</summary>
    [Theory]
    [InlineData("momentum")]
    [InlineData("adam")]
    public async Task A_run_that_was_stopped_goes_on_with_other_nodes(string optimizer)
    {
        using var folder = new TemporaryFolder();
        var job = TestJobs.Job(slices: 8, optimizer: optimizer);
        using var gate = new Gate(_training, afterReads: 30);
        var request = TestJobs.Request(job, gate.Data, workers: 1, servers: 2) with { MinWorkers = 2, CheckpointFolder = folder.Path };
        await using (var first = ClusterRun.Start(request, gate.Open))
        {
            await first.Join(_training);
            await first.Within(gate.Reached, "the sample at which the run waits");
            first.Stop();
            gate.Open();
            var stopped = await first.Ended();
            Assert.Equal(EndReason.Stopped, stopped.Reason);
            Assert.InRange(stopped.Progress.Version, 1, 62);
        }

        var checkpoint = new CheckpointStore(folder.Path).LoadLatest(out _)!;
        await using var second = ClusterRun.Start(request with { Training = _training, Servers = 3, MinServers = 3, Resume = checkpoint });
        var nodes = new[] { await second.Join(_training, workers: 2, serves: true), await second.Join(_training, workers: 0, serves: true) };
        var outcome = await second.Ended();
        var oracle = Oracle.Of(job, _training);
        Assert.Equal((oracle.Sha256, checkpoint.Progress.Version + outcome.Steps), (outcome.Progress.WeightsSha256, outcome.Progress.Version));
        oracle.AssertSameHistory(outcome.Progress.History, "resumed");
        Assert.Equal(checkpoint.Progress.Incarnation + 1, outcome.Progress.Incarnation);
        foreach (var node in nodes)
        {
            Assert.True(await second.Within(node.Ended, "a node's end"));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("int8")]
    public async Task A_worker_of_another_node_that_fails_is_replaced_there_and_no_bit_changes(string? compression)
    {
        // Long enough that the news of the fault overtakes the end.
        var job = TestJobs.Job(slices: 8, epochs: 30) with { Compression = compression };
        await using var cluster = ClusterRun.Start(TestJobs.Request(job, _training, workers: 1, servers: 2) with { MinWorkers = 3 });
        var node = await cluster.Join(FaultyData.FailingAt(read: 40, _training), workers: 2);
        var replaced = await cluster.Await<TrainingEvent.WorkerReplaced>("the worker's replacement");
        AssertOracle(job, await cluster.Ended());
        Assert.Single(cluster.Seen<TrainingEvent.WorkerReplaced>());
        Assert.Equal(await node.Name, replaced.Node);
        Assert.Contains("injected", replaced.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_of_another_node_that_cannot_be_mended_ends_the_run_on_all_nodes_with_its_cause()
    {
        await using var cluster = ClusterRun.Start(
            TestJobs.Request(TestJobs.Job(slices: 8), _training, workers: 1, servers: 2) with { MinWorkers = 3 });
        var faulty = await cluster.Join(new FaultyData(_training, (_, _) => throw new InjectedFault("injected")));
        var healthy = await cluster.Join(_training);
        var error = await Assert.ThrowsAsync<ActorNetException>(cluster.Ended);
        Assert.Matches(@"^Slice \d failed 3 times at step 0: reading sample \d+ of 'points' failed: injected\. Mend", error.Message);
        foreach (var node in new[] { faulty, healthy })
        {
            var failed = await Assert.ThrowsAsync<ActorNetException>(() => node.Ended.WaitAsync(ClusterRun.Deadline));
            Assert.Equal($"the run has failed: {error.Message}", failed.Message);
        }
    }

    /// <summary>The node shows life all the time: it is its worker that hangs. Its slices are leased to the others, again and again.</summary>
    [Fact]
    public async Task A_node_that_owes_its_slices_is_suspected_and_the_others_compute_them()
    {
        var job = TestJobs.Job(slices: 8, epochs: 100);
        // The last slice is the last node's, whichever that is. By its 70th epoch enough steps were seen for the deadline to be short.
        using var gate = new Gate(_training, FirstSampleOf(job, slice: 7), reads: 70);
        await using var cluster = ClusterRun.Start(TestJobs.Request(job, _training, workers: 1, servers: 2) with { MinWorkers = 3 }, gate.Open);
        var nodes = new[] { await cluster.Join(gate.Data), await cluster.Join(gate.Data) };
        AssertOracle(job, await cluster.Ended());

        Assert.True(gate.Reached.IsCompleted, "no worker hung");
        var suspected = cluster.Seen<TrainingEvent.NodeSuspected>().First();
        Assert.Contains(suspected.Node, await Task.WhenAll(nodes.Select(node => node.Name)));
        Assert.Matches(@"^it owes slices of step \d+ after \d+ ms$", suspected.Reason);
    }

    /// <summary>Nobody is suspected within the first steps' ten seconds: it is the race that brings the slice of the node that hangs.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("int8")]
    public async Task A_spare_races_a_node_that_is_slow_and_changes_no_bit(string? compression)
    {
        var job = TestJobs.Job(slices: 2) with { Compression = compression };
        using var gate = new Gate(_training, FirstSampleOf(job, slice: 1));
        var request = TestJobs.Request(job, _training, workers: 1) with { MinWorkers = 3, Speculate = true };
        await using var cluster = ClusterRun.Start(request, gate.Open);
        await cluster.Join(gate.Data);
        await cluster.Join(gate.Data);
        AssertOracle(job, await cluster.Ended());

        Assert.True(gate.Reached.IsCompleted, "no worker hung");
        Assert.Empty(cluster.Seen<TrainingEvent.NodeSuspected>());
    }

    [Fact]
    public async Task A_node_with_other_data_is_refused_by_the_datas_name_and_the_run_goes_on()
    {
        var other = TestJobs.Points(203, seed: 99);
        await Refused(
            (_, _) => Task.CompletedTask,
            $"'points' is not the data of this job: its hash is {other.Hash}, the job's is {_training.Hash}.",
            isHeard: true,
            other);
    }

    [Fact]
    public async Task A_node_that_reads_the_job_in_another_way_is_refused_by_the_jobs_hash_and_the_run_goes_on()
    {
        var job = TestJobs.Request(TestJobs.Job(slices: 8), _training).Job;
        await Refused(
            async (cluster, agent) =>
            {
                await cluster.Await<TrainingEvent.NodeJoined>("the node");
                // What a coordinator of another version would offer, which writes the same job in another way.
                agent.Tell(new JobOffer(1_000, "00ff", job.ToJson(), 2), await Coordinator(cluster, "/reign-1"));
            },
            $"this node reads job 00ff as {job.Hash}: use the same version of ActorNet, and the same layers and costs of your own, on every node.",
            isHeard: true,
            _training);
    }

    [Fact]
    public async Task A_node_of_another_protocol_version_is_refused_by_both_versions_and_the_run_goes_on() => await Refused(
        async (cluster, agent) =>
        {
            await cluster.Await<TrainingEvent.NodeJoined>("the node");
            (await Coordinator(cluster)).Tell(new RegisterNode(Wire.ProtocolVersion + 1, new NodeAddress("newer", agent, "127.0.0.1", 1), 1, false));
        },
        $"the coordinator speaks version {Wire.ProtocolVersion} of the protocol, node newer version {Wire.ProtocolVersion + 1}: use the same version of ActorNet on both.",
        isHeard: false,
        _training);

    /// <summary>The coordinator would fail on it, and the run with it.</summary>
    [Fact]
    public async Task A_message_that_lacks_what_it_must_have_is_dropped_and_the_run_goes_on()
    {
        var job = TestJobs.Job(slices: 8);
        using var gate = new Gate(_training, sample: 100);
        await using var cluster = ClusterRun.Start(TestJobs.Request(job, gate.Data, workers: 1, servers: 2), gate.Open);
        await cluster.Within(gate.Reached, "the sample at which the run waits");
        using var stranger = ActorSystem.Create(
            "stranger",
            $$"""
            akka {
              loglevel = OFF
              stdout-loglevel = OFF
              actor.provider = remote
              actor.serializers.actornet = "{{typeof(WireSerializer).AssemblyQualifiedName}}"
              actor.serialization-bindings { "{{typeof(IWireMessage).AssemblyQualifiedName}}" = actornet }
              remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
            }
            """);
        var address = Akka.Cluster.Cluster.Get(cluster.System).SelfAddress;
        var coordinator = stranger.ActorSelection(new RootActorPath(address) / "user" / "coordinator" / "coordinator");
        using var answers = Inbox.Create(stranger);
        coordinator.Tell(new RegisterNode(Wire.ProtocolVersion, null!, 1, false));
        coordinator.Tell(new NodeReady(null!, 1));

        // What comes after it on the same way is answered.
        coordinator.Tell(new RegisterNode(Wire.ProtocolVersion + 1, new NodeAddress("newer", answers.Receiver, "127.0.0.1", 1), 1, false));
        Assert.IsType<NodeRefused>(await answers.ReceiveAsync(TestRun.Deadline));
        gate.Open();
        AssertOracle(job, await cluster.Ended());
    }

    /// <summary>A node joins a run that waits, and is refused; then the run ends as ever.</summary>
    /// <param name="provoke">Has the node, whose agent it gets, refused.</param>
    /// <param name="reason">Why it must be refused.</param>
    /// <param name="isHeard">Whether the coordinator tells that the node has left for that reason.</param>
    /// <param name="data">The node's data.</param>
    private static async Task Refused(Func<ClusterRun, IActorRef, Task> provoke, string reason, bool isHeard, DataSet data)
    {
        var job = TestJobs.Job(slices: 8);
        using var gate = new Gate(_training, sample: 100);
        await using var cluster = ClusterRun.Start(TestJobs.Request(job, gate.Data, workers: 1, servers: 2), gate.Open);
        await cluster.Within(gate.Reached, "the sample at which the run waits");
        var node = await cluster.Join(data);
        await provoke(cluster, ReferenceEquals(data, _training) ? await Agent(cluster) : ActorRefs.Nobody);
        var error = await Assert.ThrowsAsync<ActorNetException>(() => cluster.Within(node.Ended, "the node's refusal"));
        Assert.Equal(reason, error.Message);
        var name = await node.Name;
        var left = await cluster.Await<TrainingEvent.NodeLeft>("the news that the node has left");
        Assert.Equal((name, isHeard ? reason : left.Reason), (left.Node, left.Reason));
        gate.Open();
        AssertOracle(job, await cluster.Ended());
    }

    /// <summary>The agent of the node that has joined, as the coordinator's process knows it.</summary>
    private static async Task<IActorRef> Agent(ClusterRun cluster)
    {
        await cluster.Await<TrainingEvent.NodeJoined>("the node");
        var member = Akka.Cluster.Cluster.Get(cluster.System).State.Members.Single(member => member.HasRole("node"));
        return await cluster.System.ActorSelection(new RootActorPath(member.Address) / "user" / "node").ResolveOne(TestRun.Deadline);
    }

    private static Task<IActorRef> Coordinator(ClusterRun cluster, string below = "") =>
        cluster.System.ActorSelection("/user/coordinator/coordinator" + below).ResolveOne(TestRun.Deadline);

    private static int FirstSampleOf(JobSpec job, int slice)
    {
        var plan = new SlicePlan(_training.Count, job.BatchSize, job.Slices, job.Seed);
        var order = new int[plan.SliceSamples(slice)];
        plan.WriteOrder(1, slice, order);
        return order[0];
    }

    private static void AssertOracle(JobSpec job, TrainingOutcome outcome)
    {
        var oracle = Oracle.Of(job, _training);
        Assert.Equal(oracle.Sha256, outcome.Progress.WeightsSha256);
        oracle.AssertSameHistory(outcome.Progress.History, "many nodes");
        Assert.Equal((long)job.Epochs * _training.Count, outcome.Contributions.Sum(contribution => contribution.Samples));
    }
}
