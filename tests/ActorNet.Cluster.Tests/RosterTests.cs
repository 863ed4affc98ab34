using ActorNet.Cluster.Coordinator;
using ActorNet.Cluster.Protocol;
using Akka.Actor;

namespace ActorNet.Cluster.Tests;

public sealed class RosterTests
{
    private readonly Roster _roster = new();

    [Fact]
    public void A_node_is_taken_once()
    {
        Assert.True(Add("a", workers: 2, serves: true));
        Assert.False(Add("a", workers: 5, serves: false));
        Assert.Equal((2, true), (Assert.Single(_roster.Nodes).Workers, _roster.Nodes[0].Serves));
    }

    [Fact]
    public void A_node_takes_part_when_it_is_ready()
    {
        Add("a", workers: 2, serves: true);
        Assert.Empty(_roster.Workers);
        Assert.Empty(_roster.Servers);
        _roster.Find("a")!.IsReady = true;
        Assert.Equal("a", Assert.Single(_roster.Workers).Address.Id);
        Assert.Equal("a", Assert.Single(_roster.Servers).Address.Id);
    }

    [Fact]
    public void Nodes_are_in_the_order_of_their_coming_by_what_they_offer()
    {
        foreach (var (id, workers, serves) in new[] { ("c", 1, false), ("a", 0, true), ("b", 3, true) })
        {
            Add(id, workers, serves);
            _roster.Find(id)!.IsReady = true;
        }

        Assert.Equal(["c", "a", "b"], _roster.Nodes.Select(node => node.Address.Id));
        Assert.Equal(["c", "b"], _roster.Workers.Select(node => node.Address.Id));
        Assert.Equal(["a", "b"], _roster.Servers.Select(node => node.Address.Id));
    }

    [Fact]
    public void A_node_that_leaves_computes_no_more()
    {
        Add("a", workers: 2, serves: false);
        var node = _roster.Find("a")!;
        (node.IsReady, node.IsLeaving) = (true, true);
        Assert.Empty(_roster.Workers);
        Assert.Same(node, _roster.Find("a"));
    }

    [Fact]
    public void A_node_that_was_given_up_may_come_again()
    {
        Add("a", workers: 2, serves: false);
        _roster.Find("a")!.IsReady = true;
        Assert.Equal("a", _roster.Remove("a")!.Address.Id);
        Assert.Null(_roster.Remove("a"));
        Assert.Null(_roster.Find("a"));
        Assert.True(Add("a", workers: 2, serves: false));
        Assert.False(_roster.Find("a")!.IsReady);
    }

    private bool Add(string id, int workers, bool serves) =>
        _roster.Add(new RegisterNode(Wire.ProtocolVersion, new NodeAddress(id, ActorRefs.Nobody, "", 0), workers, serves));
}
