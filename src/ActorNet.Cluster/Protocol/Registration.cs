using Akka.Actor;

namespace ActorNet.Cluster.Protocol;

/// <summary>A parameter server offers itself to the coordinator; repeated until <see cref="Registered"/> answers.</summary>
/// <param name="Server">The server.</param>
internal sealed record RegisterServer(IActorRef Server);

/// <summary>A worker node offers itself to the coordinator; repeated until <see cref="Registered"/> answers.</summary>
/// <param name="Node">The node.</param>
/// <param name="Capacity">Its workers.</param>
internal sealed record RegisterWorkerNode(IActorRef Node, int Capacity);

/// <summary>The coordinator has noted the registration.</summary>
internal sealed record Registered
{
    /// <summary>The message.</summary>
    public static readonly Registered Instance = new();
}
