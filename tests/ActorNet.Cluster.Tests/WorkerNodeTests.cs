using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Tests.Support;
using ActorNet.Cluster.Workers;
using ActorNet.Core.Training;
using ActorNet.Core.Training.Leases;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace ActorNet.Cluster.Tests;

/// <summary>A worker node among probes: one plays the coordinator, two the parameter servers.</summary>
public sealed class WorkerNodeTests : TestKit
{
    private const string Node = "this node";

    private static readonly JobSpec _job = TestJobs.Job(slices: 4);
    private readonly FaultyData _training;
    private readonly JobRuntime _runtime;
    private readonly TestProbe _coordinator;
    private readonly TestProbe[] _servers;
    private int _reads;
    private long _ticket;

    public WorkerNodeTests()
        : base(ComputeDispatchers.Hocon(2) + "akka.loglevel = OFF\nakka.stdout-loglevel = OFF\nakka.test.single-expect-default = 20s")
    {
        _training = new FaultyData(TestJobs.Points(203), (_, _) => Interlocked.Increment(ref _reads));
        var setup = new TrainingSetup(_job, _training);
        _runtime = new JobRuntime(setup, partitions: 2);
        setup.Network.Initialise(_runtime.Weights(0).Span, _job.Seed);
        setup.Network.Initialise(_runtime.Weights(1).Span, _job.Seed + 1);
        _coordinator = CreateTestProbe("coordinator");
        _servers = [CreateTestProbe("server-0"), CreateTestProbe("server-1")];
    }

    [Fact]
    public void A_step_begins_when_all_partitions_have_its_weights()
    {
        var node = Leasing(capacity: 1, Lease(generation: 1, first: 0, count: 4));
        node.Tell(new WeightsReady(0, 0));
        Settle(node);
        Assert.Equal(0, _reads);

        node.Tell(new WeightsReady(1, 0));
        Assert.Equal(new TreeNode(0, 4), ExpectPart(step: 0));
        // A partition may be a step ahead: nothing to do until the other is.
        node.Tell(new WeightsReady(1, 1));
        Settle(node);
        Assert.Equal(10, _reads);

        node.Tell(new WeightsReady(0, 1));
        Assert.Equal(new TreeNode(0, 4), ExpectPart(step: 1));
        Assert.Equal(20, _reads);
    }

    [Fact]
    public void Weights_that_are_told_twice_are_computed_with_once()
    {
        var node = Leasing(capacity: 1, Lease(generation: 1, first: 0, count: 4));
        Publish(node, version: 0);
        Publish(node, version: 0);
        Settle(node);
        ExpectPart(step: 0);
        Assert.Equal(10, _reads);
    }

    [Fact]
    public void A_lower_generation_is_ignored()
    {
        var node = Leasing(capacity: 1, Lease(generation: 2, first: 2, count: 2), Lease(generation: 1, first: 0, count: 4));
        Publish(node, version: 0);
        Assert.Equal(new TreeNode(2, 2), ExpectPart(step: 0));
        Settle(node);
        Assert.False(_servers[0].HasMessages);
    }

    /// <summary>Others went on without this node's slices. It has to compute what a lost node owes, and has passed over the version that it needs for that.</summary>
    [Fact]
    public void A_new_lease_asks_for_the_version_that_was_passed_over()
    {
        var node = Leasing(capacity: 1, Lease(generation: 1, first: 0, count: 2));
        Publish(node, version: 0);
        ExpectPart(step: 0);
        node.Tell(new WeightsReady(0, 2));
        node.Tell(new WeightsReady(1, 1));
        node.Tell(Lease(generation: 2, first: 0, count: 4));
        Assert.Equal(new SendVersion(1, Node), _servers[0].FishForMessage<SendVersion>(_ => true));
        node.Tell(new WeightsReady(0, 1));
        Assert.Equal(1, _servers[0].FishForMessage<GradientReady>(ready => ready.Step == 1).Step);
        Assert.DoesNotContain(_servers[1].ReceiveWhile<object>(message => message, TimeSpan.Zero), message => message is SendVersion);
    }

