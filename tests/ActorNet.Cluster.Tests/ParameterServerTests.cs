using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Servers;
using ActorNet.Cluster.Tests.Support;
using ActorNet.Core.Data;
using ActorNet.Core.Training;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace ActorNet.Cluster.Tests;

/// <summary>A parameter server among probes: one plays the coordinator, one the worker node.</summary>
public sealed class ParameterServerTests : TestKit
{
    private static readonly DataSet _training = TestJobs.Points(203);
    private static readonly JobSpec _job = TestJobs.Job(slices: 4);
    private readonly TrainingSetup _setup = new(_job, _training);
    private readonly JobRuntime _runtime;
    private readonly TestProbe _coordinator;
    private readonly TestProbe _node;

    public ParameterServerTests()
        : base(ComputeDispatchers.Hocon(2) + "akka.loglevel = OFF\nakka.stdout-loglevel = OFF\nakka.test.single-expect-default = 20s")
    {
        _runtime = new JobRuntime(_setup);
        _setup.Network.Initialise(_runtime.Weights(0).Span, _job.Seed);
        _coordinator = CreateTestProbe("coordinator");
        _node = CreateTestProbe("node");
    }

    [Fact]
    public void It_registers_until_the_coordinator_answers()
    {
        var server = Sys.ActorOf(ParameterServer.Props(_coordinator, 0));
        Assert.Equal(server, _coordinator.ExpectMsg<RegisterServer>().Server);
        Assert.Equal(server, _coordinator.ExpectMsg<RegisterServer>().Server);
        server.Tell(Registered.Instance);
        // Its answer to a question comes after the last registration that it may have sent.
        server.Tell(Serve(Whole));
        Assert.Equal(0, Report(server).Version);
        while (_coordinator.HasMessages)
        {
            _coordinator.ExpectMsg<RegisterServer>();
        }
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
        Assert.Equal((1, 4), State(server));
        Assert.Equal(new WeightsReady(0, 1), _node.ExpectMsg<WeightsReady>());
        var due = _coordinator.ExpectMsg<SnapshotDue>();
        Assert.Equal([10L], due.Progress.WorkerSamples);
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

        Assert.Equal((1, 4), State(server));
        // The first worker's sub-tree, and the other's last two slices.
        Assert.Equal([left.Samples, 10 - left.Samples], _coordinator.ExpectMsg<SnapshotDue>().Progress.WorkerSamples);
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
        Assert.Equal("A parameter server failed on GradientReady: worker 3 sent slice 1 of step 0: WrongSamples", failed.Message);
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

        Assert.StartsWith("The cost of step 0 is", _coordinator.ExpectMsg<JobFailed>().Message, StringComparison.Ordinal);
        server.Tell(Hold.Instance, _coordinator);
        _coordinator.ExpectMsg<Held>();
        server.Tell(new RunTo(1), _coordinator);
        Assert.Equal((0, 0), State(server));
    }

    [Fact]
    public void No_step_is_applied_between_a_snapshot_that_is_due_and_its_copy()
    {
        var server = Serving(Whole, snapshotEvery: 2);
        Make(server, step: 0);
        Make(server, step: 1);
        Assert.Equal(2, _coordinator.ExpectMsg<SnapshotDue>().Version);
        var atTwo = _runtime.Weights(2).Span.ToArray();

        // The node may have the weights, and the gradient of step 2 may be complete: it must wait all the same.
        Make(server, step: 2);
        Assert.Equal((2, 0), State(server));
        Assert.Equal([1L, 2L], [_node.ExpectMsg<WeightsReady>().Version, _node.ExpectMsg<WeightsReady>().Version]);
        Assert.Equal(atTwo, _runtime.Weights(2).Span);

        var room = new Snapshot(_setup.Network.Layout.Length, 0);
        server.Tell(new TakeSnapshot(2, room), _coordinator);
        Assert.Equal(new SnapshotTaken(0, 2), _coordinator.ExpectMsg<SnapshotTaken>());
        Assert.Equal(3, _node.ExpectMsg<WeightsReady>().Version);
        Assert.Equal((3, 4), State(server));
        Assert.Equal(atTwo, room.Weights.Span);
    }

    [Fact]
    public void Partitions_that_hold_one_step_apart_go_on_to_the_same_version()
    {
        var ranges = PartitionPlan.Cut(_setup.Network.Layout.Length, 2);
        var ahead = Serving(ranges[0]);
        var behind = Serving(ranges[1]);
        Make(ahead, step: 0);
        Assert.Equal((1, 4), State(ahead));

        ahead.Tell(Hold.Instance, _coordinator);
        behind.Tell(Hold.Instance, _coordinator);
        Held[] held = [_coordinator.ExpectMsg<Held>(), _coordinator.ExpectMsg<Held>()];
        Assert.Equal([new Held(0, 1), new Held(1, 0)], held.OrderBy(partition => partition.Partition));

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
        SnapshotDue[] due = [_coordinator.ExpectMsg<SnapshotDue>(), _coordinator.ExpectMsg<SnapshotDue>()];
        Assert.All(due, snapshot => Assert.Equal(2, snapshot.Version));
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

        var due = _coordinator.ExpectMsg<SnapshotDue>();
        Assert.Equal(_setup.Plan.StepsPerEpoch, due.Version);
        Assert.Null(due.Progress.LedgerDifference);
        Assert.Equal(_training.Count, due.Progress.EpochScore.Samples);
        Assert.Equal(2, due.Progress.Ledger.Epoch);
        Assert.All(due.Progress.Ledger.Slices, slice => Assert.Equal(0, slice.Count));
    }

    private PartitionRange Whole => PartitionPlan.Cut(_setup.Network.Layout.Length, 1)[0];

    private IActorRef Serving(PartitionRange range, int snapshotEvery = 0)
    {
        var server = Sys.ActorOf(ParameterServer.Props(_coordinator, range.Index));
        server.Tell(Serve(range, snapshotEvery));
        Assert.Equal(new WeightsReady(range.Index, 0), _node.ExpectMsg<WeightsReady>());
        _coordinator.IgnoreMessages(message => message is RegisterServer);
        return server;
    }

    private ServePartition Serve(PartitionRange range, int snapshotEvery = 0) =>
        new(_runtime, range, new StartingPoint(0, null, default, null), snapshotEvery, [_node]);

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
        return (report.Version, report.MissingSlices);
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
