using ActorNet.Cluster.Monitoring;
using Akka.Actor;

namespace ActorNet.Cluster.Coordinator;

/// <summary>A command that has not taken effect yet.</summary>
/// <param name="Command">The command.</param>
/// <param name="Asker">Who gets the answer; nobody where the program itself asks.</param>
internal sealed record PendingCommand(RunCommand Command, IActorRef Asker);
