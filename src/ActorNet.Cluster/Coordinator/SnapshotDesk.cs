using System.Diagnostics;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;
using ActorNet.Cluster.Protocol;
using ActorNet.Core;
using ActorNet.Core.Checkpoints;
using ActorNet.Core.Data;
using ActorNet.Core.Training;
using Akka.Actor;

namespace ActorNet.Cluster.Coordinator;

/// <summary>
/// Has snapshots taken by the partitions, judged by this node's workers and written, one by one in the order of their versions. The coordinator's hand for
/// that: it runs on the coordinator's thread and sends in its name.
/// </summary>
internal sealed class SnapshotDesk
{
    private readonly CoordinatedJob _job;
    private readonly TrainingSetup _setup;
    private readonly LocalNode _local;
    private readonly PartitionDesk _partitions;
    private readonly Func<NodeAddress> _here;
    private readonly RunState _run;
    private readonly SnapshotQueue _queue;
    private readonly IActorRef? _writer;
    private readonly IActorRef _coordinator;

    /// <summary>A desk without work.</summary>
    /// <param name="job">The job.</param>
    /// <param name="local">The coordinator's node, which judges.</param>
    /// <param name="partitions">Who serves each partition.</param>
    /// <param name="here">Where this node is found, once it has registered.</param>
    /// <param name="run">How far the run is.</param>
    /// <param name="writer">Writes checkpoints; null for none.</param>
    /// <param name="coordinator">Gets the answers.</param>
    public SnapshotDesk(
        CoordinatedJob job,
        LocalNode local,
        PartitionDesk partitions,
        Func<NodeAddress> here,
        RunState run,
        IActorRef? writer,
        IActorRef coordinator)
    {
        _job = job;
        _setup = job.Setup;
        _local = local;
        _partitions = partitions;
        _here = here;
        _run = run;
        _queue = new SnapshotQueue(_setup, partitions.Count);
        _writer = writer;
        _coordinator = coordinator;
    }

    /// <summary>The snapshot that is judged or written; null for none.</summary>
    public SnapshotWork? Work { get; private set; }

    /// <summary>The last checkpoint; null for none.</summary>
    public CheckpointStatus? LastCheckpoint { get; private set; }

    /// <summary>A partition has reached a version whose snapshot is due.</summary>
    public void Reach(SnapshotDue due) => Grant(_queue.Reach(due));

    /// <summary>A partition's range is in its room.</summary>
    /// <exception cref="ActorNetException">No run may go on from the snapshot that is complete with it.</exception>
    public void NoteTaken(SnapshotTaken taken)
    {
        Grant(_queue.Take(taken));
        WorkOnOldest();
    }

    /// <summary>A partition has another host.</summary>
    public void ChangeHost(int partition) => _queue.ChangeHost(partition);

    /// <summary>A set was judged.</summary>
    public void NoteJudged(SetJudged judged)
    {
        Work?.Answer(judged);
        CloseEpochWhenJudged();
    }

    /// <summary>A checkpoint is written, or could not be.</summary>
    public void NoteWritten(CheckpointWriter.Written written)
    {
        if (written.Path is { } path)
        {
            LastCheckpoint = new CheckpointStatus(path, written.Version, DateTime.UtcNow);
            Work!.Path = path;
            _run.NoteKept(Work!);
            _job.Raise(new TrainingEvent.CheckpointWritten(path, written.Version));
            _job.Monitor.NoteDisk(written.Bytes, written.FreeBytes);
        }
        else
        {
            _job.Raise(new TrainingEvent.CheckpointFailed(written.Version, written.Error!));
        }

        Done(Work!);
    }

    /// <summary>Gives a snapshot's room free and goes on to the next.</summary>
    /// <exception cref="ActorNetException">No run may go on from the next.</exception>
    public void Release(SnapshotWork work)
    {
        Work = null;
        Grant(_queue.Release(work.Pending));
        WorkOnOldest();
    }

    private void Grant(IReadOnlyList<RoomGrant> grants)
    {
        foreach (var grant in grants)
        {
            var host = _partitions.Hosts[grant.Partition]!;
            if (host.Node.Id == _local.Id)
            {
                _partitions.Order(host.Server, grant.Message);
            }
            else
            {
                _local.Rooms.Open(grant.Message.Version, grant.Partition, grant.Message.Room, _coordinator);
                _partitions.Order(host.Server, new SendSnapshot(grant.Message.Version, _here()));
            }
        }
    }

    private void WorkOnOldest()
    {
        if (Work is not null || _queue.Complete is not { } snapshot)
        {
            return;
        }

        _local.Rooms.Close(snapshot.Version);
        _run.Require(snapshot);
        Work = new SnapshotWork(snapshot, Stopwatch.GetTimestamp());
        if (!_run.EndsEpoch(snapshot.Version))
        {
            Keep(Work, epoch: null);
            return;
        }

        Work.Ask(Judge(snapshot, _job.Request.Test, 0), Judge(snapshot, _job.Request.Validation, 1));
        CloseEpochWhenJudged();
    }

    /// <summary>Has a set judged on this node; the ticket is one of two of the version.</summary>
    private long? Judge(PendingSnapshot snapshot, DataSet? data, int number)
    {
        if (data is null)
        {
            return null;
        }

        var ticket = snapshot.Version * 2 + number;
        _here().Agent.Tell(new JudgeSet(ticket, snapshot.Room!.Weights, data), _coordinator);
        return ticket;
    }

    private void CloseEpochWhenJudged()
    {
        if (Work is { IsJudged: true } work)
        {
            var epoch = _run.CloseEpoch(work);
            _job.Raise(new TrainingEvent.EpochDone(epoch));
            Keep(work, epoch);
        }
    }

    /// <summary>Has a snapshot written, if snapshots are.</summary>
    private void Keep(SnapshotWork work, EpochResult? epoch)
    {
        work.End = _run.Ending(work, epoch);
        work.Progress = _run.Progress(work);
        if (_writer is null)
        {
            Done(work);
            return;
        }

        _run.NoteUnderway(work);
        var room = work.Pending.Room!;
        _writer.Tell(
            new Checkpoint(_setup.Job.Hash, _setup.Job.ToJson(), work.Progress, room.WeightTensors(_setup.Network.Layout), room.StateTensors()),
            _coordinator);
    }

    private void Done(SnapshotWork work) => _coordinator.Tell(new SnapshotDone(work), _coordinator);
}

/// <summary>A snapshot is judged and written, and its room can be given free. Within the coordinator.</summary>
/// <param name="Work">The snapshot.</param>
internal sealed record SnapshotDone(SnapshotWork Work);
