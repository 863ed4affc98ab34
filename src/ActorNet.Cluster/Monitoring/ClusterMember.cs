namespace ActorNet.Cluster.Monitoring;

/// <summary>A member of the cluster, as membership sees it: a process may be a member and take no part in a run.</summary>
/// <param name="Address">host:port.</param>
/// <param name="Roles">Its roles.</param>
/// <param name="Status">joining, up, leaving, exiting, down.</param>
/// <param name="IsReachable">Whether heartbeats reach it.</param>
/// <param name="IsSelf">Whether it is the node that says so.</param>
public sealed record ClusterMember(string Address, IReadOnlyList<string> Roles, string Status, bool IsReachable, bool IsSelf);