    /// <summary>Every other step waits ten milliseconds, which is much longer than computing two slices takes: after the steps that are waited out they are computed, in most.</summary>
    [Fact]
    public async Task Another_nodes_slices_are_computed_only_where_a_step_waits_for_long()
    {
        var node = Leasing(capacity: 1, Lease(generation: 1, first: 0, count: 2) with { Backups = [2, 3] });
        var backups = new List<long>();
        for (var step = 0L; step < BackupWait.Enough + BackupWait.LookEvery; step++)
        {
            Publish(node, step);
            Assert.Equal(new TreeNode(0, 2), ExpectPart(step));
            if (step < BackupWait.Enough)
            {
                await Task.Delay(10 * (int)(step % 2));
            }
            else if (step < BackupWait.Enough + BackupWait.LookEvery - 1)
            {
                Assert.Equal(new TreeNode(2, 2), ExpectPart(step));
                backups.Add(step);
            }
        }

        Settle(node);
        Assert.False(_servers[0].HasMessages);
        Assert.Equal(BackupWait.LookEvery - 1, backups.Count);
    }

    [Fact]
    public void A_spare_computes_nothing_and_begins_at_once_when_it_gets_slices()
    {
        var node = Leasing(capacity: 1, Lease(generation: 1, first: 0, count: 0));
        Publish(node, version: 0);
        Settle(node);
        Assert.Equal(0, _reads);
        node.Tell(Lease(generation: 2, first: 2, count: 2));
        Assert.Equal(new TreeNode(2, 2), ExpectPart(step: 0));
    }

    [Fact]
    public void A_new_lease_within_a_step_sends_what_is_there_and_computes_the_rest()
    {
        var node = Leasing(capacity: 1, Lease(generation: 1, first: 0, count: 2));
        Publish(node, version: 0);
        var first = _servers[0].ExpectMsg<GradientReady>().Part;
        var reads = _reads;
        node.Tell(Lease(generation: 2, first: 0, count: 3));
        // The server may have lost it with the lease before: it is sent again, and not computed again.
        Assert.Same(first, _servers[0].ExpectMsg<GradientReady>().Part);
        var rest = _servers[0].ExpectMsg<GradientReady>().Part;
        Assert.Equal((new TreeNode(2, 1), reads + rest.Samples), (rest.Node, _reads));
    }

    [Fact]
    public void A_lease_is_shared_out_among_the_workers()
    {
        var node = Leasing(capacity: 2, Lease(generation: 1, first: 0, count: 4));
        Publish(node, version: 0);
        // Which worker is first may differ from server to server.
        Assert.All(_servers, server =>
        {
            var parts = new[] { server.ExpectMsg<GradientReady>(), server.ExpectMsg<GradientReady>() };
            Assert.Equal([new TreeNode(0, 2), new TreeNode(2, 2)], parts.Select(ready => ready.Part.Node).OrderBy(node => node.First));
        });
    }

    [Fact]
    public void A_worker_that_is_stopped_is_replaced_and_its_slices_are_computed_one_by_one()
    {
        var node = Leasing(capacity: 1, Lease(generation: 1, first: 0, count: 4));
        Publish(node, version: 0);
        ExpectPart(step: 0);
        Sys.ActorSelection(node.Path / "worker-0-1").Tell(PoisonPill.Instance);
        Assert.Equal(new WorkerReplacement(Node, 0, 0, "slices 0-3", "it was stopped"), _coordinator.ExpectMsg<WorkerReplacement>());
        Assert.Equal(Enumerable.Range(0, 4).Select(slice => new TreeNode(slice, 1)), Enumerable.Range(0, 4).Select(_ => ExpectPart(step: 0)));
        // The next step is computed as a whole again.
        Publish(node, version: 1);
        Assert.Equal(new TreeNode(0, 4), ExpectPart(step: 1));
    }

