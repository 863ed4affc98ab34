using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Tests.Support;
using ActorNet.Core;
using Akka.Actor;
using Microsoft.Extensions.DependencyInjection;

namespace ActorNet.Cluster.Tests;

/// <summary>When a node takes its cluster for lost.</summary>
public sealed class NodeSessionTests
{
    private readonly SteppedClock _clock = new();
    private readonly List<NodeEvent> _said = [];
    private readonly NodeSession _session;

    public NodeSessionTests()
    {
        _session = new NodeSession(_said.Add, _clock);
        _session.Begin("a", []);
    }

    [Fact]
    public void A_node_that_is_in_no_cluster_waits_and_says_so_now_and_then()
    {
        Watch(seconds: 100, isMember: false);
        Assert.False(_session.End.IsCompleted);
        Assert.Equal(4, _said.OfType<NodeEvent.Waiting>().Count());
    }

    /// <summary>The run has ended while the node was cut off.</summary>
    [Fact]
    public void A_node_that_is_to_end_with_a_run_does_not_look_for_its_coordinator_for_ever()
    {
        var session = new NodeSession(_said.Add, _clock, patience: TimeSpan.FromMinutes(10));
        session.Begin("a", []);
        Watch(seconds: 600, isMember: false, session);
        Assert.False(session.End.IsCompleted);
        Watch(seconds: 1, isMember: false, session);
        Assert.Contains("within 10 minutes", Assert.IsType<ActorNetException>(session.End.Exception!.InnerException).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_that_has_found_its_coordinator_again_is_as_patient_as_before()
    {
        var session = new NodeSession(_said.Add, _clock, patience: TimeSpan.FromMinutes(10));
        session.Begin("a", []);
        Watch(seconds: 500, isMember: false, session);
        for (var i = 0; i < 200; i++)
        {
            session.Heard();
            Watch(seconds: 4, isMember: true, session);
        }
        Assert.False(session.End.IsCompleted);
    }

    [Fact]
    public void A_coordinator_that_has_gone_silent_is_lost()
    {
        _session.Heard();
        Watch(seconds: 5, isMember: true);
        _session.Heard();
        Watch(seconds: 5, isMember: true);
        Assert.False(_session.End.IsCompleted);
        Watch(seconds: 1, isMember: true);
        IsLost();
    }

    /// <summary>It died between letting the node in and answering it.</summary>
    [Fact]
    public void A_coordinator_that_let_the_node_in_and_never_answered_is_lost()
    {
        Watch(seconds: 20, isMember: false);
        Watch(seconds: 6, isMember: true);
        Assert.False(_session.End.IsCompleted);
        Watch(seconds: 1, isMember: true);
        IsLost();
    }

    [Fact]
    public void An_answer_that_came_before_the_membership_was_looked_at_counts()
    {
        Watch(seconds: 1, isMember: false);
        _session.Heard();
        Watch(seconds: 5, isMember: true);
        Assert.False(_session.End.IsCompleted);
    }

    /// <summary>A cluster with nobody in it who could answer, as a coordinator leaves it that dies at once.</summary>
    [Fact]
    public async Task A_node_leaves_a_cluster_in_which_nobody_answers()
    {
        var local = new LocalNode("silent", workers: 0, serves: false, _ => throw new NotSupportedException());
        using var host = NodeHost.Build(new NodeOptions { Listen = new HostPort("127.0.0.1", 0) }, local, new NodeSession(null, TimeProvider.System), tls: null, job: null);
        await NodeHost.StartAsync(host);
        var silent = Akka.Cluster.Cluster.Get(host.Services.GetRequiredService<ActorSystem>());
        silent.Join(silent.SelfAddress);
        var lost = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = new CancellationTokenSource();
        var node = ClusterNode.RunAsync(
            new NodeOptions { Listen = new HostPort("127.0.0.1", 0), Join = [new HostPort("127.0.0.1", silent.SelfAddress.Port!.Value)], Workers = 1 },
            _ => null,
            exitWhenDone: true,
            happened =>
            {
                if (happened is NodeEvent.Lost(var reason))
                {
                    lost.TrySetResult(reason);
                }
            },
            stop.Token);
        try
        {
            Assert.Equal("the coordinator has not answered for 5 s", await lost.Task.WaitAsync(TestRun.Deadline));
        }
        finally
        {
            await stop.CancelAsync();
            await node.WaitAsync(TestRun.Deadline);
            await host.StopAsync();
        }
    }

    /// <summary>Looks once a second, as a node does.</summary>
    private void Watch(int seconds, bool isMember, NodeSession? session = null)
    {
        for (var i = 0; i < seconds; i++)
        {
            _clock.Step(NodeSession.WatchInterval);
            (session ?? _session).Watch(isMember);
        }
    }

    private void IsLost() => Assert.Equal(new NodeEvent.Lost("the coordinator has not answered for 5 s"), Assert.Single(_said.OfType<NodeEvent.Lost>()));

    private sealed class SteppedClock : TimeProvider
    {
        private long _now = TimeSpan.TicksPerDay;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Step(TimeSpan time) => _now += time.Ticks;

        public override long GetTimestamp() => _now;
    }
}
