using System.Collections.Concurrent;
using ActorNet.Cluster.Coordinator;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;
using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Tests.Support;
using ActorNet.Core;
using ActorNet.Core.Training;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace ActorNet.Cluster.Tests;

/// <summary>A coordinator among probes, which play two parameter servers and the worker node.</summary>
public sealed class JobCoordinatorTests : TestKit
{
    private const string Own = "own node";

    private static readonly JobSpec _job = TestJobs.Job(slices: 4) with { TargetAccuracy = 0.9 };
    private readonly TestProbe[] _servers;
    private readonly TestProbe _node;
    private readonly ConcurrentQueue<TrainingEvent> _events = new();
    private readonly CoordinatedJob _coordinated;
    private readonly IActorRef _coordinator;
    private volatile Action? _joined;

    public JobCoordinatorTests()
        : base("akka.loglevel = OFF\nakka.stdout-loglevel = OFF\nakka.test.single-expect-default = 20s")
    {
        _coordinated = Coordinated(new RunSettings());
        _servers = [CreateTestProbe("server-0"), CreateTestProbe("server-1")];
        _node = CreateTestProbe("node");
        foreach (var server in _servers)
        {
            server.IgnoreMessages(message => message is AskProgress or SendWeightsTo);
        }

        _coordinator = Coordinator(_coordinated);
    }

    [Fact]
    public void It_leases_all_slices_when_servers_and_node_are_there()
    {
        Begin();
        var lease = _node.ExpectMsg<GrantLease>();
        Assert.Equal((1, 1), (lease.Incarnation, lease.Generation));
        Assert.Equal([0, 1, 2, 3], lease.Slices);
        Assert.Equal(_servers.Select(server => server.Ref), lease.Hosts.Select(host => host.Server));
        Assert.All(lease.Hosts, host => Assert.Equal(Own, host.Node.Id));
    }

    [Fact]
    public void Every_partition_is_told_who_wants_its_weights()
    {
        var server = CreateTestProbe();
        Begin(server, server);
        Assert.Equal([Own], server.FishForMessage<SendWeightsTo>(_ => true).Nodes.Select(node => node.Id));
    }

    [Fact]
    public void Servers_that_register_twice_count_once()
    {
        var coordinator = Coordinator(Coordinated(new RunSettings(), minServers: 2));
        var other = CreateTestProbe("other");
        for (var times = 0; times < 2; times++)
        {
            coordinator.Tell(Registration(_node, Own, workers: 1));
            Assert.Equal(_coordinated.Setup.Job.Hash, _node.ExpectMsg<JobOffer>().JobHash);
            coordinator.Tell(new NodeReady(Own, 1));
        }

        coordinator.Tell(Registration(other, "other", workers: 0));
        other.ExpectMsg<JobOffer>();
        Settle(coordinator);
        Assert.False(_node.HasMessages);
        coordinator.Tell(new NodeReady("other", 1));
        Assert.Equal([0, 1], new[] { _node, other }.Select(node => node.ExpectMsg<AssignPartition>().Partition));
        Settle(coordinator);
        Assert.False(_node.HasMessages || other.HasMessages);
    }

    [Fact]
    public void A_node_of_another_protocol_version_is_refused()
    {
        _coordinator.Tell(Registration(_node, Own, workers: 1) with { ProtocolVersion = Wire.ProtocolVersion + 1 });
        Assert.Equal(
            $"the coordinator speaks version {Wire.ProtocolVersion} of the protocol, node {Own} version {Wire.ProtocolVersion + 1}: use the same version of ActorNet on both.",
            _node.ExpectMsg<NodeRefused>().Reason);
        // It is not known: nothing that it says counts.
        _coordinator.Tell(new NodeReady(Own, 1));
        Settle(_coordinator);
        Assert.False(_node.HasMessages);
    }

