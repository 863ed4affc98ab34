using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Servers;
using ActorNet.Cluster.Transfer;
using Akka.Actor;

namespace ActorNet.Cluster.Hosting;

/// <summary>The partitions of a job that a node serves, or stands by for. Its agent's hand for that.</summary>
/// <param name="node">The node.</param>
/// <param name="runtime">The job.</param>
/// <param name="reign">The coordinator that offered it.</param>
/// <param name="inlets">Take what comes for the partitions.</param>
/// <param name="context">The agent's, whose children the servers are.</param>
/// <param name="name">Makes an actor's name.</param>
internal sealed class HostedPartitions(
    LocalNode node, JobRuntime runtime, IActorRef reign, NodeInlets inlets, IActorContext context, Func<string, string> name)
{
    private readonly Dictionary<int, IActorRef> _servers = [];

    /// <summary>Their numbers.</summary>
    public IReadOnlyCollection<int> Numbers => _servers.Keys;

    /// <summary>Serves a partition from the job's first weights, or asks for its state.</summary>
    public void Assign(AssignPartition assignment)
    {
        if (_servers.TryGetValue(assignment.Partition, out var server))
        {
            reign.Tell(new PartitionServed(assignment.Incarnation, assignment.Partition, server));
        }
        else if (assignment.FromSeed)
        {
            runtime.DrawFirstWeights();
            Serve(assignment, null);
        }
        else
        {
            inlets.Expect(assignment);
            reign.Tell(new SendState(assignment.Partition, node.Address(context.Self)));
        }
    }

    /// <summary>Serves a partition from its state; one that is served already goes on as it is.</summary>
    /// <param name="assignment">The partition, and where it goes on from.</param>
    /// <param name="vectors">Its weights and then the optimizer's state; null for the job's first weights.</param>
    public void Serve(AssignPartition assignment, IReadOnlyList<Memory<float>>? vectors)
    {
        if (_servers.ContainsKey(assignment.Partition))
        {
            return;
        }

        var start = new StartingPoint(
            assignment.Version, assignment.Ledger, assignment.Running, vectors, RateStep.Read(assignment.Changes), assignment.Contributions);
        var partition = new ServePartition(
            runtime, runtime.Ranges[assignment.Partition], start, assignment.SnapshotEvery, assignment.IsStandby, assignment.Holds);
        var thread = assignment.Partition % node.Threads;
        var props = runtime.Setup.IsStale
            ? StaleServer.Props(reign, node, partition, thread)
            : ParameterServer.Props(reign, node, partition, thread);
        var server = context.ActorOf(props, name($"server-{assignment.Partition}"));
        _servers[assignment.Partition] = server;
        inlets.Serve(assignment.Partition, server);
        reign.Tell(new PartitionServed(assignment.Incarnation, assignment.Partition, server));
    }
}
