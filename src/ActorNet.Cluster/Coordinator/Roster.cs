using ActorNet.Cluster.Protocol;

namespace ActorNet.Cluster.Coordinator;

/// <summary>A node that has registered.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Workers">Its worker actors.</param>
/// <param name="Serves">Whether it takes partitions.</param>
internal sealed record RosterNode(NodeAddress Address, int Workers, bool Serves)
{
    /// <summary>When it registered, UTC.</summary>
    public DateTime Joined { get; } = DateTime.UtcNow;

    /// <summary>Whether it has the job's data.</summary>
    public bool IsReady { get; set; }

    /// <summary>When it last showed life, as the coordinator's time.</summary>
    public TimeSpan LastHeard { get; set; }

    /// <summary>The number of the last lease that it is known to have taken.</summary>
    public int Generation { get; set; }

    /// <summary>When it was told of its lease, or of what to fetch, as the coordinator's time.</summary>
    public TimeSpan LastTold { get; set; }

    /// <summary>When a connection with it broke last, as the coordinator's time; null for never.</summary>
    public TimeSpan? Cut { get; set; }

    /// <summary>How many slices' shards it has said that it has.</summary>
    public int Held { get; set; }

    /// <summary>The slices whose shards it was told to fetch.</summary>
    public IReadOnlyList<int> Fetching { get; set; } = [];

    /// <summary>Whether it wants to leave: it gets no slices.</summary>
    public bool IsLeaving { get; set; }
}

/// <summary>The nodes that have registered, in the order in which they did.</summary>
internal sealed class Roster
{
    private readonly List<RosterNode> _nodes = [];

    /// <summary>All of them.</summary>
    public IReadOnlyList<RosterNode> Nodes => _nodes;

    /// <summary>Those that can take partitions now.</summary>
    public IEnumerable<RosterNode> Servers => _nodes.Where(node => node is { IsReady: true, Serves: true });

    /// <summary>Those that can compute now.</summary>
    public IEnumerable<RosterNode> Workers => _nodes.Where(node => node is { IsReady: true, IsLeaving: false, Workers: > 0 });

    /// <summary>A node by its name; null when it is not here.</summary>
    public RosterNode? Find(string id) => _nodes.Find(node => node.Address.Id == id);

    /// <summary>Takes a node.</summary>
    /// <returns>Whether it is new.</returns>
    public bool Add(RegisterNode register)
    {
        if (Find(register.Node.Id) is not null)
        {
            return false;
        }

        _nodes.Add(new RosterNode(register.Node, register.Workers, register.Serves));
        return true;
    }

    /// <summary>Gives a node up.</summary>
    public RosterNode? Remove(string id)
    {
        var node = Find(id);
        if (node is not null)
        {
            _nodes.Remove(node);
        }

        return node;
    }
}