    [Fact]
    public void Who_is_ready_for_another_incarnation_takes_no_part()
    {
        _coordinator.Tell(Registration(_node, Own, workers: 1));
        _node.ExpectMsg<JobOffer>();
        _coordinator.Tell(new NodeReady(Own, 2));
        Settle(_coordinator);
        Assert.False(_node.HasMessages);
        _coordinator.Tell(new NodeAlive(Own, 2), _node);
        Assert.Equal(new NodeHeard(1, false, 2), _node.ExpectMsg<NodeHeard>());
        _coordinator.Tell(new NodeAlive(Own, 1), _node);
        // It waits to hear that the node is ready, and says so with each sign of life.
        Assert.Equal(new NodeHeard(1, true, 1, IsAwaited: true), _node.ExpectMsg<NodeHeard>());
        _coordinator.Tell(new NodeReady(Own, 1));
        _coordinator.Tell(new NodeAlive(Own, 1), _node);
        Assert.Equal(new NodeHeard(1, true, 1), _node.FishForMessage<NodeHeard>(_ => true));
    }

    [Fact]
    public void A_partition_is_given_out_again_until_it_is_served()
    {
        Offer(_coordinator);
        for (var times = 0; times < 2; times++)
        {
            Assert.Equal([0, 1], new[] { _node, _node }.Select(node => node.ExpectMsg<AssignPartition>().Partition));
        }

        Serve(_coordinator, _servers);
        _node.FishForMessage<GrantLease>(_ => true);
    }

    [Fact]
    public void A_node_that_has_an_older_lease_is_told_the_newest_again()
    {
        Begin();
        _node.ExpectMsg<GrantLease>();
        Join("late");
        var lost = _node.FishForMessage<GrantLease>(lease => lease.Generation == 2);
        AwaitAssert(
            () =>
            {
                _coordinator.Tell(new NodeAlive(Own, 1, Generation: 1), _node);
                var again = _node.FishForMessage<object>(message => message is not NodeHeard, TimeSpan.FromMilliseconds(100));
                Assert.Equal((lost.Generation, lost.Slices.Length), Assert.IsType<GrantLease>(again) is var lease ? (lease.Generation, lease.Slices.Length) : default);
            },
            TestRun.Deadline);

        // One that has the newest is told nothing.
        _coordinator.Tell(new NodeAlive(Own, 1, Generation: 2), _node);
        Settle(_coordinator);
        while (_node.HasMessages)
        {
            Assert.IsNotType<GrantLease>(_node.ReceiveOne(TestRun.Deadline));
        }
    }

    /// <summary>Word of the barrier is lost on its way to one server, and its answer on the way back.</summary>
    [Fact]
    public void A_server_that_says_it_has_not_taken_an_order_gets_it_again()
    {
        Begin();
        _coordinator.Tell(JobKeeper.StopRequested.Instance);

        // The first order was to send weights.
        Assert.All(_servers, server => Assert.Equal(new Hold(1, 2), server.ExpectMsg<Hold>()));
        AwaitAssert(
            () =>
            {
                _coordinator.Tell(Report(orders: 1), _servers[0]);
                Assert.Equal(new Hold(1, 2), _servers[0].ExpectMsg<Hold>(TimeSpan.FromMilliseconds(100)));
            },
            TestRun.Deadline);
        _coordinator.Tell(new Held(0, 5, Barrier: 1));

        // That of another barrier says nothing of this one.
        _coordinator.Tell(new Held(1, 5, Barrier: 0));
        Settle(_coordinator);
        Assert.False(_servers[1].HasMessages);
        _coordinator.Tell(new Held(1, 5, Barrier: 1));
        Assert.All(_servers, server => Assert.Equal(new RunTo(6, 3), server.ExpectMsg<RunTo>()));

        static ProgressReport Report(int orders) => new(0, 5, default, [], default, default, null, orders);
    }

    [Fact]
    public void A_node_that_joins_a_run_has_slices_in_the_next_generation_and_gets_weights()
    {
        Begin();
        _node.ExpectMsg<GrantLease>();
        var late = Join("late");
        var (own, others) = (_node.ExpectMsg<GrantLease>(), late.ExpectMsg<GrantLease>());
        Assert.Equal((2, 2), (own.Generation, others.Generation));
        Assert.Equal([0, 1], own.Slices);
        Assert.Equal([2, 3], others.Slices);
        Assert.Equal(new TrainingEvent.NodeJoined("late", 1, 2), _events.OfType<TrainingEvent.NodeJoined>().Single());
    }

