using System.Collections.Concurrent;
using ActorNet.Cluster.Coordinator;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Tests.Support;
using ActorNet.Core;
using ActorNet.Core.Training;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace ActorNet.Cluster.Tests;

/// <summary>
/// A job whose second partition is served by another node, which is lost or leaves. Both nodes are probes. What is of a job a node says to the coordinator
/// that offered it, so the probe's last sender stands for that here.
/// </summary>
public sealed class JobKeeperTests : TestKit
{
    private const string Own = "own";
    private const string Other = "other";

    private readonly TemporaryFolder _folder = new();
    private readonly BlockingCollection<TrainingEvent> _events = [];
    private readonly CoordinatedJob _job;
    private readonly IActorRef _keeper;
    private readonly TestProbe _own;
    private int _others;

    public JobKeeperTests()
        : base("actornet.checkpoint-writer.type = PinnedDispatcher\nakka.loglevel = OFF\nakka.stdout-loglevel = OFF\nakka.test.single-expect-default = 20s")
    {
        var data = TestJobs.Points(203);
        var request = TestJobs.Request(TestJobs.Job(slices: 4), data, workers: 1, servers: 2) with
        {
            MinServers = 2,
            CheckpointFolder = _folder.Path,
            CheckpointEvery = 10,
            Node = new NodeOptions { Listen = new HostPort("127.0.0.1", 0), Serves = true },
        };
        var setup = new TrainingSetup(request.Job, data);
        _job = new CoordinatedJob(request, setup, JobStart.FromSeed, new RunSettings(), _events.Add);
        var local = new LocalNode(Own, workers: 1, serves: true, _ => throw new InvalidOperationException("Its agent is a probe."));
        _own = CreateTestProbe(Own);
        _keeper = Sys.ActorOf(Props.Create(() => new JobKeeper(_job, local)));
    }

    [Fact]
    public void A_job_without_a_checkpoint_begins_anew_when_a_server_is_lost()
    {
        Lose(Begin(incarnation: 1));
        var left = Await<TrainingEvent.NodeLeft>();
        Assert.Equal(("other-1", "it ended, or cannot be reached", false), (left.Node, left.Reason, left.IsAsked));
        var back = Await<TrainingEvent.WentBack>();
        Assert.Equal((0, "Node other-1, which had a partition, is lost: it ended, or cannot be reached"), (back.Version, back.Reason));
        RegisterOwn(incarnation: 2);
        Assert.All(Assignments(_own, 2), assignment => Assert.Equal((2, 0, true), (assignment.Incarnation, assignment.Version, assignment.FromSeed)));
    }

    [Fact]
    public void It_goes_on_from_the_last_checkpoint_and_another_node_serves()
    {
        var (other, reign) = Begin(incarnation: 1);
        Checkpoint(reign, version: 10);
        Lose((other, reign));
        Assert.Equal(10, Await<TrainingEvent.WentBack>().Version);
        RegisterOwn(incarnation: 2);
        Assert.All(Assignments(_own, 2), assignment => Assert.Equal((2, 10, false), (assignment.Incarnation, assignment.Version, assignment.FromSeed)));
    }

    /// <summary>It was there before and comes back by itself: nobody has to ask for it again.</summary>
    [Fact]
    public void The_nodes_that_are_left_are_awaited()
    {
        var third = CreateTestProbe("third");
        var begun = Begin(incarnation: 1);
        RegisterReady(third, "third", incarnation: 1);
        Settle();
        Lose(begun);
        Await<TrainingEvent.WentBack>();
        RegisterOwn(incarnation: 2);
        Settle();
        Assert.False(_own.HasMessages, "a partition was assigned before the third node was ready again");
        RegisterReady(third, "third", incarnation: 2);
        Assignments(_own, 1);
        Assignments(third, 1);
    }

    [Fact]
    public void A_server_that_leaves_is_let_go_once_its_partition_is_in_a_checkpoint()
    {
        var (other, reign) = Begin(incarnation: 1);
        _keeper.Tell(new DrainNode(other.Id), other.Agent);
        Settle();
        for (var partition = 0; partition < 2; partition++)
        {
            reign.Tell(new Held(partition, 7 + partition, 1));
        }

        Settle();
        Assert.False(other.Agent.HasMessages);
        Checkpoint(reign, version: 9);
        other.Agent.ExpectMsg<NodeDrained>();
        Assert.Equal((other.Id, true), Await<TrainingEvent.NodeLeft>() is var left ? (left.Node, left.IsAsked) : default);
        Assert.Equal((9, $"Node {other.Id}, which had a partition, leaves"), Await<TrainingEvent.WentBack>() is var back ? (back.Version, back.Reason) : default);

        // It still shows life, and hears that it is free to go instead of getting work.
        _keeper.Tell(Registration(other.Agent, other.Id, workers: 0));
        other.Agent.ExpectMsg<NodeDrained>();
        RegisterOwn(incarnation: 2);
        Assert.All(Assignments(_own, 2), assignment => Assert.Equal(9, assignment.Version));
    }

