using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Tests.Support;
using ActorNet.Cluster.Workers;
using ActorNet.Core.Models;
using ActorNet.Core.Training;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace ActorNet.Cluster.Tests;

/// <summary>
/// A worker node begins a step with the weights of the first layer, and sends the last layers' gradients while it computes the first's. Three partitions: the first layer
/// ends within the first, the other two hold weights of the second layer, and the last those of the third too.
/// </summary>
public sealed class OverlapTests : TestKit
{
    private const string Node = "this node";

    private readonly JobRuntime _runtime;
    private readonly int _firstLayer;
    private readonly TestProbe _coordinator;
    private readonly TestProbe[] _servers;
    private int _reads;
    private long _ticket;

    public OverlapTests()
        : base(ComputeDispatchers.Hocon(1) + "akka.loglevel = OFF\nakka.stdout-loglevel = OFF\nakka.test.single-expect-default = 20s")
    {
        var job = TestJobs.Job(slices: 4) with { Model = ModelSpec.Dense([TestJobs.Inputs, 30, 120, TestJobs.Classes]) };
        var setup = new TrainingSetup(job, new FaultyData(TestJobs.Points(203), (_, _) => Interlocked.Increment(ref _reads)));
        _runtime = new JobRuntime(setup, partitions: 3);
        setup.Network.Initialise(_runtime.Weights(0).Span, job.Seed);
        setup.Network.Initialise(_runtime.Weights(1).Span, job.Seed + 1);
        _firstLayer = setup.OpeningParameters;
        Assert.Equal(3, _runtime.Ranges.Count);
        Assert.InRange(_firstLayer, 1, _runtime.Ranges[0].End);
        _coordinator = CreateTestProbe("coordinator");
        _servers = [.. Enumerable.Range(0, 3).Select(i => CreateTestProbe($"server-{i}"))];
    }

    [Fact]
    public void A_step_begins_with_the_first_layers_weights_and_ends_when_all_are_there()
    {
        var node = Leasing(Servers, count: 4);
        node.Tell(new WeightsReady(2, 0));
        Settle(node);
        Assert.Equal(0, _reads);

        node.Tell(new WeightsReady(0, 0));
        Settle(node);
        Assert.Equal(10, _reads);
        Assert.All(_servers, server => Assert.False(server.HasMessages));

        node.Tell(new WeightsReady(1, 0));
        ExpectParts(step: 0, new TreeNode(0, 4));
        Assert.Equal(10, _reads);
    }

    /// <summary>Who is told has the thread of the worker, as a node with one worker has it: that it is there before the first layer's gradient is the yielding.</summary>
    [Fact]
    public void The_last_partitions_are_told_before_the_first_layers_gradient_is_computed()
    {
        var first = Sys.ActorOf(Looker.Props(TestActor, _firstLayer).WithDispatcher(ComputeDispatchers.Name(0)), "first");
        var last = Sys.ActorOf(Looker.Props(TestActor, _firstLayer).WithDispatcher(ComputeDispatchers.Name(0)), "last");
        var node = Leasing([first, _servers[1], last], count: 4);
        Publish(node, version: 0);
        Assert.Equal(new Seen("last", FirstLayerIsThere: false), ExpectMsg<Seen>());
        Assert.Equal(new Seen("first", FirstLayerIsThere: true), ExpectMsg<Seen>());
    }

    [Fact]
    public void A_step_that_waits_is_put_off_for_what_a_lost_node_owes_the_step_before()
    {
        var node = Leasing(Servers, count: 2);
        Publish(node, version: 0);
        ExpectParts(step: 0, new TreeNode(0, 2));
        node.Tell(new WeightsReady(0, 1));
        Settle(node);
        node.Tell(Lease(Servers, generation: 2, count: 4));
        ExpectParts(step: 0, new TreeNode(0, 4));
        node.Tell(new WeightsReady(1, 1));
        node.Tell(new WeightsReady(2, 1));
        ExpectParts(step: 1, new TreeNode(0, 4));
    }