    /// <summary>Else a thousand nodes that come at once would be told a million leases.</summary>
    [Fact]
    public void Nodes_that_come_while_the_coordinator_is_busy_are_told_what_it_comes_to_alone()
    {
        Begin();
        Assert.Equal(1, _node.ExpectMsg<GrantLease>().Generation);
        var late = Enumerable.Range(0, 8).Select(number => Offered($"late-{number}")).ToArray();
        using var busy = new ManualResetEventSlim();
        using var free = new ManualResetEventSlim();
        _joined = () =>
        {
            busy.Set();
            free.Wait(TestRun.Deadline);
        };
        _coordinator.Tell(new NodeReady("late-0", 1));
        Assert.True(busy.Wait(TestRun.Deadline), "the first never joined");
        for (var number = 1; number < late.Length; number++)
        {
            _coordinator.Tell(new NodeReady($"late-{number}", 1));
        }

        free.Set();
        Assert.Equal([2, 9], new[] { _node, _node }.Select(node => node.ExpectMsg<GrantLease>().Generation));
        Assert.Equal([2, 9], new[] { late[0], late[0] }.Select(node => node.ExpectMsg<GrantLease>().Generation));
        Assert.All(late[1..], node => Assert.Equal(9, node.ExpectMsg<GrantLease>().Generation));
        Settle(_coordinator);
        Assert.False(_node.HasMessages);
    }

    [Fact]
    public void The_slices_of_a_node_that_ends_are_leased_to_the_others()
    {
        Begin();
        var late = Join("late");
        late.ExpectMsg<GrantLease>();
        Sys.Stop(late);
        var lease = _node.FishForMessage<GrantLease>(lease => lease.Generation == 3);
        Assert.Equal([0, 1, 2, 3], lease.Slices);
        Settle(_coordinator);
        Assert.Equal(new TrainingEvent.NodeLeft("late", "it ended, or cannot be reached", 3, IsAsked: false), _events.OfType<TrainingEvent.NodeLeft>().Single());
    }

    [Fact]
    public void A_node_that_wants_to_leave_is_let_go_when_others_have_its_slices()
    {
        Begin();
        var late = Join("late");
        late.ExpectMsg<GrantLease>();
        _coordinator.Tell(new DrainNode("late"), late);
        Assert.Equal([0, 1, 2, 3], _node.FishForMessage<GrantLease>(lease => lease.Generation == 3).Slices);
        late.ExpectMsg<NodeDrained>();
        // Who is not known owes nothing.
        _coordinator.Tell(new DrainNode("nobody"), late);
        late.ExpectMsg<NodeDrained>();
    }

    /// <summary>The others have ended its connections, because another node serves in its place.</summary>
    [Fact]
    public void Nobody_is_suspected_on_the_word_of_a_node_that_was_put_out()
    {
        Begin();
        var late = Join("late");
        late.ExpectMsg<GrantLease>();
        _coordinator.Tell(new NodeUnable("late", "its worker node ended"), late);
        Assert.Equal([0, 1, 2, 3], _node.FishForMessage<GrantLease>(lease => lease.Generation == 3).Slices);
        var other = Join("other");
        Assert.NotEmpty(other.ExpectMsg<GrantLease>().Slices);
        _coordinator.Tell(new LinkLost("other", "the other side closed the connection"), late);
        Settle(_coordinator);
        Assert.DoesNotContain(_events, happened => happened is TrainingEvent.NodeSuspected);
    }

