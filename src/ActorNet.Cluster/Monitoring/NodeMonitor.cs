namespace ActorNet.Cluster.Monitoring;

/// <summary>
/// A process's own view of itself, for its health checks and metrics: give it to <see cref="Hosting.NodeOptions.Monitor"/>, or take the one of
/// a <see cref="RunControl"/>. All of its members may be used
/// from any thread.
/// </summary>
public sealed class NodeMonitor
{
    private volatile NodeStatus _status = new();
    private volatile string _waitsFor = "it has not started";
    private volatile Func<IReadOnlyList<ClusterMember>> _members = () => [];

    /// <summary>The URL of the process's HTTP endpoint, which other nodes are told; null without one. Set it before the node starts.</summary>
    public string? Http { get; set; }

    /// <summary>The node now; renewed once a second. Only the coordinator knows its lag, slow factor and slices.</summary>
    public NodeStatus Status => _status;

    /// <summary>Why it cannot take part yet, such as that it looks for a coordinator; null when it takes part.</summary>
    public string? WaitsFor => _waitsFor.Length == 0 ? null : _waitsFor;

    /// <summary>The members of the cluster now, as this node sees them.</summary>
    public IReadOnlyList<ClusterMember> Members => _members();

    /// <summary>Where to ask who is in the cluster.</summary>
    internal void Bind(Func<IReadOnlyList<ClusterMember>> members) => _members = members;

    /// <summary>The node is so now.</summary>
    internal void Publish(NodeStatus status) => _status = status;

    /// <summary>The node takes part, or waits for something.</summary>
    internal void Note(string? waitsFor) => _waitsFor = waitsFor ?? "";
}
