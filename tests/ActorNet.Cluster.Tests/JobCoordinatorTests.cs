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

/// <summary>A coordinator among probes, which play two parameter servers and the worker node.</summary>
public sealed class JobCoordinatorTests : TestKit
{
    private static readonly JobSpec _job = TestJobs.Job(slices: 4) with { TargetAccuracy = 0.9 };
    private readonly TestProbe[] _servers;
    private readonly TestProbe _node;
    private readonly CoordinatedJob _coordinated;
    private readonly IActorRef _coordinator;

    public JobCoordinatorTests()
        : base("akka.loglevel = OFF\nakka.stdout-loglevel = OFF\nakka.test.single-expect-default = 20s")
    {
        _coordinated = Coordinated(new RunSettings());
        _servers = [CreateTestProbe("server-0"), CreateTestProbe("server-1")];
        _node = CreateTestProbe("node");
        foreach (var server in _servers)
        {
            server.IgnoreMessages(message => message is AskProgress or Registered);
        }

        _node.IgnoreMessages(message => message is Registered);
        _coordinator = Sys.ActorOf(Props.Create(() => new JobCoordinator(_coordinated)));
    }

    [Fact]
    public void It_leases_all_slices_when_servers_and_node_are_there()
    {
        Begin();
        var lease = _node.ExpectMsg<LeaseSlices>();
        Assert.Equal((0, 4), (lease.First, lease.Count));
        Assert.Equal(_servers.Select(server => server.Ref), lease.Servers);
    }

    [Fact]
    public void Servers_that_register_twice_count_once()
    {
        _coordinator.Tell(new RegisterServer(_servers[0]));
        _coordinator.Tell(new RegisterServer(_servers[0]));
        _coordinator.Tell(new RegisterWorkerNode(_node, 1));
        _coordinator.Tell(new RegisterServer(_servers[1]));
        Assert.Equal([0, 1], _servers.Select(server => server.ExpectMsg<ServePartition>().Range.Index));
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
        _coordinator.Tell(JobCoordinator.StopRequested.Instance);
        _coordinator.Tell(JobCoordinator.StopRequested.Instance);
        Assert.All(_servers, server => server.ExpectMsg<Hold>());
        _coordinator.Tell(new Held(0, first));
        _coordinator.Tell(new Held(1, second));
        Assert.All(_servers, server => Assert.Equal(last, server.ExpectMsg<RunTo>().Version));
    }

    [Fact]
    public void A_stop_before_the_beginning_holds_the_servers_as_soon_as_they_serve()
    {
        _coordinator.Tell(JobCoordinator.StopRequested.Instance);
        Begin();
        Assert.All(_servers, server => server.ExpectMsg<Hold>());
    }

    [Fact]
    public void A_third_snapshot_waits_until_the_first_is_judged()
    {
        Begin();
        var first = TakeSnapshot(version: 21);
        Assert.NotSame(first, TakeSnapshot(version: 42));
        _node.ExpectMsg<LeaseSlices>();
        var judging = _node.ExpectMsg<JudgeSet>();
        Assert.Same(first.Weights, judging.Weights);

        _coordinator.Tell(new SnapshotDue(0, 63, Stock(null)));
        Settle();
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
        var coordinator = Sys.ActorOf(Props.Create(() => new JobCoordinator(impatient)));
        coordinator.Tell(new RegisterServer(_servers[0]));
        var error = await Assert.ThrowsAsync<ActorNetException>(() => impatient.Outcome.WaitAsync(TestRun.Deadline));
        Assert.Equal("Training did not start within 1 s: 1 of 2 parameter servers and 0 of 1 worker node are there.", error.Message);
    }

    [Fact]
    public async Task After_the_end_nothing_more_is_judged_or_written()
    {
        Begin();
        TakeSnapshot(version: 21);
        _node.ExpectMsg<LeaseSlices>();
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
        Assert.False(_node.HasMessages);
        Assert.All(_servers, server => Assert.False(server.HasMessages));
    }

    private static CoordinatedJob Coordinated(RunSettings settings)
    {
        var data = TestJobs.Points(203);
        var request = TestJobs.Request(_job, data, workers: 1, servers: 2, TestJobs.Points(50, seed: 8, name: "test points"));
        return new CoordinatedJob(
            request, new JobRuntime(new TrainingSetup(request.Job, data)), new StartingPoint(0, null, default, null), settings, observer: null);
    }

    private void Begin()
    {
        foreach (var server in _servers)
        {
            _coordinator.Tell(new RegisterServer(server));
        }

        _coordinator.Tell(new RegisterWorkerNode(_node, 1));
        Assert.All(_servers, server => server.ExpectMsg<ServePartition>());
    }

    /// <summary>Both servers reach a version and copy it.</summary>
    private Snapshot TakeSnapshot(long version)
    {
        var rooms = new Snapshot[2];
        for (var partition = 0; partition < 2; partition++)
        {
            _coordinator.Tell(new SnapshotDue(partition, version, Stock(null)));
            rooms[partition] = _servers[partition].ExpectMsg<TakeSnapshot>().Room;
            _coordinator.Tell(new SnapshotTaken(partition, version));
        }

        Assert.Same(rooms[0], rooms[1]);
        return rooms[0];
    }

    /// <summary>Waits until the coordinator has done all that was sent before: it answers every registration.</summary>
    private void Settle()
    {
        var late = CreateTestProbe();
        _coordinator.Tell(new RegisterServer(late));
        late.ExpectMsg<Registered>();
    }

    private static PartitionProgress Stock(string? difference) => new(new Score(203, 1, 1), difference, new EpochLedger(2, []), [203]);
}