    [Fact]
    public void A_node_whose_connection_broke_is_suspected_until_it_has_shown_life_for_a_second()
    {
        Begin();
        var late = Join("late");
        late.ExpectMsg<GrantLease>();
        _coordinator.Tell(new LinkLost("late", "reset"), _node);
        Assert.Equal([0, 1, 2, 3], _node.FishForMessage<GrantLease>(lease => lease.Generation == 3).Slices);
        Assert.Empty(late.ExpectMsg<GrantLease>().Slices);
        var lost = System.Diagnostics.Stopwatch.StartNew();
        // It shows life all the time, as an agent does.
        AwaitAssert(
            () =>
            {
                _coordinator.Tell(new NodeAlive("late", 1), late);
                Assert.Equal(2, Assert.IsType<GrantLease>(late.FishForMessage<object>(message => message is GrantLease, TimeSpan.FromMilliseconds(100))).Slices.Length);
            },
            TestRun.Deadline);
        Assert.InRange(lost.Elapsed, TimeSpan.FromSeconds(0.9), TestRun.Deadline);
        Assert.Equal(
            [new TrainingEvent.NodeSuspected("late", "its connection broke: reset", 3), new TrainingEvent.NodeTrusted("late", 4)],
            _events.Where(happened => happened is TrainingEvent.NodeSuspected or TrainingEvent.NodeTrusted));
    }

    /// <summary>Its parts would not reach the standby; but no step is late while the run holds, so that nobody else would find it.</summary>
    [Fact]
    public void A_node_that_freezes_while_the_run_holds_for_a_standby_is_not_waited_for()
    {
        var coordinated = Coordinated(new RunSettings(), replicas: 1);
        var coordinator = Coordinator(coordinated);
        Begin(coordinator, _servers);
        _node.ExpectMsg<GrantLease>();
        var frozen = Join(coordinator, "frozen", serves: false);
        var late = Join(coordinator, "late", serves: true);
        Assert.All(_servers, server => server.ExpectMsg<Hold>());
        for (var partition = 0; partition < 2; partition++)
        {
            coordinator.Tell(new Held(partition, 5, 1));
        }

        Assert.All(_servers, server => Assert.Equal(6, server.ExpectMsg<RunTo>().Version));
        // The others have taken every lease that there will be: however slow this test is, nobody waits for them.
        ShowLife();
        TakeSnapshot(coordinator, version: 6);
        var standbys = new[] { CreateTestProbe("standby-0"), CreateTestProbe("standby-1") };
        foreach (var (partition, standby) in standbys.Index())
        {
            var assigned = late.FishForMessage<AssignPartition>(_ => true);
            Assert.Equal((partition, true), (assigned.Partition, assigned.IsStandby));
            coordinator.Tell(new PartitionServed(1, partition, standby), late);
        }

        AwaitAssert(
            () =>
            {
                ShowLife();
                var goesOn = _servers[0].FishForMessage<object>(message => message is RunTo, TimeSpan.FromMilliseconds(100));
                Assert.Equal(coordinated.Setup.TotalSteps, Assert.IsType<RunTo>(goesOn).Version);
            },
            TestRun.Deadline);
        var suspected = Assert.Single(_events.OfType<TrainingEvent.NodeSuspected>());
        Assert.Equal("frozen", suspected.Node);
        Assert.StartsWith("the run holds for a standby, and it has shown no life for ", suspected.Reason, StringComparison.Ordinal);
        Assert.Empty(frozen.FishForMessage<GrantLease>(lease => lease.Generation == suspected.Generation).Slices);

        void ShowLife()
        {
            coordinator.Tell(new NodeAlive(Own, 1, int.MaxValue), _node);
            coordinator.Tell(new NodeAlive("late", 1, int.MaxValue), late);
        }
    }

    [Theory]
    [InlineData(5, 5, 6)]
    [InlineData(5, 4, 6)]
    [InlineData(4, 5, 6)]
    [InlineData(62, 63, 63)]
    [InlineData(63, 63, 63)]
    public void Partitions_that_hold_apart_stop_one_step_after_the_furthest(long first, long second, long last)
    {
        Begin();
        _coordinator.Tell(JobKeeper.StopRequested.Instance);
        _coordinator.Tell(JobKeeper.StopRequested.Instance);
        Assert.All(_servers, server => server.ExpectMsg<Hold>());
        _coordinator.Tell(new Held(0, first, 1));
        _coordinator.Tell(new Held(1, second, 1));
        Assert.All(_servers, server => Assert.Equal(last, server.ExpectMsg<RunTo>().Version));
    }

    [Fact]
    public void A_stop_before_the_beginning_holds_the_servers_as_soon_as_they_serve()
    {
        Offer(_coordinator);
        _coordinator.Tell(JobKeeper.StopRequested.Instance);
        Serve(_coordinator, _servers);
        Assert.All(_servers, server => server.ExpectMsg<Hold>());
    }

