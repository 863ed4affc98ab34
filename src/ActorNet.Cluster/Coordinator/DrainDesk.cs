using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;
using ActorNet.Cluster.Protocol;

namespace ActorNet.Cluster.Coordinator;

/// <summary>Asks nodes to leave that people want to be gone, and answers those people when they have handed over what they had.</summary>
internal sealed class DrainDesk(LocalNode local, Roster roster, CommandDesk commands)
{
    private readonly Dictionary<string, PendingCommand> _asked = [];

    /// <summary>A person wants a node to leave.</summary>
    public void Ask(RunCommand.Drain drain, PendingCommand pending, long step)
    {
        if (Fault(drain.Node) is { } fault)
        {
            commands.Answer(pending, step, isDone: false, fault);
            return;
        }

        _asked[drain.Node] = pending;
        roster.Find(drain.Node)!.Address.Agent.Tell(new AskToLeave(drain.By), Akka.Actor.ActorRefs.NoSender);
    }

    /// <summary>A node has handed over what it had.</summary>
    public void Note(string node, long step)
    {
        if (_asked.Remove(node, out var pending))
        {
            commands.Answer(pending, step, isDone: true, $"{node} has handed over what it had, and ends");
        }
    }

    /// <summary>Answers whoever still waits: the reign ends.</summary>
    public void RefuseAll(long step, string reason)
    {
        foreach (var pending in _asked.Values)
        {
            commands.Answer(pending, step, isDone: false, reason);
        }

        _asked.Clear();
    }

    private string? Fault(string node) => roster.Find(node) switch
    {
        null => $"there is no node {node}; there are: {string.Join(", ", roster.Nodes.Select(other => other.Address.Id))}.",
        _ when node == local.Id => "the coordinator is on that node: stop the run, or end the process where a standby takes over.",
        _ when _asked.ContainsKey(node) => "it is about to leave.",
        _ => null,
    };
}
