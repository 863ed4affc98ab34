using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;

namespace ActorNet.Cluster.Monitoring;

/// <summary>A node's figures as people see them.</summary>
internal static class NodeFiguresStatus
{
    /// <summary>A status with a node's figures.</summary>
    public static NodeStatus With(this NodeStatus status, NodeFigures figures) => status with
    {
        StepMedian = figures.StepMedian,
        StepP95 = figures.StepP95,
        SamplesPerSecond = figures.SamplesPerSecond,
        Computing = figures.Computing,
        Sending = figures.Sending,
        Waiting = status.Workers == 0 ? 0 : Math.Max(0, 1 - figures.Computing - figures.Sending),
        Cpu = figures.Cpu,
        MemoryBytes = figures.MemoryBytes,
        BytesPerSecond = figures.BytesPerSecond,
        Backups = figures.Backups,
        Version = figures.Version,
        Http = figures.Http,
    };

    /// <summary>What a node knows of itself.</summary>
    public static NodeStatus Of(LocalNode node, NodeFigures figures, IEnumerable<int> partitions) => new NodeStatus
    {
        Node = node.Id,
        Phase = NodePhase.Active,
        Workers = node.Workers,
        Partitions = [.. partitions.Order()],
        LastSeen = DateTime.UtcNow,
    }.With(figures);
}
