using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Transfer;
using ActorNet.Core.Training;
using Akka.Actor;

namespace ActorNet.Cluster.Coordinator;

/// <summary>
/// Gives the partitions of the parameters, and where the run has standbys those too, out to the nodes that take them, and knows who hosts which. The coordinator's hand for that.
/// </summary>
internal sealed class PartitionDesk
{
    private readonly CoordinatedJob _job;
    private readonly LocalNode _local;
    private readonly Roster _roster;
    private readonly JobStart _start;
    private readonly IReadOnlyList<PartitionRange> _ranges;
    private readonly PartitionHost?[] _hosts;
    private readonly PartitionHost?[] _standbys;
    private readonly string?[] _assignees;
    private readonly string?[] _standbyAssignees;
    private readonly HashSet<IActorRef> _former = [];
    private readonly Dictionary<IActorRef, OrderBook> _orders = [];
    private readonly Dictionary<(int Partition, bool IsStandby), (NodeAddress Node, AssignPartition Assignment)> _unserved = [];
    private readonly HashSet<(int Partition, string Node)> _sent = [];

    /// <summary>Where standbys start from that are given out while the run holds; null before there were any.</summary>
    private JobStart? _heldAt;

    /// <summary>A desk that has given nothing out.</summary>
    /// <param name="job">The job.</param>
    /// <param name="local">The coordinator's node.</param>
    /// <param name="roster">The nodes.</param>
    /// <param name="start">Where the reign goes on from.</param>
    public PartitionDesk(CoordinatedJob job, LocalNode local, Roster roster, JobStart start)
    {
        _job = job;
        _local = local;
        _roster = roster;
        _start = start;
        _ranges = PartitionPlan.Cut(job.Setup.Network.Layout.Length, job.Partitions);
        _hosts = new PartitionHost?[_ranges.Count];
        _standbys = new PartitionHost?[_ranges.Count];
        _assignees = new string?[_ranges.Count];
        _standbyAssignees = new string?[_ranges.Count];
    }

    /// <summary>Partitions.</summary>
    public int Count => _ranges.Count;

    /// <summary>Who serves each partition; null where nobody does yet.</summary>
    public IReadOnlyList<PartitionHost?> Hosts => _hosts;

    /// <summary>Each partition's standby; null where there is none.</summary>
    public IReadOnlyList<PartitionHost?> Standbys => _standbys;

    /// <summary>Whether the run has standbys, where there are nodes for them.</summary>
    public bool HasStandbys => _job.Request.Replicas > 0;

    /// <summary>How many servers there are, standbys among them.</summary>
    public int Servers => _hosts.Concat(_standbys).Count(host => host is not null);

    /// <summary>Whether the partitions are given out, served or not.</summary>
    public bool IsAssigned => _assignees[0] is not null;

    /// <summary>Whether all that is given out is served.</summary>
    public bool IsServed => _ranges.All(range =>
        _hosts[range.Index] is not null && (_standbyAssignees[range.Index] is null || _standbys[range.Index] is not null));

    /// <summary>The partitions that have no standby though there is a node for it.</summary>
    private IEnumerable<PartitionRange> Lacking =>
        _ranges.Where(range => HasStandbys && _standbyAssignees[range.Index] is null && StandbyFor(range.Index) is not null);

    /// <summary>Whether a partition has no standby though there is a node for it.</summary>
    public bool LacksStandbys => Lacking.Any();

    /// <summary>Whether a node hosts a partition, or stands by for one.</summary>
    public bool Has(string node) => _assignees.Contains(node) || _standbyAssignees.Contains(node);

    /// <summary>Whether the run can do without a node: each of its partitions has another host.</summary>
    public bool CanSpare(string node) =>
        IsAssigned && _ranges.All(range => _hosts[range.Index] is not null && (_assignees[range.Index] != node || _standbys[range.Index] is not null));

    /// <summary>The partitions that a node serves.</summary>
    public IReadOnlyList<int> Of(string node) => Of(node, _assignees);

