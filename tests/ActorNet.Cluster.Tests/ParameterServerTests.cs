using System.Diagnostics;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Servers;
using ActorNet.Cluster.Tests.Support;
using ActorNet.Cluster.Transfer;
using ActorNet.Core.Data;
using ActorNet.Core.Training;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace ActorNet.Cluster.Tests;

/// <summary>A parameter server among probes: one plays the coordinator, one the worker node.</summary>
public sealed class ParameterServerTests : TestKit
{
    private const string Node = "this node";

    private static readonly DataSet _training = TestJobs.Points(203);
    private static readonly JobSpec _job = TestJobs.Job(slices: 4);
    private readonly TrainingSetup _setup = new(_job, _training);
    private JobRuntime _runtime;
    private readonly TestProbe _coordinator;
    private readonly TestProbe _node;

    public ParameterServerTests()
        : base(ComputeDispatchers.Hocon(2) + "akka.loglevel = OFF\nakka.stdout-loglevel = OFF\nakka.test.single-expect-default = 20s")
    {
        _runtime = Runtime(partitions: 1);
        _coordinator = CreateTestProbe("coordinator");
        _node = CreateTestProbe("node");
    }

    [Fact]
    public void A_part_that_comes_twice_counts_once()
    {
        var server = Serving(Whole, snapshotEvery: 1);
        var parts = Parts(step: 0);
        foreach (var part in parts[..3])
        {
            server.Tell(Ready(part), _node);
            server.Tell(Ready(part), _node);
        }

        Assert.Equal((0, 1), State(server));
        server.Tell(Ready(parts[3]), _node);
        server.Tell(Ready(parts[3]), _node);
        // It waits for room for its snapshot, and for no slice.
        Assert.Equal((1, 0), State(server));
        Assert.Equal(new WeightsReady(0, 1, Host: Node), _node.ExpectMsg<WeightsReady>());
        var due = Said<SnapshotDue>();
        Assert.Equal([new Contribution(Node, 0, 10)], due.Progress.Contributions);
        Assert.Equal(10, due.Progress.Ledger.Slices.Sum(slice => slice.Count));
        AssertOracleAt(version: 1);
    }

    [Fact]
    public void A_slice_whose_sub_tree_is_there_counts_once()
    {
        var server = Serving(Whole, snapshotEvery: 1);
        var left = Compute(0, new TreeNode(0, 2));
        server.Tell(Ready(left), _node);
        foreach (var part in Parts(step: 0))
        {
            server.Tell(new GradientReady(1, 0, part), _node);
        }

        Assert.Equal((1, 0), State(server));
        // The first worker's sub-tree, and the other's last two slices.
        Assert.Equal(
            [new Contribution(Node, 0, left.Samples), new Contribution(Node, 1, 10 - left.Samples)],
            Said<SnapshotDue>().Progress.Contributions.OrderBy(contribution => contribution.Worker));
        AssertOracleAt(version: 1);
    }

    [Fact]
    public void A_part_of_another_step_is_ignored()
    {
        var server = Serving(Whole);
        foreach (var part in Parts(step: 1))
        {
            server.Tell(Ready(part), _node);
        }

        Assert.Equal((0, 4), State(server));
    }

    [Fact]
    public void A_late_message_whose_buffers_have_been_used_again_is_ignored()
    {
        var server = Serving(Whole);
        foreach (var part in Parts(step: 0))
        {
            server.Tell(Ready(part), _node);
        }

        Assert.Equal((1, 4), State(server));
        // A worker has begun step 1 in the buffers that an older message, only now delivered, speaks of.
        foreach (var part in Parts(step: 1))
        {
            server.Tell(new GradientReady(0, 0, part), _node);
        }

        Assert.Equal((1, 4), State(server));
    }