    [Fact]
    public void A_third_snapshot_waits_until_the_first_is_judged()
    {
        Begin();
        var first = TakeSnapshot(version: 21);
        Assert.NotSame(first, TakeSnapshot(version: 42));
        _node.ExpectMsg<GrantLease>();
        var judging = _node.ExpectMsg<JudgeSet>();
        Assert.Same(first.Weights, judging.Weights);

        _coordinator.Tell(new SnapshotDue(0, 63, Stock(null)));
        Settle(_coordinator);
        Assert.False(_servers[0].HasMessages);

        _coordinator.Tell(new SetJudged(judging.Ticket, new Score(50, 1, 1)));
        Assert.Same(first, _servers[0].ExpectMsg<TakeSnapshot>().Room);
        Assert.NotSame(first.Weights, _node.ExpectMsg<JudgeSet>().Weights);
    }

    [Fact]
    public async Task A_ledger_that_differs_ends_the_job()
    {
        Begin();
        foreach (var (server, partition) in _servers.Select((server, partition) => (server, partition)))
        {
            _coordinator.Tell(new SnapshotDue(partition, 21, Stock(partition == 1 ? "epoch 1, slice 3: 50 samples were counted, the plan has 51" : null)));
            server.ExpectMsg<TakeSnapshot>();
            _coordinator.Tell(new SnapshotTaken(partition, 21));
        }

        var error = await Assert.ThrowsAsync<ActorNetException>(() => _coordinated.Outcome.WaitAsync(TestRun.Deadline));
        Assert.Equal("The ledger is not exact: epoch 1, slice 3: 50 samples were counted, the plan has 51.", error.Message);
    }

    [Fact]
    public async Task Who_does_not_come_in_time_is_counted()
    {
        var impatient = Coordinated(new RunSettings { StartDeadline = TimeSpan.FromSeconds(1) });
        var coordinator = Coordinator(impatient);
        coordinator.Tell(Registration(_node, Own, workers: 0));
        coordinator.Tell(new NodeReady(Own, 1));
        var error = await Assert.ThrowsAsync<ActorNetException>(() => impatient.Outcome.WaitAsync(TestRun.Deadline));
        Assert.Equal("Training did not start within 1 s: 1 of 1 server nodes and 0 of 1 workers are there.", error.Message);
    }

    [Fact]
    public async Task After_the_end_nothing_more_is_judged_or_written()
    {
        Begin();
        TakeSnapshot(version: 21);
        _node.ExpectMsg<GrantLease>();
        _coordinator.Tell(new SetJudged(_node.ExpectMsg<JudgeSet>().Ticket, new Score(50, 1, 50)));
        var outcome = await _coordinated.Outcome.WaitAsync(TestRun.Deadline);
        Assert.Equal((EndReason.TargetReached, 21L), (outcome.Reason, outcome.Progress.Version));

        // The servers train on until they are stopped, and come to the next epoch's end.
        _coordinator.Tell(new SnapshotDue(0, 42, Stock(null)));
        _coordinator.Tell(new SnapshotDue(1, 42, Stock(null)));
        _coordinator.Tell(new SnapshotTaken(0, 42));
        _coordinator.Tell(new SnapshotTaken(1, 42));
        _coordinator.Tell(new Identify(42), TestActor);
        ExpectMsg<ActorIdentity>();
        Assert.Equal(new JobOver(1, null), _node.ExpectMsg<JobOver>());
        Assert.False(_node.HasMessages);
        Assert.All(_servers, server => Assert.False(server.HasMessages));
    }