    [Fact]
    public void A_worker_that_ends_before_the_first_weights_is_replaced_and_computes_nothing_yet()
    {
        var node = Leasing(capacity: 1, Lease(generation: 1, first: 0, count: 4));
        Settle(node);
        Sys.ActorSelection(node.Path / "worker-0-1").Tell(PoisonPill.Instance);
        _coordinator.ExpectMsg<WorkerReplacement>();
        Settle(node);
        Assert.False(_servers[0].HasMessages);
        Publish(node, version: 0);
        Assert.Equal(new TreeNode(0, 4), ExpectPart(step: 0));
    }

    [Fact]
    public void The_parts_of_a_replaced_worker_are_never_written_again()
    {
        var node = Leasing(capacity: 1, Lease(generation: 1, first: 0, count: 4));
        Publish(node, version: 0);
        var old = _servers[0].ExpectMsg<GradientReady>().Part;
        var (gradient, tallies, cost) = (old.Gradient.ToArray(), old.Slices.ToArray(), old.Cost);
        Sys.ActorSelection(node.Path / "worker-0-1").Tell(PoisonPill.Instance);
        _coordinator.ExpectMsg<WorkerReplacement>();

        // A partition may keep the old part until it applies the step, while the successor computes slice by slice and then other steps.
        GradientPart[] again = [.. Enumerable.Range(0, 4).Select(_ => _servers[0].ExpectMsg<GradientReady>().Part)];
        var firstAgain = again[0].Gradient.ToArray();
        for (var version = 1; version <= 3; version++)
        {
            Publish(node, version);
            Assert.Equal(version, _servers[0].ExpectMsg<GradientReady>().Step);
        }

        Assert.Equal((0L, cost), (old.Step, old.Cost));
        Assert.Equal(tallies, old.Slices);
        Assert.Equal(gradient, old.Gradient.ToArray());
        Assert.Equal([0L, 0L, 0L, 0L], again.Select(part => part.Step));
        Assert.Equal(firstAgain, again[0].Gradient.ToArray());
    }

    [Fact]
    public void A_set_is_judged_as_one_evaluator_would_and_each_block_shows_that_it_goes_on()
    {
        var node = Leasing(capacity: 2, Lease(generation: 1, first: 0, count: 4));
        var test = TestJobs.Points(1_700, seed: 9);
        node.Tell(new JudgeSet(7, _runtime.Weights(0), test));
        var expected = new Evaluator(_runtime.Setup.Network, _runtime.Setup.Cost).Judge(_runtime.Weights(0).Span, test);
        for (var block = 1; block < Evaluator.Blocks(test); block++)
        {
            _coordinator.ExpectMsg<SetJudging>();
        }

        Assert.Equal(new SetJudged(7, expected), _coordinator.ExpectMsg<SetJudged>());
    }

    private IActorRef Leasing(int capacity, params IEnumerable<LeaseSlices> leases)
    {
        var node = Sys.ActorOf(WorkerNode.Props(_coordinator, new LocalNode(Node, capacity, serves: false, _ => _runtime), _runtime));
        foreach (var lease in leases)
        {
            node.Tell(lease);
        }

        return node;
    }

    private LeaseSlices Lease(int generation, int first, int count) =>
        new(generation, [.. Enumerable.Range(first, count)], [.. _servers.Select(server => server.Ref)]);

    private static void Publish(IActorRef node, long version)
    {
        node.Tell(new WeightsReady(0, version));
        node.Tell(new WeightsReady(1, version));
    }

    /// <summary>Waits until the node and its worker have done all that was sent before: a block to judge queues behind it.</summary>
    private void Settle(IActorRef node)
    {
        var set = new JudgeSet(--_ticket, _runtime.Weights(0), TestJobs.Points(1));
        node.Tell(set);
        _coordinator.FishForMessage<SetJudged>(judged => judged.Ticket == set.Ticket);
    }

    /// <summary>The next part, which both servers must be sent.</summary>
    private TreeNode ExpectPart(long step)
    {
        var first = _servers[0].ExpectMsg<GradientReady>();
        Assert.Equal(step, first.Step);
        Assert.Same(first.Part, _servers[1].ExpectMsg<GradientReady>().Part);
        return first.Part.Node;
    }
}
