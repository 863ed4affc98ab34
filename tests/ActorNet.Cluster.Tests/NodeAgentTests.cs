using System.Text;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;
using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Tests.Support;
using ActorNet.Cluster.Transfer;
using ActorNet.Core;
using ActorNet.Core.Training;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace ActorNet.Cluster.Tests;

/// <summary>A node's agent, with a real worker node below it; a probe plays the coordinator.</summary>
public sealed class NodeAgentTests : TestKit
{
    private const string Node = "this node";
    private static readonly byte[] _secret = Encoding.ASCII.GetBytes("the secret of this cluster");

    private readonly TrainingSetup _setup = new(TestJobs.Job(slices: 4), TestJobs.Points(203));
    private readonly TestProbe _coordinator;
    private readonly RecordingObserver _observer = new();
    private readonly NodeMonitor _monitor = new();
    private Func<JobOffer, JobRuntime> _prepare;

    public NodeAgentTests()
        : base(ComputeDispatchers.Hocon(2) + "akka.loglevel = OFF\nakka.stdout-loglevel = OFF\nakka.test.single-expect-default = 20s")
    {
        _coordinator = CreateTestProbe("coordinator");
        _prepare = offer => new JobRuntime(_setup, offer.Partitions, offer.Incarnation);
    }

    [Fact]
    public void It_registers_with_its_capacity_until_a_job_is_offered()
    {
        var agent = Agent();
        for (var times = 0; times < 2; times++)
        {
            Assert.Equal(
                new RegisterNode(Wire.ProtocolVersion, new NodeAddress(Node, agent, "", 0), 2, true),
                _coordinator.FishForMessage<RegisterNode>(_ => true));
        }

        agent.Tell(Offer(incarnation: 1), _coordinator);
        _coordinator.FishForMessage<NodeReady>(ready => ready == new NodeReady(Node, 1));
        // Registering is as frequent as signs of life: three of those without any says that it is over.
        for (var signs = 0; signs < 3; signs++)
        {
            ExpectSignOfLife();
        }

        Assert.Equal([_setup.Job.Hash], _observer.Offers);
    }

    [Fact]
    public void It_registers_again_with_a_coordinator_that_does_not_know_it()
    {
        var agent = Ready();
        agent.Tell(new NodeHeard(1, IsKnown: true), _coordinator);
        ExpectSignOfLife();
        agent.Tell(new NodeHeard(1, IsKnown: false), _coordinator);
        _coordinator.FishForMessage<RegisterNode>(_ => true);
    }

    /// <summary>Word of it may have been lost, and the run would wait for it.</summary>
    [Fact]
    public void It_says_again_that_it_is_ready_or_cannot_be_while_the_coordinator_waits_for_that()
    {
        var agent = Ready();
        agent.Tell(new NodeHeard(1, IsKnown: true, Asked: 1, IsAwaited: true), _coordinator);
        _coordinator.FishForMessage<NodeReady>(ready => ready == new NodeReady(Node, 1));
        _prepare = _ => throw new ActorNetException("there is no data");
        agent.Tell(Offer(incarnation: 2), _coordinator);
        _coordinator.FishForMessage<NodeUnable>(_ => true);
        agent.Tell(new NodeHeard(2, IsKnown: true, Asked: 2, IsAwaited: true), _coordinator);
        Assert.Equal("there is no data", _coordinator.FishForMessage<NodeUnable>(_ => true).Reason);
    }

    /// <summary>«Not known» may be the late answer to a sign of life from before it registered.</summary>
    [Fact]
    public void A_node_that_registers_again_for_the_job_that_it_has_is_as_ready_as_it_was()
    {
        var agent = Ready();
        Assert.Null(_monitor.WaitsFor);
        agent.Tell(new NodeHeard(1, IsKnown: false), _coordinator);
        _coordinator.FishForMessage<RegisterNode>(_ => true);
        Assert.Equal("it looks for a coordinator", _monitor.WaitsFor);
        agent.Tell(Offer(incarnation: 1), _coordinator);
        AwaitAssert(() => Assert.Null(_monitor.WaitsFor), TestRun.Deadline);
    }

    [Fact]
    public void It_registers_again_with_a_coordinator_of_another_incarnation()
    {
        var agent = Ready();
        agent.Tell(new NodeHeard(2, IsKnown: true), _coordinator);
        _coordinator.FishForMessage<RegisterNode>(_ => true);
    }