    /// <summary>It is told of the changes of when it was assigned; of one that is made while its state is on its way it must hear as well.</summary>
    [Fact]
    public void A_standby_whose_state_is_on_its_way_hears_of_a_rate_that_is_changed_meanwhile()
    {
        var coordinator = Coordinator(Coordinated(new RunSettings(), replicas: 1));
        Begin(coordinator, _servers);
        _node.ExpectMsg<GrantLease>();
        var late = Join(coordinator, "late", serves: true);
        Assert.All(_servers, server => server.ExpectMsg<Hold>());
        for (var partition = 0; partition < 2; partition++)
        {
            coordinator.Tell(new Held(partition, 5, 1));
        }

        Assert.All(_servers, server => Assert.Equal(6, server.ExpectMsg<RunTo>().Version));
        TakeSnapshot(coordinator, version: 6);
        Assert.Null(late.FishForMessage<AssignPartition>(_ => true).Changes);
        var person = CreateTestProbe("person");
        coordinator.Tell(new RunCommand.SetLearningRate("me", 0.01), person);
        Assert.True(person.ExpectMsg<CommandAnswer>().IsDone);
        var standby = CreateTestProbe("standby");
        coordinator.Tell(new PartitionServed(1, 0, standby), late);
        Assert.Equal(0.01, Assert.Single(standby.ExpectMsg<ChangeRates>().Changes).Rate);
    }

    /// <summary>Nothing more comes that would have it begin.</summary>
    [Fact]
    public void It_begins_without_the_last_standby_that_it_waits_for_when_that_is_lost()
    {
        var (coordinator, late, _, _) = TwoHosts(servedByLate: 1);
        Settle(coordinator);
        Sys.Stop(late);
        _node.FishForMessage<GrantLease>(_ => true);
    }

    /// <summary>A thread that reads the network may have been at the end of a range when the node was dropped: what it says comes after that.</summary>
    [Fact]
    public void A_snapshot_that_a_dropped_host_has_sent_at_the_last_moment_is_taken_from_its_standby()
    {
        var (coordinator, _, own, theirs) = TwoHosts(servedByLate: 2);
        _node.FishForMessage<GrantLease>(_ => true);
        coordinator.Tell(new SnapshotDue(0, 21, Stock(null)), own[0]);
        coordinator.Tell(new SnapshotTaken(0, 21));
        coordinator.Tell(new SnapshotDue(1, 21, Stock(null)), theirs[1]);
        coordinator.Tell(new NodeUnable("late", "lost"));
        coordinator.Tell(new SnapshotTaken(1, 21));
        Settle(coordinator);
        while (_node.HasMessages)
        {
            Assert.IsNotType<JudgeSet>(_node.ReceiveOne(TestRun.Deadline));
        }

        coordinator.Tell(new SnapshotDue(1, 21, Stock(null)), own[1]);
        own[1].FishForMessage<TakeSnapshot>(_ => true);
        coordinator.Tell(new SnapshotTaken(1, 21));
        _node.FishForMessage<JudgeSet>(_ => true);
    }

    /// <summary>A run of two nodes that serve: the first partition is this node's and stood by for on the late one, the second the other way round.</summary>
    /// <param name="servedByLate">Of what the late node is to serve, so much is: its own partition, and then the standby.</param>
    private (IActorRef Coordinator, TestProbe Late, TestProbe[] Own, TestProbe[] Theirs) TwoHosts(int servedByLate)
    {
        var coordinator = Coordinator(Coordinated(new RunSettings(), minServers: 2, replicas: 1));
        var late = CreateTestProbe("late");
        foreach (var (name, node) in ((string, TestProbe)[])[(Own, _node), ("late", late)])
        {
            coordinator.Tell(Registration(node, name, workers: 1));
            node.ExpectMsg<JobOffer>();
            coordinator.Tell(new NodeReady(name, 1));
        }

        TestProbe[] own = [CreateTestProbe("own-0"), CreateTestProbe("own-1")], theirs = [CreateTestProbe("late-0"), CreateTestProbe("late-1")];
        coordinator.Tell(new PartitionServed(1, 0, own[0]), _node);
        coordinator.Tell(new PartitionServed(1, 1, own[1]), _node);
        foreach (var partition in ((int[])[1, 0]).Take(servedByLate))
        {
            coordinator.Tell(new PartitionServed(1, partition, theirs[partition]), late);
        }

        return (coordinator, late, own, theirs);
    }

