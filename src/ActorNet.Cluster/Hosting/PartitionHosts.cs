using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Transfer;
using ActorNet.Core.Training;
using Akka.Actor;

namespace ActorNet.Cluster.Hosting;

/// <summary>Who hosts the partitions of a job, as far as a node was told: where its workers' gradients go, and from whom weights come. Its agent's hand for that.</summary>
/// <param name="node">The node.</param>
/// <param name="runtime">The job.</param>
/// <param name="reign">The coordinator that offered it.</param>
/// <param name="inlets">Listen to the hosts.</param>
/// <param name="context">The agent's, whose children the stand-ins are.</param>
internal sealed class PartitionHosts(LocalNode node, JobRuntime runtime, IActorRef reign, NodeInlets inlets, IActorContext context)
{
    private readonly RemoteStandIns _standIns = new(node, context);
    private IReadOnlyList<PartitionHost[]> _hosts = [];

    /// <summary>Takes the hosts that a lease names.</summary>
    /// <param name="grant">The lease.</param>
    /// <returns>The same for this process's workers, who send to servers and stand-ins in it.</returns>
    public LeaseSlices Take(GrantLease grant)
    {
        var hosts = grant.Hosts.Select((host, partition) => grant.Standbys?[partition] is { } standby ? new[] { host, standby } : [host]).ToArray();
        Note(hosts);
        var tree = runtime.Setup.Tree;
        TreeNode[] lease = [.. tree.Cover(grant.Slices), .. tree.Cover(grant.Backups ?? [])];
        var standIns = hosts.Select((both, partition) => _standIns.For(runtime, reign, partition, [.. both.Where(host => host.Node.Id != node.Id)], lease)).ToArray();
        var own = hosts.Select(both => both.FirstOrDefault(host => host.Node.Id == node.Id)?.Server).ToArray();
        return new LeaseSlices(
            grant.Generation,
            grant.Slices,
            [.. own.Zip(standIns, (server, standIn) => server ?? standIn!)],
            [.. own.Zip(standIns, (server, standIn) => server is null ? null : standIn)],
            runtime.HasStandbys ? [.. hosts.Select(NamesOf)] : null,
            grant.Backups);
    }

    /// <summary>A node that hosts a partition no more is not listened to, and nothing is sent to it.</summary>
    private void Note(IReadOnlyList<PartitionHost[]> hosts)
    {
        if (_hosts.Count > 0)
        {
            inlets.NoteHosts([.. _hosts.Select(NamesOf)], [.. hosts.Select(NamesOf)]);
            node.Forget([.. _hosts.SelectMany(NamesOf).Except(hosts.SelectMany(NamesOf))]);
        }

        _hosts = hosts;
    }

    private static string[] NamesOf(PartitionHost[] hosts) => [.. hosts.Select(host => host.Node.Id)];
}
