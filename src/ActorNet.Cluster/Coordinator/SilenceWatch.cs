namespace ActorNet.Cluster.Coordinator;

/// <summary>Notices that a node is lost without which the run cannot go on.</summary>
internal sealed class SilenceWatch(Roster roster)
{
    /// <summary>
    /// A node with a partition that has shown no life for so long is lost: the run goes back to its last checkpoint. Should it come back, it is a node like any
    /// other, and what it still sends of its partition is of a reign that is over.
    /// </summary>
    public static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Where the run can do without the node, because standbys take over, and a connection with it broke, so long is enough: three of its signs of life. To be wrong costs no more
    /// than a standby; the node comes back as a node like any other.
    /// </summary>
    public static readonly TimeSpan LostAfterCut = TimeSpan.FromMilliseconds(600);

    private TimeSpan _lastLook;

    /// <summary>A node that is lost; null for none. To be called many times a second: whoever was stopped itself has heard of nobody meanwhile, and accuses nobody.</summary>
    /// <param name="now">The coordinator's time.</param>
    /// <param name="isNeeded">Whether the run cannot go on with a node that is silent: it has partitions.</param>
    /// <param name="canSpare">Whether it can go on at once without it.</param>
    public string? FindLost(TimeSpan now, Predicate<string> isNeeded, Predicate<string> canSpare)
    {
        var wasStopped = now - _lastLook > LostAfter / 2;
        _lastLook = now;
        foreach (var node in roster.Nodes)
        {
            if (wasStopped)
            {
                node.LastHeard = now;
            }
            else if (now - node.LastHeard > LostAfterCut && isNeeded(node.Address.Id)
                && (now - node.LastHeard > LostAfter || (IsCut(node, now) && canSpare(node.Address.Id))))
            {
                return node.Address.Id;
            }
        }

        return null;
    }

    private static bool IsCut(RosterNode node, TimeSpan now) => node.Cut is { } cut && now - cut < LostAfter;
}
