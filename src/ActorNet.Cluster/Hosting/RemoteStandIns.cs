using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Workers;
using ActorNet.Core.Training;
using Akka.Actor;

namespace ActorNet.Cluster.Hosting;

/// <summary>A node's stand-ins for the partitions that others host: each adds up what the node's workers compute, and sends it to every host. The agent's hand for that.</summary>
/// <param name="node">The node.</param>
/// <param name="context">The agent's, whose children they are.</param>
internal sealed class RemoteStandIns(LocalNode node, IActorContext context)
{
    private readonly Dictionary<int, StandIn> _standIns = [];

    /// <summary>The stand-in for the hosts of a partition on other nodes, told the sums to make; another one where they have changed.</summary>
    /// <param name="runtime">The job.</param>
    /// <param name="coordinator">Who leads it.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="hosts">Its hosts on other nodes.</param>
    /// <param name="lease">The sums.</param>
    /// <returns>Null where there are no such hosts.</returns>
    public IActorRef? For(JobRuntime runtime, IActorRef coordinator, int partition, PartitionHost[] hosts, IReadOnlyList<TreeNode> lease)
    {
        if (!_standIns.TryGetValue(partition, out var standIn) || !standIn.Hosts.SequenceEqual(hosts))
        {
            if (standIn is not null)
            {
                context.Stop(standIn.Actor);
                _standIns.Remove(partition);
            }

            if (hosts.Length == 0)
            {
                return null;
            }

            var to = hosts.Select(host => node.Remote(host.Node)).ToArray();
            var actor = context.ActorOf(
                RemotePartition.Props(coordinator, runtime, runtime.Ranges[partition], to, hosts[0].Server, partition % node.Threads));
            _standIns[partition] = standIn = new StandIn(hosts, actor);
        }

        standIn.Actor.Tell(new SumLease(lease));
        return standIn.Actor;
    }

    private sealed record StandIn(PartitionHost[] Hosts, IActorRef Actor);
}