    private CoordinatedJob Coordinated(RunSettings settings, int minServers = 1, int replicas = 0)
    {
        var data = TestJobs.Points(203);
        var request = TestJobs.Request(_job, data, workers: 1, servers: 2, TestJobs.Points(50, seed: 8, name: "test points"));
        return new CoordinatedJob(
            request with { MinServers = minServers, Replicas = replicas }, new TrainingSetup(request.Job, data), JobStart.FromSeed, settings, Note);
    }

    private void Note(TrainingEvent happened)
    {
        _events.Enqueue(happened);
        if (happened is TrainingEvent.NodeJoined)
        {
            _joined?.Invoke();
        }
    }

    private IActorRef Coordinator(CoordinatedJob job)
    {
        var local = new LocalNode(Own, workers: 1, serves: true, _ => throw new InvalidOperationException("Its agent is a probe."));
        return Sys.ActorOf(Props.Create(() => new JobCoordinator(job, job.Start, local)));
    }

    private static RegisterNode Registration(TestProbe agent, string id, int workers, bool serves = true) =>
        new(Wire.ProtocolVersion, new NodeAddress(id, agent, "", 0), workers, serves);

    /// <summary>Another node of one worker is ready.</summary>
    private TestProbe Join(string id) => Join(_coordinator, id, serves: true);

    private TestProbe Join(IActorRef coordinator, string id, bool serves)
    {
        var agent = Offered(coordinator, id, serves);
        coordinator.Tell(new NodeReady(id, 1));
        return agent;
    }

    /// <summary>Another node of one worker knows of the job.</summary>
    private TestProbe Offered(string id) => Offered(_coordinator, id, serves: true);

    private TestProbe Offered(IActorRef coordinator, string id, bool serves)
    {
        var agent = CreateTestProbe(id);
        coordinator.Tell(Registration(agent, id, workers: 1, serves));
        agent.ExpectMsg<JobOffer>();
        return agent;
    }

    private void Begin() => Begin(_servers);

    private void Begin(params TestProbe[] servers) => Begin(_coordinator, servers);

    private void Begin(IActorRef coordinator, TestProbe[] servers)
    {
        Offer(coordinator);
        Serve(coordinator, servers);
    }

    /// <summary>The coordinator's own node registers, makes the job ready, and is assigned both partitions.</summary>
    private void Offer(IActorRef coordinator)
    {
        coordinator.Tell(Registration(_node, Own, workers: 1));
        var offer = _node.ExpectMsg<JobOffer>();
        Assert.Equal((1, 2), (offer.Incarnation, offer.Partitions));
        coordinator.Tell(new NodeReady(Own, 1));
        for (var partition = 0; partition < 2; partition++)
        {
            Assert.Equal(new AssignPartition(1, partition, 0, true, null, default, 0), _node.ExpectMsg<AssignPartition>());
        }
    }

    private void Serve(IActorRef coordinator, TestProbe[] servers)
    {
        for (var partition = 0; partition < 2; partition++)
        {
            coordinator.Tell(new PartitionServed(1, partition, servers[partition]), _node);
        }
    }

    /// <summary>Both servers reach a version and copy it.</summary>
    private Snapshot TakeSnapshot(long version) => TakeSnapshot(_coordinator, version);

    private Snapshot TakeSnapshot(IActorRef coordinator, long version)
    {
        var rooms = new Snapshot[2];
        for (var partition = 0; partition < 2; partition++)
        {
            coordinator.Tell(new SnapshotDue(partition, version, Stock(null)));
            rooms[partition] = _servers[partition].ExpectMsg<TakeSnapshot>().Room;
            coordinator.Tell(new SnapshotTaken(partition, version));
        }

        Assert.Same(rooms[0], rooms[1]);
        return rooms[0];
    }

    /// <summary>Waits until the coordinator has done all that was sent before: it answers every sign of life.</summary>
    private void Settle(IActorRef coordinator)
    {
        var stranger = CreateTestProbe();
        coordinator.Tell(new NodeAlive("stranger", 1), stranger);
        Assert.Equal(new NodeHeard(1, false, 1), stranger.ExpectMsg<NodeHeard>());
    }

    private static PartitionProgress Stock(string? difference) =>
        new(new Score(203, 1, 1), difference, new EpochLedger(2, []), [new Contribution(Own, 0, 203)]);
}
