using System.Globalization;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;
using Akka.Actor;

namespace ActorNet.Cluster.Coordinator;

/// <summary>
/// Ends a coordinator's reign, in each of the ways in which that can happen: everybody who waits for something is answered, the nodes are told, then whoever asked
/// for the run. The coordinator's hand for that.
/// </summary>
/// <param name="job">The job.</param>
/// <param name="start">Where the reign went on from.</param>
/// <param name="roster">The nodes.</param>
/// <param name="partitions">Who serves what.</param>
/// <param name="commands">What people have asked of the run.</param>
/// <param name="drains">The nodes that people want to be gone.</param>
/// <param name="snapshots">Knows the last checkpoint.</param>
/// <param name="status">Shows how the run is.</param>
/// <param name="run">How far the run is.</param>
/// <param name="context">The coordinator's.</param>
/// <param name="ended">Has the coordinator hear of nothing any more.</param>
internal sealed class ReignEnding(
    CoordinatedJob job,
    JobStart start,
    Roster roster,
    PartitionDesk partitions,
    CommandDesk commands,
    DrainDesk drains,
    SnapshotDesk snapshots,
    StatusDesk status,
    RunState run,
    IActorContext context,
    Action ended)
{
    /// <summary>The run is done.</summary>
    /// <param name="work">Its last snapshot.</param>
    /// <param name="reason">Why it ends there.</param>
    /// <param name="now">The coordinator's time.</param>
    public void Complete(SnapshotWork work, EndReason reason, TimeSpan now)
    {
        RefuseCommands("the run has ended.");
        TellNodes(new JobOver(start.Incarnation, null));
        status.Show(now, snapshots.LastCheckpoint);
        job.Complete(run.Outcome(work, reason, partitions.Count, snapshots.LastCheckpoint?.Path));
        ended();
    }

    /// <summary>The run cannot go on.</summary>
    /// <param name="message">Why, and what to do about it.</param>
    public void Fail(string message)
    {
        RefuseCommands($"the run has failed: {message}");
        TellNodes(new JobOver(start.Incarnation, job.Monitor.Explain(message)));
        job.Fail(message);
        ended();
    }

    /// <summary>Has the run go on from the last checkpoint under another coordinator.</summary>
    /// <param name="reason">Why, as the beginning of a sentence.</param>
    public void GoBack(string reason)
    {
        if (job.Request.CheckpointFolder is null)
        {
            Fail($"{reason}. There are no checkpoints to go on from: give the run a folder for them.");
            return;
        }

        RefuseCommands("the run goes back to its last checkpoint: ask again when it trains.");
        ended();
        var remaining = roster.Nodes.Select(node => node.Address.Id).Except(commands.Leavers);
        context.Parent.Tell(new JobKeeper.GoBack(reason, run.Before, [.. remaining], [.. commands.Leavers], commands.IsPaused));
    }

    /// <summary>Has the run go on without the nodes with partitions that want to leave.</summary>
    /// <param name="generation">The number of the assignment of slices.</param>
    public void LetGo(int generation)
    {
        foreach (var leaver in commands.Leavers)
        {
            roster.Find(leaver)?.Address.Agent.Tell(new NodeDrained());
            drains.Note(leaver, status.Version);
            job.Raise(new TrainingEvent.NodeLeft(leaver, TrainingEvent.NodeLeft.HandedOver, generation, IsAsked: true));
        }

        GoBack($"Node {string.Join(", ", commands.Leavers)}, which had a partition, leaves");
    }

    /// <summary>Somebody asks the run to end at once, without its step and a checkpoint of it.</summary>
    public void Abandon(PendingCommand pending)
    {
        var rest = snapshots.LastCheckpoint is { } last ? $"the checkpoint of step {last.Step:N0} is what remains" : "no checkpoint of this process is there";
        var message = string.Create(CultureInfo.InvariantCulture, $"the run ended at once at step {status.Version:N0}: {rest}");
        commands.Answer(pending, status.Version, isDone: true, message);
        TellNodes(new JobOver(start.Incarnation, null));
        job.Abandon($"{message}; go on with --resume.");
        ended();
    }

    /// <summary>The program is to end before the run has begun: one that has made steps before waited for its nodes.</summary>
    public void Cancel()
    {
        if (start.Before is not null)
        {
            Fail("The run was stopped while it waited for the nodes that it had. Go on with --resume.");
            return;
        }

        TellNodes(new JobOver(start.Incarnation, null));
        job.Cancel();
        ended();
    }

    private void RefuseCommands(string reason)
    {
        commands.RefuseAll(status.Version, reason);
        drains.RefuseAll(status.Version, reason);
    }

    private void TellNodes(JobOver over)
    {
        foreach (var node in roster.Nodes)
        {
            context.Unwatch(node.Address.Agent);
            node.Address.Agent.Tell(over);
        }
    }
}
