using Akka.Actor;
using MessagePack;

namespace ActorNet.Cluster.Protocol;

/// <summary>Where a node is found.</summary>
/// <param name="Id">Its name, different for every start of a process.</param>
/// <param name="Agent">Its <see cref="Hosting.NodeAgent"/>.</param>
/// <param name="LinkHost">The host of its tensor link; empty for a node of the coordinator's own process alone.</param>
/// <param name="LinkPort">The port.</param>
[MessagePackObject]
internal sealed record NodeAddress(
    [property: Key(0)] string Id, [property: Key(1)] IActorRef Agent, [property: Key(2)] string LinkHost, [property: Key(3)] int LinkPort);