    [Fact]
    public async Task A_stop_that_is_asked_for_meanwhile_holds_the_next_reign()
    {
        Lose(Begin(incarnation: 1));
        _keeper.Tell(JobKeeper.StopRequested.Instance);
        Await<TrainingEvent.WentBack>();
        var error = await Assert.ThrowsAsync<ActorNetException>(() => _job.Outcome.WaitAsync(TestRun.Deadline));
        Assert.StartsWith("The run was stopped while it waited for the nodes that it had. Go on with --resume.", error.Message, StringComparison.Ordinal);
        Assert.Contains("other-1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_always_loses_its_server_ends()
    {
        for (var incarnation = 1; !_job.Outcome.IsCompleted; incarnation++)
        {
            Assert.InRange(incarnation, 1, 5);
            Lose(Begin(incarnation));
            await Task.WhenAny(_job.Outcome, Task.Run(Await<TrainingEvent.WentBack>)).WaitAsync(TestRun.Deadline);
        }

        var error = await Assert.ThrowsAsync<ActorNetException>(() => _job.Outcome);
        Assert.Matches("^Node other-5, .* the 5th time in a row without a checkpoint between", error.Message);
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _folder.Dispose();
    }

    /// <summary>Both nodes register, each is assigned a partition, and steps begin.</summary>
    private ((string Id, TestProbe Agent) Other, IActorRef Reign) Begin(int incarnation)
    {
        var other = (Id: $"{Other}-{++_others}", Agent: CreateTestProbe());
        foreach (var node in new[] { _own, other.Agent })
        {
            // It plays its server too.
            node.IgnoreMessages(message => message is AskProgress or SendWeightsTo or Hold or RunTo or TakeSnapshot or SendSnapshot);
        }

        var reign = RegisterReady(other.Agent, other.Id, incarnation);
        RegisterOwn(incarnation);
        foreach (var node in new[] { _own, other.Agent })
        {
            var assignment = Assert.Single(Assignments(node, 1));
            reign.Tell(new PartitionServed(incarnation, assignment.Partition, node), node);
        }

        _own.FishForMessage<GrantLease>(_ => true);
        return (other, reign);
    }

    private void RegisterOwn(int incarnation) => RegisterReady(_own, Own, incarnation, workers: 1);

    private IActorRef RegisterReady(TestProbe agent, string id, int incarnation, int workers = 0)
    {
        // An offer of a reign before is on its way when the node's sign of life told it that it is not known.
        JobOffer offer;
        do
        {
            _keeper.Tell(Registration(agent, id, workers));
            offer = agent.FishForMessage<JobOffer>(_ => true);
        }
        while (offer.Incarnation < incarnation);
        Assert.Equal(incarnation, offer.Incarnation);
        var reign = agent.LastSender;
        reign.Tell(new NodeReady(id, incarnation));
        return reign;
    }

    private static RegisterNode Registration(TestProbe agent, string id, int workers) =>
        new(Wire.ProtocolVersion, new NodeAddress(id, agent, "", 0), workers, Serves: true);

    private static List<AssignPartition> Assignments(TestProbe node, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => node.FishForMessage<AssignPartition>(_ => true))];

    private void Lose(((string Id, TestProbe Agent) Other, IActorRef Reign) begun) => Sys.Stop(begun.Other.Agent);

    /// <summary>Both partitions reach a version, and their ranges arrive.</summary>
    private void Checkpoint(IActorRef reign, long version)
    {
        for (var partition = 0; partition < 2; partition++)
        {
            reign.Tell(new SnapshotDue(partition, version, new PartitionProgress(new Score(90, 1, 1), null, new EpochLedger(1, []), [])));
            reign.Tell(new SnapshotTaken(partition, version));
        }

        Assert.Equal(version, Await<TrainingEvent.CheckpointWritten>().Version);
    }

    private void Settle()
    {
        var stranger = CreateTestProbe();
        _keeper.Tell(new NodeAlive("stranger", 0), stranger);
        stranger.ExpectMsg<NodeHeard>();
    }

    private T Await<T>()
        where T : TrainingEvent
    {
        while (_events.TryTake(out var happened, TestRun.Deadline))
        {
            if (happened is T wanted)
            {
                return wanted;
            }
        }

        throw new TimeoutException($"no {typeof(T).Name} within {TestRun.Deadline.TotalSeconds} s");
    }
}
