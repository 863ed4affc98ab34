using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Transfer;
using ActorNet.Core.Training;
using Akka.Actor;

namespace ActorNet.Cluster.Coordinator;

/// <summary>Gives the partitions of the parameters out to the nodes that take them, and knows who serves which. The coordinator's hand for that.</summary>
internal sealed class PartitionDesk
{
    private readonly CoordinatedJob _job;
    private readonly LocalNode _local;
    private readonly Roster _roster;
    private readonly JobStart _start;
    private readonly IReadOnlyList<PartitionRange> _ranges;
    private readonly PartitionHost?[] _hosts;
    private readonly string?[] _assignees;

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
        _ranges = PartitionPlan.Cut(job.Setup.Network.Layout.Length, job.Request.Servers);
        _hosts = new PartitionHost?[_ranges.Count];
        _assignees = new string?[_ranges.Count];
    }

    /// <summary>Partitions.</summary>
    public int Count => _ranges.Count;

    /// <summary>Who serves each partition; null where nobody does yet.</summary>
    public IReadOnlyList<PartitionHost?> Hosts => _hosts;

    /// <summary>Whether the partitions are given out, served or not.</summary>
    public bool IsAssigned => _assignees[0] is not null;

    /// <summary>Whether a node has a partition: what is in it nobody else has.</summary>
    public bool Has(string node) => _assignees.Contains(node);

    /// <summary>The partitions of a node.</summary>
    public IReadOnlyList<int> Of(string node) => [.. _ranges.Select(range => range.Index).Where(partition => _assignees[partition] == node)];

    /// <summary>Gives the partitions out, in turn, to the nodes that take them now.</summary>
    public void Assign()
    {
        var servers = _roster.Servers.ToArray();
        foreach (var range in _ranges)
        {
            var server = servers[range.Index % servers.Length].Address;
            _assignees[range.Index] = server.Id;
            server.Agent.Tell(new AssignPartition(
                _start.Incarnation,
                range.Index,
                _start.Version,
                _start.State is null,
                _start.Ledger,
                _start.Running,
                _job.Request.CheckpointEvery,
                _job.RateChanges.Count == 0 ? null : RateStep.Of(_job.RateChanges)));
        }
    }

    /// <summary>A node is ready to take the state of a partition. The coordinator's own has no way to itself, and needs none.</summary>
    public void Send(SendState send)
    {
        if (send.To.Id == _local.Id)
        {
            _local.Inlets?.Hand(send.Partition, _start.State!.Vectors(_ranges[send.Partition]));
            return;
        }

        var vectors = _start.State!.ByteVectors(_ranges[send.Partition]);
        _local.Remote(send.To).SendVectors(FrameKind.State, _local.Runtime!, send.Partition, _start.Version, vectors);
    }

    /// <summary>A node serves a partition.</summary>
    /// <param name="served">Which.</param>
    /// <param name="node">The node.</param>
    /// <returns>Whether that is news.</returns>
    public bool Note(PartitionServed served, NodeAddress node)
    {
        if (served.Incarnation != _start.Incarnation || _hosts[served.Partition] is not null)
        {
            return false;
        }

        _hosts[served.Partition] = new PartitionHost(served.Server, node);
        return true;
    }

    /// <summary>Whether all partitions are served.</summary>
    public bool IsServed => Array.TrueForAll(_hosts, host => host is not null);

    /// <summary>Tells every server something.</summary>
    public void Tell(object message)
    {
        foreach (var host in _hosts)
        {
            host!.Server.Tell(message);
        }
    }
}