    [Fact]
    public void An_offer_of_a_lower_incarnation_is_ignored()
    {
        var prepared = 0;
        var make = _prepare;
        _prepare = offer =>
        {
            Interlocked.Increment(ref prepared);
            return make(offer);
        };
        var agent = Ready(incarnation: 2);
        agent.Tell(Offer(incarnation: 1), _coordinator);
        agent.Tell(Offer(incarnation: 2), _coordinator);
        agent.Tell(Offer(incarnation: 3), _coordinator);
        Assert.Equal(3, _coordinator.FishForMessage<NodeReady>(_ => true).Incarnation);
        Assert.Equal(2, prepared);
    }

    [Fact]
    public void A_node_that_has_not_the_data_says_so_once_and_gives_up()
    {
        _prepare = _ => throw new ActorNetException("the data is not here: fetch it.");
        var agent = Agent();
        agent.Tell(Offer(incarnation: 1), _coordinator);
        Assert.Equal(new NodeUnable(Node, "the data is not here: fetch it."), _coordinator.FishForMessage<NodeUnable>(_ => true));
        AwaitAssert(() => Assert.Equal(["the data is not here: fetch it."], _observer.Refusals), TestRun.Deadline);
    }

    [Fact]
    public void A_refusal_is_told_to_the_observer()
    {
        Agent().Tell(new NodeRefused("another version"), _coordinator);
        AwaitAssert(() => Assert.Equal(["another version"], _observer.Refusals), TestRun.Deadline);
    }

    /// <summary>It asks for a proof like a true one, and offers a job whatever comes back.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("a secret that it made up")]
    public void A_node_with_a_secret_takes_no_job_of_a_coordinator_that_does_not_show_it(string? madeUp)
    {
        var agent = Agent(_secret);
        agent.Tell(new ChallengeNode([1, 2]), _coordinator);
        var register = _coordinator.FishForMessage<RegisterNode>(register => register.Proof is not null);
        agent.Tell(RegistrationProof.AddTo(Offer(incarnation: 1), madeUp is null ? null : Encoding.ASCII.GetBytes(madeUp), register.Nonce), _coordinator);
        AwaitAssert(() => Assert.Contains("has not shown that it has this node's secret", Assert.Single(_observer.Refusals), StringComparison.Ordinal), TestRun.Deadline);
        Assert.Empty(_observer.Offers);
    }

    [Fact]
    public void A_node_with_a_secret_takes_a_job_of_a_coordinator_that_shows_it()
    {
        var agent = Agent(_secret);
        agent.Tell(new ChallengeNode([1, 2]), _coordinator);
        var register = _coordinator.FishForMessage<RegisterNode>(register => register.Proof is not null);
        Assert.Null(RegistrationProof.Check(register, _secret, [1, 2]));
        agent.Tell(RegistrationProof.AddTo(Offer(incarnation: 1), _secret, register.Nonce), _coordinator);
        _coordinator.FishForMessage<NodeReady>(_ => true);
        Assert.Empty(_observer.Refusals);
    }

    [Fact]
    public void A_partition_from_the_seed_is_served_at_once_and_once()
    {
        var agent = Ready();
        var assignment = new AssignPartition(1, 1, 0, FromSeed: true, null, default, 0);
        agent.Tell(assignment, _coordinator);
        var served = _coordinator.FishForMessage<PartitionServed>(_ => true);
        Assert.Equal((1, 1), (served.Incarnation, served.Partition));
        // Asked again, because the answer was lost: it is the same server.
        agent.Tell(assignment, _coordinator);
        Assert.Equal(served, _coordinator.FishForMessage<PartitionServed>(_ => true));

        served.Server.Tell(AskProgress.Instance, _coordinator);
        var report = _coordinator.FishForMessage<ProgressReport>(_ => true);
        Assert.Equal((1, 0L), (report.Partition, report.Version));
    }

    /// <summary>It was frozen, and given up for lost. An answer to what it asked before it had a job says nothing of that.</summary>
    [Fact]
    public void A_node_that_is_not_known_any_more_begins_anew()
    {
        var agent = Ready();
        var assignment = new AssignPartition(1, 1, 0, FromSeed: true, null, default, 0);
        agent.Tell(assignment, _coordinator);
        var served = _coordinator.FishForMessage<PartitionServed>(_ => true);
        agent.Tell(new NodeHeard(1, IsKnown: false, Asked: 0), _coordinator);
        agent.Tell(assignment, _coordinator);
        Assert.Equal(served, _coordinator.FishForMessage<PartitionServed>(_ => true));

        Watch(served.Server);
        agent.Tell(new NodeHeard(1, IsKnown: false, Asked: 1), _coordinator);
        ExpectTerminated(served.Server);
        _coordinator.FishForMessage<RegisterNode>(_ => true);
        agent.Tell(Offer(incarnation: 1), _coordinator);
        _coordinator.FishForMessage<NodeReady>(_ => true);
        agent.Tell(assignment, _coordinator);
        Assert.NotEqual(served, _coordinator.FishForMessage<PartitionServed>(_ => true));
    }