    [Fact]
    public void A_part_with_other_samples_than_the_plans_ends_the_job()
    {
        var server = Serving(Whole);
        var part = Compute(0, new TreeNode(1, 1));
        part.Slices[0] = part.Slices[0] with { Count = part.Slices[0].Count + 1 };
        server.Tell(new GradientReady(3, 0, part), _node);
        var failed = _coordinator.FishForMessage<JobFailed>(_ => true);
        Assert.Equal("A parameter server failed on GradientReady: a part of slice 1 at step 0 does not fit the job: WrongSamples", failed.Message);
    }

    [Fact]
    public void A_step_whose_cost_is_not_finite_is_never_applied()
    {
        var server = Serving(Whole);
        foreach (var part in Parts(step: 0))
        {
            // Each is finite: only the sum is not.
            part.Cost = double.MaxValue;
            server.Tell(Ready(part), _node);
        }

        Assert.StartsWith("The cost of step 0 is", Said<JobFailed>().Message, StringComparison.Ordinal);
        server.Tell(new Hold(1), _coordinator);
        Said<Held>();
        server.Tell(new RunTo(1), _coordinator);
        Assert.Equal((0, 0), State(server));
    }

    [Fact]
    public void No_step_is_applied_between_a_snapshot_that_is_due_and_its_copy()
    {
        var server = Serving(Whole, snapshotEvery: 2);
        Make(server, step: 0);
        Make(server, step: 1);
        Assert.Equal(2, Said<SnapshotDue>().Version);
        var atTwo = _runtime.Weights(2).Span.ToArray();

        // The node may have the weights, and the gradient of step 2 may be complete: it must wait all the same.
        Make(server, step: 2);
        Assert.Equal((2, 0), State(server));
        Assert.Equal([1L, 2L], [_node.ExpectMsg<WeightsReady>().Version, _node.ExpectMsg<WeightsReady>().Version]);
        Assert.Equal(atTwo, _runtime.Weights(2).Span);

        var room = new Snapshot(_setup.Network.Layout.Length, 0);
        server.Tell(new TakeSnapshot(2, room), _coordinator);
        Assert.Equal(new SnapshotTaken(0, 2), Said<SnapshotTaken>());
        Assert.Equal(3, _node.ExpectMsg<WeightsReady>().Version);
        Assert.Equal((3, 4), State(server));
        Assert.Equal(atTwo, room.Weights.Span);
    }