    /// <summary>The partitions that a node stands by for.</summary>
    public IReadOnlyList<int> StandbysOf(string node) => Of(node, _standbyAssignees);

    /// <summary>Whether a server has lost its partition to its standby, or is no standby any more: what it says does not count.</summary>
    public bool IsFormer(IActorRef server) => _former.Contains(server);

    /// <summary>Whether a server is a partition's standby.</summary>
    public bool IsStandby(int partition, IActorRef server) => server.Equals(_standbys[partition]?.Server);

    /// <summary>Gives the partitions out, in turn, to the nodes that take them now, each with its standby on the next.</summary>
    public void Assign()
    {
        var servers = _roster.Servers.Select(node => node.Address).ToArray();
        foreach (var range in _ranges)
        {
            var server = servers[range.Index % servers.Length];
            _assignees[range.Index] = server.Id;
            Give(server, Assignment(range.Index, _start));
            if (HasStandbys && StandbyFor(range.Index) is { } standby)
            {
                _standbyAssignees[range.Index] = standby.Id;
                Give(standby, Assignment(range.Index, _start) with { IsStandby = true });
            }
        }

        WarnOfLonely();
    }

    /// <summary>Gives out the standbys that are lacking, at a version at which all partitions hold.</summary>
    /// <param name="at">That version's snapshot.</param>
    /// <returns>Whether there are any.</returns>
    public bool AssignStandbys(SnapshotWork at)
    {
        var (version, progress) = (at.Pending.Version, at.Pending.Progress);
        var isMidEpoch = version % _job.Setup.Plan.StepsPerEpoch != 0;
        _heldAt = new JobStart(version, isMidEpoch ? progress.Ledger : null, isMidEpoch ? progress.EpochScore : default, at.Pending.Room);
        var lacking = Lacking.ToList();
        foreach (var range in lacking)
        {
            var standby = StandbyFor(range.Index)!;
            _standbyAssignees[range.Index] = standby.Id;
            Give(standby, Assignment(range.Index, _heldAt) with { IsStandby = true, Holds = true, Contributions = [.. progress.Contributions] });
        }

        return lacking.Count > 0;
    }

    /// <summary>Gives out again what nobody has said to serve yet: word of it may have been lost.</summary>
    public void AssignAgain()
    {
        foreach (var (node, assignment) in _unserved.Values)
        {
            node.Agent.Tell(assignment);
        }
    }

    /// <summary>
    /// A node is ready to take the state of a partition. It may ask twice, and gets it once: what is sent over the tensor link arrives. The coordinator's own has no way to itself, and needs none.
    /// </summary>
    public void Send(SendState send)
    {
        if (!_sent.Add((send.Partition, send.To.Id)))
        {
            return;
        }

        var from = _hosts[send.Partition] is not null && _heldAt is not null ? _heldAt : _start;
        if (send.To.Id == _local.Id)
        {
            _local.Inlets?.Hand(send.Partition, from.State!.Vectors(_ranges[send.Partition]));
            return;
        }

        var vectors = from.State!.ByteVectors(_ranges[send.Partition]);
        _local.Remote(send.To).SendVectors(FrameKind.State, _local.Runtime!, send.Partition, from.Version, vectors);
    }

    /// <summary>A node serves a partition, or stands by for it.</summary>
    /// <param name="served">Which.</param>
    /// <param name="node">The node.</param>
    /// <returns>Whether that is news.</returns>
    public bool Note(PartitionServed served, NodeAddress node)
    {
        var hosts = node.Id == _standbyAssignees[served.Partition] ? _standbys : _hosts;
        if (served.Incarnation != _start.Incarnation || hosts[served.Partition] is not null)
        {
            return false;
        }

        hosts[served.Partition] = new PartitionHost(served.Server, node);
        _unserved.Remove((served.Partition, hosts == _standbys));
        return true;
    }