    [Fact]
    public void A_body_that_comes_three_times_with_a_wrong_hash_ends_the_run()
    {
        var agent = Ready();
        foreach (var reason in new[] { "the body of Weights 4", "the body of Weights 5", "the body of Weights 5", "the body of Weights 5" })
        {
            Assert.False(_coordinator.HasMessages && _coordinator.ReceiveWhile<object>(message => message, TimeSpan.Zero).Any(message => message is JobFailed));
            agent.Tell(new NodeLink.LinkBroken("another", reason, IsGone: false, IsCorrupt: true));
        }

        Assert.StartsWith(
            $"What another sent {Node} was not what it had made, 3 times: the body of Weights 5. ",
            _coordinator.FishForMessage<JobFailed>(_ => true).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_assignment_of_another_incarnation_is_ignored()
    {
        var agent = Ready(incarnation: 2);
        agent.Tell(new AssignPartition(1, 0, 0, FromSeed: true, null, default, 0), _coordinator);
        agent.Tell(new AssignPartition(2, 1, 0, FromSeed: true, null, default, 0), _coordinator);
        Assert.Equal(1, _coordinator.FishForMessage<PartitionServed>(_ => true).Partition);
    }

    [Fact]
    public void The_loss_of_its_worker_node_makes_a_node_unable()
    {
        var agent = Ready();
        Sys.ActorSelection(agent.Path / "workers-1").Tell(PoisonPill.Instance);
        Assert.Equal(new NodeUnable(Node, "its worker node ended"), _coordinator.FishForMessage<NodeUnable>(_ => true));
    }

    [Fact]
    public async Task A_job_that_is_over_ends_all_that_was_begun_for_it()
    {
        var agent = Ready();
        var workers = await Sys.ActorSelection(agent.Path / "workers-1").ResolveOne(TestRun.Deadline);
        await WatchAsync(workers);
        agent.Tell(new JobOver(1, "a reason"), _coordinator);
        await ExpectTerminatedAsync(workers);
        await AwaitAssertAsync(() => Assert.Equal(["a reason"], _observer.Ends), TestRun.Deadline);
        Assert.Empty(_observer.Refusals);
    }

    /// <summary>The next sign of life, before which it must not register. Once a second it reports, too.</summary>
    private void ExpectSignOfLife()
    {
        object message;
        do
        {
            message = _coordinator.ReceiveOne(TestRun.Deadline);
        }
        while (message is NodeReport);
        Assert.IsType<NodeAlive>(message);
    }

    private IActorRef Agent(byte[]? secret = null)
    {
        // Without the cast no secret would be a secret of no bytes.
        var node = new LocalNode(Node, workers: 2, serves: true, offer => _prepare(offer), secret: secret is null ? null : (ReadOnlyMemory<byte>?)secret)
        {
            Monitor = _monitor,
        };
        return Sys.ActorOf(NodeAgent.Props(_coordinator, node, _observer), "node");
    }

    private IActorRef Ready(long incarnation = 1)
    {
        var agent = Agent();
        agent.Tell(Offer(incarnation), _coordinator);
        _coordinator.FishForMessage<NodeReady>(_ => true);
        return agent;
    }

    private JobOffer Offer(long incarnation) => new(incarnation, _setup.Job.Hash, _setup.Job.ToJson(), 2);

    /// <summary>What the agent said, in order.</summary>
    private sealed class RecordingObserver : INodeObserver
    {
        private readonly Lock _lock = new();
        private readonly List<(string Event, string? Text)> _said = [];

        public IEnumerable<string?> Offers => Said("offered");

        public IEnumerable<string?> Refusals => Said("refused");

        public IEnumerable<string?> Ends => Said("ended");

        public IEnumerable<string?> AsksToLeave => Said("asked to leave");

        public void Heard()
        {
        }

        public void Offered(string jobHash) => Say("offered", jobHash);

        public void Refused(string reason) => Say("refused", reason);

        public void Fetched(IReadOnlyList<int> slices, int shards, long bytes, string? trouble) => Say("fetched", trouble);

        public void Warned(string message) => Say("warned", message);

        public void AskedToLeave(string by) => Say("asked to leave", by);

        public void Drained() => Say("drained", null);

        public void Ended(string? error) => Say("ended", error);

        private void Say(string what, string? text)
        {
            lock (_lock)
            {
                _said.Add((what, text));
            }
        }

        private IEnumerable<string?> Said(string what)
        {
            lock (_lock)
            {
                return [.. _said.Where(said => said.Event == what).Select(said => said.Text)];
            }
        }
    }
}