    /// <summary>What it says may be lost, and the run would wait for it.</summary>
    [Fact]
    public void What_waits_for_an_answer_is_said_again_until_it_comes()
    {
        var server = Serving(Whole, snapshotEvery: 1);
        Make(server, step: 0);
        server.Tell(new Hold(3), _coordinator);
        for (var times = 0; times < 2; times++)
        {
            AwaitSaid(new Held(0, 1, 3));
            AwaitSaid(1);
        }

        server.Tell(new TakeSnapshot(1, new Snapshot(Whole.Length, 0)));
        Said<SnapshotTaken>();
        AwaitSaid(new Held(0, 1, 3));
        server.Tell(new RunTo(1));
        Make(server, step: 1);
        AwaitSaid(null);

        // Reports ask for it, so that nobody says it to a coordinator that is gone.
        void AwaitSaid(object? what)
        {
            for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < TestRun.Deadline;)
            {
                State(server);
                var said = _coordinator.ReceiveOne(TimeSpan.FromMilliseconds(what is null ? 1500 : 50));
                if (what is null ? said is null : said is SnapshotDue due ? due.Version.Equals(Convert.ToInt64(what is int version ? version : -1)) : Equals(said, what))
                {
                    return;
                }
            }

            Assert.Fail($"{what} was never said");
        }
    }

    [Fact]
    public void Partitions_that_hold_one_step_apart_go_on_to_the_same_version()
    {
        _runtime = Runtime(partitions: 2);
        var ahead = Serving(_runtime.Ranges[0]);
        var behind = Serving(_runtime.Ranges[1]);
        Make(ahead, step: 0);
        Assert.Equal((1, 4), State(ahead));

        ahead.Tell(new Hold(1), _coordinator);
        behind.Tell(new Hold(1), _coordinator);
        Assert.Equal([new Held(0, 1, 1), new Held(1, 0, 1)], SaidByBoth<Held>(held => held.Partition));

        // While it holds, not even a complete gradient moves a partition.
        Make(behind, step: 0);
        Assert.Equal((0, 0), State(behind));

        ahead.Tell(new RunTo(2), _coordinator);
        behind.Tell(new RunTo(2), _coordinator);
        Assert.Equal((1, 4), State(behind));
        Make(ahead, step: 1);
        Make(behind, step: 1);
        Make(ahead, step: 2);
        Make(behind, step: 2);
        Assert.All(SaidByBoth<SnapshotDue>(due => due.Partition), due => Assert.Equal(2, due.Version));
        AssertOracleAt(version: 2);
        var room = new Snapshot(_setup.Network.Layout.Length, 0);
        ahead.Tell(new TakeSnapshot(2, room), _coordinator);
        behind.Tell(new TakeSnapshot(2, room), _coordinator);
        Assert.Equal(2, State(ahead).Version);
        Assert.Equal(2, State(behind).Version);
        Assert.Equal(_runtime.Weights(2).Span, room.Weights.Span);
    }

    [Fact]
    public void An_epochs_ledger_is_closed_at_its_end()
    {
        var server = Serving(Whole);
        for (var step = 0; step < _setup.Plan.StepsPerEpoch; step++)
        {
            Make(server, step);
        }

        var due = Said<SnapshotDue>();
        Assert.Equal(_setup.Plan.StepsPerEpoch, due.Version);
        Assert.Null(due.Progress.LedgerDifference);
        Assert.Equal(_training.Count, due.Progress.EpochScore.Samples);
        Assert.Equal(2, due.Progress.Ledger.Epoch);
        Assert.All(due.Progress.Ledger.Slices, slice => Assert.Equal(0, slice.Count));
    }

    [Fact]
    public void Parts_of_another_node_count_as_its_own_and_their_buffers_come_back_with_the_next_step()
    {
        var server = Serving(Whole, snapshotEvery: 1);
        var inlet = _runtime.Inlets[0]!;
        var left = Arrive(inlet, Compute(0, new TreeNode(0, 2)), [(0, 2), (1, 3)]);
        server.Tell(left.Message);
        foreach (var part in Parts(step: 0)[2..])
        {
            server.Tell(Ready(part), _node);
        }

        Assert.Equal((1, 0), State(server));
        AssertOracleAt(version: 1);
        Assert.Equal(
            [new Contribution("another", 0, 2), new Contribution("another", 1, 3), new Contribution(Node, 0, 10 - left.Part.Samples)],
            Said<SnapshotDue>().Progress.Contributions.OrderBy(contribution => (contribution.Node, contribution.Worker)));
        Assert.Same(left, inlet.Rent(1, new TreeNode(0, 2)));
    }

    [Fact]
    public void The_buffer_of_a_part_of_no_use_comes_back_at_once()
    {
        var server = Serving(Whole);
        var inlet = _runtime.Inlets[0]!;
        var part = Compute(0, new TreeNode(0, 2));
        // Two nodes send the same sub-tree, because one was suspected: both were on their way when the first came.
        var (first, second) = (Arrive(inlet, part, []), Arrive(inlet, part, []));
        server.Tell(first.Message);
        server.Tell(second.Message);
        Assert.Equal((0, 2), State(server));
        Assert.Null(inlet.Rent(0, new TreeNode(0, 2)));
        inlet.Begin(0);
        Assert.Same(second, inlet.Rent(0, new TreeNode(0, 2)));
        Assert.NotSame(first, inlet.Rent(0, new TreeNode(0, 2)));
    }

    [Fact]
    public void A_version_that_a_node_lacks_is_sent_once_more_if_it_is_still_there()
    {
        var server = Serving(Whole);
        Make(server, step: 0);
        Make(server, step: 1);
        Assert.Equal([1L, 2L], [_node.ExpectMsg<WeightsReady>().Version, _node.ExpectMsg<WeightsReady>().Version]);
        foreach (var version in (long[])[0, 1, 2, 3])
        {
            server.Tell(new SendVersion(version, Node));
            server.Tell(new SendVersion(version, "who is no reader"));
        }

        State(server);
        Assert.Equal([1L, 2L], [_node.ExpectMsg<WeightsReady>().Version, _node.ExpectMsg<WeightsReady>().Version]);
        Assert.False(_node.HasMessages);
    }

    [Fact]
    public void Who_wants_no_weights_any_more_gets_none_until_it_wants_them_again()
    {
        var server = Serving(Whole);
        server.Tell(new SendWeightsTo([]));
        Make(server, step: 0);
        Assert.False(_node.HasMessages);
        server.Tell(new SendWeightsTo([new NodeAddress(Node, TestActor, "", 0)]));
        server.Tell(new SendWeightsTo([new NodeAddress(Node, TestActor, "", 0)]));
        Make(server, step: 1);
        Assert.Equal([1L, 2L], [_node.ExpectMsg<WeightsReady>().Version, _node.ExpectMsg<WeightsReady>().Version]);
        Assert.False(_node.HasMessages);
    }

    /// <summary>A part as another node sends it: the same numbers in a buffer of the inlet.</summary>
    private static ArrivedPart Arrive(PartitionInlet inlet, GradientPart part, IEnumerable<(int Worker, int Samples)> workers)
    {
        var arrived = inlet.Rent(part.Step, part.Node)!;
        part.Gradient.CopyTo(arrived.Part.Gradient);
        part.Slices.CopyTo(arrived.Part.Slices.AsSpan());
        (arrived.Part.Step, arrived.Part.Cost, arrived.Part.Correct, arrived.From) = (part.Step, part.Cost, part.Correct, "another");
        arrived.Workers.AddRange(workers);
        return arrived;
    }

    /// <summary>Some of the nodes may not know of the standby yet, and have no part left for it: the version that it needs must not be written over.</summary>
    [Fact]
    public void A_partition_is_never_more_than_one_step_ahead_of_its_standby()
    {
        var server = Serving(Whole);
        server.Tell(new SendWeightsTo([], null, "another"));
        Make(server, 0);
        Assert.Equal((0, 0), State(server));
        server.Tell(new VersionReached(0, 0, "another", 1));
        Assert.Equal(1, State(server).Version);
        Make(server, 1);
        Assert.Equal((1, 0), State(server));
        server.Tell(new SendWeightsTo([], null));
        Assert.Equal(2, State(server).Version);
        AssertOracleAt(2);
    }

    [Fact]
    public void A_standby_says_nothing_of_a_snapshot_and_waits_until_it_has_been_taken_from_the_other()
    {
        var server = Serving(Whole, snapshotEvery: 1, isStandby: true);
        Make(server, 0);
        Make(server, 1);
        Assert.Equal((1, 0), State(server));
        server.Tell(new SnapshotKept(1));
        Assert.Equal((2, 0), State(server));

        // One that is behind may go past it too.
        server.Tell(new SnapshotKept(2));
        server.Tell(new SnapshotKept(3));
        Make(server, 2);
        Make(server, 3);
        Assert.Equal(4, State(server).Version);
        Assert.False(_coordinator.HasMessages);
        AssertOracleAt(4);
    }

    [Fact]
    public void A_standby_that_takes_over_says_which_snapshot_is_due()
    {
        var server = Serving(Whole, snapshotEvery: 1, isStandby: true);
        Make(server, 0);
        server.Tell(new TakeOver());
        Assert.Equal(1, Said<SnapshotDue>().Version);
        Make(server, 1);
        Assert.Equal((1, 0), State(server));
        server.Tell(new TakeSnapshot(1, new Snapshot(Whole.Length, 0)));
        Assert.Equal((2, 0), State(server));
        Assert.Equal(2, Said<SnapshotDue>().Version);
    }

    /// <summary>Nobody would answer it: the snapshot has the range from the host that was before it.</summary>
    [Fact]
    public void A_standby_that_takes_over_behind_a_snapshot_that_has_been_taken_goes_on()
    {
        var server = Serving(Whole, snapshotEvery: 1, isStandby: true);
        server.Tell(new SnapshotKept(1));
        server.Tell(new TakeOver());
        Make(server, 0);
        Make(server, 1);
        Assert.Equal(2, State(server).Version);
    }

    /// <summary>The next of what a server says to the coordinator. On a busy machine it says other things again meanwhile, that it holds or that a snapshot is due.</summary>
    private T Said<T>() => _coordinator.FishForMessage<T>(_ => true);

    /// <summary>What each of two partitions says, in whichever order, and however often.</summary>
    private T[] SaidByBoth<T>(Func<T, int> partitionOf)
    {
        var said = new SortedDictionary<int, T>();
        while (said.Count < 2)
        {
            var one = Said<T>();
            said[partitionOf(one)] = one;
        }

        return [.. said.Values];
    }

    private PartitionRange Whole => _runtime.Ranges[0];

    private JobRuntime Runtime(int partitions)
    {
        var runtime = new JobRuntime(_setup, partitions);
        runtime.DrawFirstWeights();
        return runtime;
    }

    /// <summary>A server whose weights the node wants.</summary>
    private IActorRef Serving(PartitionRange range, int snapshotEvery = 0, bool isStandby = false)
    {
        var local = new LocalNode(Node, workers: 1, serves: true, _ => _runtime);
        local.Begin(_runtime, TestActor, _node, new NodeInlets(_runtime, TestActor, _node, local.Rooms));
        var serve = new ServePartition(_runtime, range, new StartingPoint(0, null, default, null, []), snapshotEvery, isStandby);
        var server = Sys.ActorOf(ParameterServer.Props(_coordinator, local, serve, range.Index));
        server.Tell(new SendWeightsTo([local.Address(TestActor)]));
        Assert.Equal(new WeightsReady(range.Index, 0, Host: Node), _node.ExpectMsg<WeightsReady>());
        return server;
    }

    /// <summary>Sends all parts of a step, computed from its weights.</summary>
    private void Make(IActorRef server, long step)
    {
        foreach (var part in Parts(step))
        {
            server.Tell(Ready(part), _node);
        }

        State(server);
    }

    private GradientPart[] Parts(long step) => [.. Enumerable.Range(0, _job.Slices).Select(slice => Compute(step, new TreeNode(slice, 1)))];

    private GradientPart Compute(long step, TreeNode node)
    {
        var calculator = new GradientCalculator(_setup);
        calculator.SetLease([node]);
        return calculator.Compute(step, _runtime.Weights(step).Span)[0];
    }

    private static GradientReady Ready(GradientPart part) => new(0, part.Step, part);

    /// <summary>The version and the slices missing, once the server has done all that was sent before.</summary>
    private (long Version, int Missing) State(IActorRef server)
    {
        var report = Report(server);
        return (report.Version, report.Missing.Length);
    }

    private ProgressReport Report(IActorRef server)
    {
        var asker = CreateTestProbe();
        server.Tell(AskProgress.Instance, asker);
        return asker.ExpectMsg<ProgressReport>();
    }

    private void AssertOracleAt(long version)
    {
        var oracle = new LocalTrainer(_setup);
        while (oracle.Version < version)
        {
            oracle.Step();
        }

        Assert.Equal(Snapshot.Sha256(oracle.Weights.Span), Snapshot.Sha256(_runtime.Weights(version).Span));
    }
}