    /// <summary>
    /// The run goes on without a node that it can spare: the standbys of its partitions take over, and it stands by for none. From now on nothing counts that it says of
    /// them: should it be alive it is not heard.
    /// </summary>
    /// <param name="node">The node.</param>
    /// <returns>The partitions that others have taken over, and its servers.</returns>
    public (IReadOnlyList<int> TakenOver, IReadOnlyList<IActorRef> Servers) Without(string node)
    {
        var (served, stoodBy) = (Of(node), StandbysOf(node));
        _local.Fence(node, [.. served, .. stoodBy]);
        IActorRef[] servers = [.. served.Select(partition => _hosts[partition]).Concat(stoodBy.Select(partition => _standbys[partition])).OfType<PartitionHost>().Select(host => host.Server)];
        _former.UnionWith(servers);
        Array.ForEach(servers, server => _orders.Remove(server));
        foreach (var partition in served)
        {
            (_hosts[partition], _assignees[partition]) = (_standbys[partition], _standbyAssignees[partition]);
            Order(_hosts[partition]!.Server, new TakeOver());
        }

        foreach (var partition in served.Concat(stoodBy))
        {
            (_standbys[partition], _standbyAssignees[partition]) = (null, null);
            _unserved.Remove((partition, true));
        }

        return (served, servers);
    }

    /// <summary>Says which partitions have no standby, and why.</summary>
    public void WarnOfLonely()
    {
        int[] lonely = [.. _ranges.Select(range => range.Index).Where(partition => HasStandbys && _standbyAssignees[partition] is null)];
        if (lonely.Length > 0 && !LacksStandbys)
        {
            _job.Raise(new TrainingEvent.Warned(
                $"No other node takes partitions: {(lonely.Length == 1 ? "partition" : "partitions")} {string.Join(", ", lonely)} of {Count} {(lonely.Length == 1 ? "has" : "have")} no standby until one joins (actornet server --join …)."));
        }
    }

    /// <summary>Orders something of a server.</summary>
    public void Order(IActorRef server, IOrder order)
    {
        if (!_orders.TryGetValue(server, out var book))
        {
            _orders[server] = book = new OrderBook(server);
        }

        book.Give(order);
    }

    /// <summary>Orders something of every server, standbys too.</summary>
    public void Order(IOrder order)
    {
        foreach (var host in _hosts.Concat(_standbys).OfType<PartitionHost>())
        {
            Order(host.Server, order);
        }
    }

    /// <summary>A server says how many orders it has taken.</summary>
    public void NoteOrders(IActorRef server, int taken, TimeSpan now) => _orders.GetValueOrDefault(server)?.Note(taken, now);

    /// <summary>Tells every server something that may get lost, standbys too.</summary>
    public void Tell(object message)
    {
        foreach (var host in _hosts.Concat(_standbys))
        {
            host?.Server.Tell(message);
        }
    }

    private IReadOnlyList<int> Of(string node, string?[] assignees) => [.. _ranges.Select(range => range.Index).Where(partition => assignees[partition] == node)];

    /// <summary>The next server node after the one that serves a partition; null when there is no other.</summary>
    private NodeAddress? StandbyFor(int partition)
    {
        var servers = _roster.Servers.Where(node => !node.IsLeaving).Select(node => node.Address).ToList();
        var own = servers.FindIndex(node => node.Id == _assignees[partition]);
        return servers.Skip(own + 1).Concat(servers.Take(own + 1)).FirstOrDefault(node => node.Id != _assignees[partition]);
    }

    private void Give(NodeAddress node, AssignPartition assignment)
    {
        _unserved[(assignment.Partition, assignment.IsStandby)] = (node, assignment);
        _sent.Remove((assignment.Partition, node.Id));
        node.Agent.Tell(assignment);
    }

    private AssignPartition Assignment(int partition, JobStart from) => new(
        _start.Incarnation,
        partition,
        from.Version,
        from.State is null,
        from.Ledger,
        from.Running,
        _job.Request.CheckpointEvery,
        _job.RateChanges.Count == 0 ? null : RateStep.Of(_job.RateChanges));
}
