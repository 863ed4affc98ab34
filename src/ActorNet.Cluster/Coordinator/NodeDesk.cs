using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;
using Akka.Actor;

namespace ActorNet.Cluster.Coordinator;

/// <summary>Takes nodes in, hears how they are and lets them go; gives the partitions out when all are there that the run begins with. The coordinator's hand for that.</summary>
/// <param name="job">The job.</param>
/// <param name="local">The coordinator's node.</param>
/// <param name="start">Where the reign goes on from.</param>
/// <param name="roster">The nodes.</param>
/// <param name="partitions">Who serves what.</param>
/// <param name="leases">Who computes what.</param>
/// <param name="gathering">Whom the run waits for before it begins.</param>
/// <param name="drains">The nodes that people want to be gone.</param>
/// <param name="status">Shows how the nodes are.</param>
/// <param name="commands">What people have asked of the run.</param>
/// <param name="snapshots">The snapshots that are being taken.</param>
/// <param name="ending">Ends the reign where a node is lost that it cannot do without.</param>
/// <param name="context">The coordinator's.</param>
internal sealed class NodeDesk(
    CoordinatedJob job,
    LocalNode local,
    JobStart start,
    Roster roster,
    PartitionDesk partitions,
    LeaseDesk leases,
    Gathering gathering,
    DrainDesk drains,
    StatusDesk status,
    CommandDesk commands,
    SnapshotDesk snapshots,
    ReignEnding ending,
    IActorContext context)
{
    private readonly RegistrationDesk _registration = new(job, local, start);

    /// <summary>A node wants to take part.</summary>
    public void Register(RegisterNode register, TimeSpan now)
    {
        var agent = register.Node.Agent;
        if (_registration.Refuse(register) is { } answer)
        {
            agent.Tell(answer);
            return;
        }

        if (roster.Add(register))
        {
            context.WatchWith(agent, new NodeEnded(register.Node.Id, "it"));
            roster.Find(register.Node.Id)!.LastHeard = now;
        }

        agent.Tell(_registration.OfferTo(register));
    }

    /// <summary>A node has what it takes to begin.</summary>
    public void NoteReady(NodeReady ready, TimeSpan now)
    {
        if (ready.Incarnation != start.Incarnation || roster.Find(ready.Node) is not { IsReady: false } node)
        {
            return;
        }

        node.IsReady = true;
        gathering.Note(ready.Node);
        if (node.Workers > 0 && !node.IsLeaving)
        {
            leases.Join(node, ready.Slices, now);
        }

        AssignWhenReady();
    }

    /// <summary>A node has fetched shards.</summary>
    /// <returns>Whether it is a node of this reign.</returns>
    public bool NoteData(NodeHolds holds, TimeSpan now)
    {
        if (holds.Incarnation != start.Incarnation || roster.Find(holds.Node) is not { } node)
        {
            return false;
        }

        if (holds.Slices.Length != node.Held)
        {
            node.Held = holds.Slices.Length;
            job.Raise(new TrainingEvent.DataHeld(holds.Node, holds.Slices));
        }

        leases.Hold(holds, now);
        return true;
    }

    /// <summary>A node shows life, and asks whether it is known here.</summary>
    public void NoteAlive(NodeAlive alive, IActorRef asker, TimeSpan now)
    {
        var node = alive.Incarnation == start.Incarnation ? roster.Find(alive.Node) : null;
        asker.Tell(new NodeHeard(start.Incarnation, node is not null, alive.Incarnation, node is { IsReady: false }));
        if (node is not null)
        {
            node.LastHeard = now;
            node.Generation = alive.Generation;
            leases.Heard(alive.Node, now);
        }
    }

    /// <summary>A node serves a partition.</summary>
    /// <returns>Whether that is news.</returns>
    public bool NoteServed(PartitionServed served, IActorRef agent)
    {
        if (roster.Nodes.FirstOrDefault(node => node.Address.Agent.Equals(agent))?.Address is not { } node || !partitions.Note(served, node))
        {
            return false;
        }

        context.WatchWith(served.Server, new NodeEnded(node.Id, $"its server of partition {served.Partition}"));
        return true;
    }

    /// <summary>Gives the partitions out once all are there.</summary>
    public void AssignWhenReady()
    {
        if (!partitions.IsAssigned && gathering.IsComplete)
        {
            partitions.Assign();
        }
    }

    /// <summary>A node is gone, or of no use. Its slices are leased to others; but nobody else has what it served.</summary>
    /// <param name="id">Its name.</param>
    /// <param name="reason">Why.</param>
    /// <param name="now">The coordinator's time.</param>
    public void Drop(string id, string reason, TimeSpan now)
    {
        if (roster.Remove(id) is not { } node)
        {
            return;
        }

        context.Unwatch(node.Address.Agent);
        gathering.Note(id);
        status.Forget(id);
        if (id == local.Id)
        {
            ending.Fail($"The coordinator's own node cannot go on: {reason}. Go on with --resume.");
        }
        else if (partitions.Has(id) && partitions.CanSpare(id))
        {
            GoOnWithout(node, reason, now);
        }
        else if (partitions.Has(id))
        {
            job.Raise(new TrainingEvent.NodeLeft(id, reason, leases.Generation, IsAsked: false));
            ending.GoBack($"Node {id}, which had a partition, is lost: {reason}");
        }
        else
        {
            leases.Leave(id, now);
            job.Raise(new TrainingEvent.NodeLeft(id, node.IsLeaving ? TrainingEvent.NodeLeft.HandedOver : reason, leases.Generation, node.IsLeaving));
            AssignWhenReady();
        }
    }

    /// <summary>Whether an agent is that of a node that takes part, and means to go on with that.</summary>
    public bool Takes(IActorRef agent) => roster.Nodes.Any(node => node.Address.Agent.Equals(agent) && !node.IsLeaving);

    /// <summary>A connection with a node broke.</summary>
    public void NoteCut(string id, TimeSpan now)
    {
        if (roster.Find(id) is { } node)
        {
            node.Cut = now;
        }
    }

    /// <summary>A node with partitions wants to leave, and each has another host: those take over.</summary>
    public void HandOver(string id, IActorRef asker, TimeSpan now)
    {
        var node = roster.Find(id)!;
        node.IsLeaving = true;
        GoOnWithout(node, "it leaves", now);
        asker.Tell(new NodeDrained());
        drains.Note(id, status.Version);
    }

    /// <summary>Standbys take the place of a node: nothing is lost, and nobody goes back.</summary>
    private void GoOnWithout(RosterNode node, string reason, TimeSpan now)
    {
        var id = node.Address.Id;
        var (takenOver, servers) = partitions.Without(id);
        foreach (var server in servers)
        {
            context.Unwatch(server);
        }

        foreach (var partition in takenOver)
        {
            snapshots.ChangeHost(partition);
            job.Raise(new TrainingEvent.TookOver(partition, partitions.Hosts[partition]!.Node.Id, id, reason, status.Version));
        }

        commands.ChangeHosts();
        if (!leases.Leave(id, now))
        {
            leases.ChangeHosts(now);
        }

        if (roster.Find(id) is null)
        {
            job.Raise(new TrainingEvent.NodeLeft(id, node.IsLeaving ? TrainingEvent.NodeLeft.HandedOver : reason, leases.Generation, node.IsLeaving));
        }

        partitions.WarnOfLonely();
    }

    /// <summary>A node without a partition wants to leave; one that is not here may.</summary>
    public void Drain(string id, IActorRef asker, TimeSpan now)
    {
        if (roster.Find(id) is not { } node)
        {
            asker.Tell(new NodeDrained());
            return;
        }

        node.IsLeaving = true;
        leases.Leave(id, now);
        asker.Tell(new NodeDrained());
        drains.Note(id, status.Version);
    }
}

/// <summary>A node, or a server on it, has ended; the message of a death watch.</summary>
/// <param name="Node">The node.</param>
/// <param name="What">What ended.</param>
internal sealed record NodeEnded(string Node, string What);
