using ActorNet.Cluster.Hosting;
using ActorNet.Core;
using Akka.Actor;
using Akka.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ActorNet.Cluster.Tests;

/// <summary>What a service's configuration says of a node is checked when the service starts, by the keys' names.</summary>
public sealed class NodeServiceOptionsTests
{
    [Fact]
    public void Every_fault_is_named_by_its_key()
    {
        var faults = Faults(trains: true, options => (options.Join, options.MinWorkers, options.MinServers) = ("a:1", 0, -1));
        Assert.Equal(3, faults.Length);
        Assert.StartsWith("ActorNet:Join is 'a:1', but this service trains", faults[0], StringComparison.Ordinal);
        Assert.StartsWith("ActorNet:MinWorkers is 0", faults[1], StringComparison.Ordinal);
        Assert.StartsWith("ActorNet:MinServers is -1", faults[2], StringComparison.Ordinal);
        Assert.Equal(["ActorNet:Join is missing: give the coordinator's host:port."], Faults(trains: false, _ => { }));
        Assert.Contains("ActorNet:Join is 'a:x'", Assert.Single(Faults(trains: false, options => options.Join = "a:x")), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_become_a_node()
    {
        var node = new NodeServiceValidator(trains: false).ToNode(
            new NodeServiceOptions { Join = "a:1, b", Listen = "127.0.0.1:5000", LinkPort = 6000, PublicHost = "me", Workers = 3, Serves = true }, _ => { });
        Assert.Equal([new HostPort("a", 1), new HostPort("b", HostPort.DefaultPort)], node.Join);
        Assert.Equal((new HostPort("127.0.0.1", 5000), 6000, "me", 3, true), (node.Listen, node.LinkPort, node.PublicHost, node.Workers, node.Serves));
    }

    [Fact]
    public void A_worker_takes_every_core_and_one_that_trains_serves()
    {
        Assert.Equal(Environment.ProcessorCount, new NodeServiceValidator(trains: false).ToNode(new NodeServiceOptions { Join = "a" }, _ => { }).Workers);
        Assert.True(new NodeServiceValidator(trains: true).ToNode(new NodeServiceOptions(), _ => { }).Serves);
    }

    [Fact]
    public void A_process_is_one_node()
    {
        var services = new ServiceCollection().AddActorNetNode(options => options.Join = "a");
        Assert.Throws<InvalidOperationException>(() => services.AddActorNetTraining(_ => throw new NotSupportedException()));
    }

    /// <summary>Own settings win over ActorNet's; what they may not say, they may not say in any notation.</summary>
    [Theory]
    [InlineData("akka.cluster.roles = []")]
    [InlineData("akka.cluster { roles = [] }")]
    [InlineData("akka { cluster { split-brain-resolver { stable-after = 1s } } }")]
    public void What_may_not_be_set_is_refused(string hocon) =>
        Assert.Contains("it sets akka.cluster.", Assert.Throws<ActorNetException>(() => OwnSettings.Parse(hocon)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(SplitBrain.CoordinatorRole, true)]
    [InlineData("node", false)]
    public void Nodes_are_put_out_by_the_coordinators_alone(string role, bool puts)
    {
        using var system = ActorSystem.Create("test", ConfigurationFactory.ParseString(SplitBrain.Hocon).WithFallback(ConfigurationFactory.ParseString(
            $"akka {{ loglevel = OFF, actor.provider = cluster, cluster.roles = [{role}], remote.dot-netty.tcp {{ port = 0, hostname = 127.0.0.1 }} }}")));
        var provider = Assert.IsType<CoordinatorDowning>(Akka.Cluster.Cluster.Get(system).DowningProvider);
        Assert.Equal(puts, provider.DowningActorProps is not null);
    }

    private static string[] Faults(bool trains, Action<NodeServiceOptions> configure)
    {
        var services = new ServiceCollection();
        _ = trains
            ? services.AddActorNetTraining(_ => throw new NotSupportedException(), configure)
            : services.AddActorNetNode(configure);
        using var provider = services.BuildServiceProvider();
        var error = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<NodeServiceOptions>>().Value);
        return [.. error.Failures];
    }
}
