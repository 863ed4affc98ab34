namespace ActorNet.Cluster.Hosting;

/// <summary>
/// Which part of a cluster goes on when it is cut: settings that must be the same on every node, so no node can change them.
/// <para>
/// Akka's downing decides only who is a member. It is not what keeps a run going and not what keeps it single: slices of a silent node are leased again within a
/// fraction of a second, long before, and two coordinators of one run are ruled out by the lock of the run's folder and the incarnation taken there.
/// </para>
/// </summary>
internal static class SplitBrain
{
    /// <summary>The role of the nodes that can hold the coordinator, and decide alone which part of a cut cluster goes on.</summary>
    public const string CoordinatorRole = "coordinator";

    /// <summary>The settings.</summary>
    public static readonly string Hocon =
        $$"""
        akka.cluster {
          # The coordinator's node alone puts others out, and is never put out itself: CoordinatorDowning. Akka's own resolver was wrong here, also in its
          # strategy keep-oldest among the nodes of a role. It downs whom it calls indirectly connected, and the coordinator is that as soon as a worker
          # that was frozen, and could not be reached, wakes up and takes the coordinator for unreachable: the run ended. And it downs everybody, unless
          # told otherwise, when members come and go for long without a quiet moment, which is what a cluster of workers that are started and killed does.
          downing-provider-class = "{{typeof(CoordinatorDowning).AssemblyQualifiedName}}"
        }

        """;
}
