using Akka.Actor;
using Akka.Cluster;

namespace ActorNet.Cluster.Hosting;

/// <summary>
/// Puts nodes that cannot be reached out of the cluster: the coordinator's node does, after a while, and no other node ever does. So the part of a cut cluster
/// with the coordinator goes on, whatever number of workers it has lost, and the coordinator is never put out by what others cannot see: a node that was frozen
/// takes everybody else for unreachable when it wakes up. Named in the settings of <see cref="SplitBrain"/>; Akka creates it.
/// </summary>
/// <param name="system">As Akka gives it.</param>
/// <param name="cluster">This node's view of the cluster.</param>
#pragma warning disable CS9113 // Akka finds the constructor by its two parameters.
internal sealed class CoordinatorDowning(ActorSystem system, Akka.Cluster.Cluster cluster) : IDowningProvider
#pragma warning restore CS9113
{
    /// <summary>
    /// Longer than a machine under full load or a garbage collection is silent. Nobody waits for it: slices are leased anew without it.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(7);

    /// <inheritdoc/>
    public TimeSpan DownRemovalMargin => TimeSpan.Zero;

    /// <inheritdoc/>
    public Props? DowningActorProps =>
        cluster.SelfRoles.Contains(SplitBrain.CoordinatorRole) ? Props.Create(() => new Downing(cluster)) : null;

    /// <summary>Downs each member that stays unreachable.</summary>
    internal sealed class Downing : ReceiveActor, IWithTimers
    {
        private readonly Akka.Cluster.Cluster _cluster;

        public Downing(Akka.Cluster.Cluster cluster)
        {
            _cluster = cluster;
            Receive<ClusterEvent.UnreachableMember>(lost => Timers.StartSingleTimer(lost.Member.UniqueAddress, new Expired(lost.Member), Patience));
            Receive<ClusterEvent.ReachableMember>(back => Timers.Cancel(back.Member.UniqueAddress));
            Receive<ClusterEvent.MemberRemoved>(gone => Timers.Cancel(gone.Member.UniqueAddress));
            Receive<Expired>(expired => Down(expired.Member));
        }

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart() => _cluster.Subscribe(
            Self,
            ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents,
            typeof(ClusterEvent.IReachabilityEvent),
            typeof(ClusterEvent.MemberRemoved));

        protected override void PostStop() => _cluster.Unsubscribe(Self);

        /// <summary>Not this node itself, nor one that only another cannot reach: that is the other's trouble.</summary>
        private void Down(Member member)
        {
            if (member.UniqueAddress == _cluster.SelfUniqueAddress)
            {
                return;
            }

            if (_cluster.FailureDetector.IsMonitoring(member.Address) && _cluster.FailureDetector.IsAvailable(member.Address))
            {
                Timers.StartSingleTimer(member.UniqueAddress, new Expired(member), Patience);
            }
            else
            {
                _cluster.Down(member.Address);
            }
        }

        private sealed record Expired(Member Member);
    }
}