    [Fact]
    public void What_was_passed_over_is_computed_although_a_later_step_was_begun()
    {
        var node = Leasing(Servers, count: 2);
        Publish(node, version: 0);
        ExpectParts(step: 0, new TreeNode(0, 2));
        // Others went on without this node's slices.
        node.Tell(new WeightsReady(0, 2));
        node.Tell(new WeightsReady(1, 1));
        node.Tell(new WeightsReady(2, 1));
        node.Tell(Lease(Servers, generation: 2, count: 4));
        Assert.Equal(new SendVersion(1, Node), _servers[0].ExpectMsg<SendVersion>());
        node.Tell(new WeightsReady(0, 1));
        ExpectParts(step: 1, new TreeNode(0, 4));
        node.Tell(new WeightsReady(1, 2));
        node.Tell(new WeightsReady(2, 2));
        ExpectParts(step: 2, new TreeNode(0, 4));
    }

    [Fact]
    public void A_worker_that_ends_while_it_waits_is_replaced_by_one_that_waits()
    {
        var node = Leasing(Servers, count: 4);
        Publish(node, version: 0);
        ExpectParts(step: 0, new TreeNode(0, 4));
        node.Tell(new WeightsReady(0, 1));
        Settle(node);
        Sys.ActorSelection(node.Path / "worker-0-1").Tell(PoisonPill.Instance);
        _coordinator.ExpectMsg<WorkerReplacement>();
        // The successor may owe the step before, too.
        ExpectParts(step: 0, new TreeNode(0, 4));
        node.Tell(new WeightsReady(1, 1));
        node.Tell(new WeightsReady(2, 1));
        for (var slice = 0; slice < 4; slice++)
        {
            ExpectParts(step: 1, new TreeNode(slice, 1));
        }

        Publish(node, version: 2);
        ExpectParts(step: 2, new TreeNode(0, 4));
    }

    [Fact]
    public void Many_steps_have_the_bits_of_whole_ones()
    {
        var node = Leasing(Servers, count: 4);
        var oracle = new GradientCalculator(_runtime.Setup);
        oracle.SetLease([new TreeNode(0, 4)]);
        int[][] orders = [[0, 1, 2], [2, 1, 0], [0, 2, 1], [1, 0, 2]];
        for (var step = 0; step < 40; step++)
        {
            foreach (var partition in orders[step % orders.Length])
            {
                node.Tell(new WeightsReady(partition, step));
            }

            var expected = oracle.Compute(step, _runtime.Weights(step).Span)[0].Gradient.ToArray();
            for (var partition = 0; partition < 3; partition++)
            {
                var part = _servers[partition].ExpectMsg<GradientReady>().Part;
                var range = _runtime.Ranges[partition];
                Assert.Equal(expected[range.Start..range.End], part.Gradient[range.Start..range.End].ToArray());
            }
        }
    }

    private IReadOnlyList<IActorRef> Servers => [.. _servers.Select(server => server.Ref)];

    private IActorRef Leasing(IReadOnlyList<IActorRef> servers, int count)
    {
        var node = Sys.ActorOf(WorkerNode.Props(_coordinator, new LocalNode(Node, 1, serves: false, _ => _runtime), _runtime));
        node.Tell(Lease(servers, generation: 1, count));
        return node;
    }

    private static LeaseSlices Lease(IReadOnlyList<IActorRef> servers, int generation, int count) =>
        new(generation, [.. Enumerable.Range(0, count)], servers);

    private static void Publish(IActorRef node, long version)
    {
        for (var partition = 0; partition < 3; partition++)
        {
            node.Tell(new WeightsReady(partition, version));
        }
    }

    private void ExpectParts(long step, TreeNode node) =>
        Assert.All(_servers, server => Assert.Equal((step, node), server.ExpectMsg<GradientReady>() is var ready ? (ready.Step, ready.Part.Node) : default));

    /// <summary>Waits until the node and its worker have done all that was sent before: a block to judge queues behind it.</summary>
    private void Settle(IActorRef node)
    {
        var set = new JudgeSet(--_ticket, _runtime.Weights(0), TestJobs.Points(1));
        node.Tell(set);
        _coordinator.FishForMessage<SetJudged>(judged => judged.Ticket == set.Ticket);
    }

    private sealed record Seen(string Who, bool FirstLayerIsThere);

    /// <summary>Takes gradients, and says whether the first layer's was there when it was told.</summary>
    private sealed class Looker : ReceiveActor
    {
        public Looker(IActorRef teller, int firstLayer) => Receive<GradientReady>(ready =>
            teller.Tell(new Seen(Self.Path.Name, ready.Part.Gradient.Span[..firstLayer].IndexOfAnyExcept(0f) >= 0)));

        public static Props Props(IActorRef teller, int firstLayer) => Akka.Actor.Props.Create(() => new Looker(teller, firstLayer));
    }
}
