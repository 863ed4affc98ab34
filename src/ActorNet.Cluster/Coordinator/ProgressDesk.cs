using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;

namespace ActorNet.Cluster.Coordinator;

/// <summary>
/// Watches that the run moves and that the nodes live without which it cannot: ends the reign that waits too long, and drops whoever is silent. The coordinator's
/// hand for that.
/// </summary>
/// <param name="job">The job.</param>
/// <param name="local">The coordinator's node.</param>
/// <param name="roster">The nodes.</param>
/// <param name="partitions">Are asked how far they are.</param>
/// <param name="leases">Go by how far the partitions are.</param>
/// <param name="commands">Know whether the run is paused.</param>
/// <param name="snapshots">Know the snapshot that is waited for.</param>
/// <param name="status">Shows how the run is.</param>
/// <param name="nodes">Lets go of a lost node.</param>
/// <param name="ending">Ends the reign.</param>
internal sealed class ProgressDesk(
    CoordinatedJob job,
    LocalNode local,
    Roster roster,
    PartitionDesk partitions,
    LeaseDesk leases,
    CommandDesk commands,
    SnapshotDesk snapshots,
    StatusDesk status,
    NodeDesk nodes,
    ReignEnding ending)
{
    private readonly ProgressWatch _watch = new(partitions.Count, job.Settings.StallDeadline);
    private readonly SilenceWatch _silence = new(roster);

    /// <summary>Something moved beside the steps.</summary>
    public void Moved() => _watch.Moved();

    /// <summary>Looks whether the run moves, and asks the partitions how far they are.</summary>
    public void Check(TimeSpan now)
    {
        if (commands.IsPaused)
        {
            _watch.Moved();
            status.ForgetRate();
        }

        // Not left to the reports: a server whose thread a worker blocks sends none.
        if (_watch.HasStalled(now))
        {
            ending.Fail(_watch.Explain(snapshots.Work));
            return;
        }

        if (_silence.FindLost(now, id => id != local.Id && partitions.Has(id), partitions.CanSpare) is { } lost)
        {
            nodes.Drop(lost, $"it has shown no life for {(now - roster.Find(lost)!.LastHeard).TotalSeconds:0.0} s", now);
            return;
        }

        partitions.Tell(AskProgress.Instance);
    }

    /// <summary>A partition, or its standby, says how far it is.</summary>
    public void Note(ProgressReport report, bool isStandby, TimeSpan now)
    {
        if (isStandby)
        {
            leases.Note(report, isStandby, now);
            return;
        }

        _watch.Note(report);
        if (report.Partition == 0)
        {
            status.Note(report, now);
        }

        leases.Note(report, isStandby, now);
    }
}
