using ActorNet.Core;

namespace ActorNet.Cli.Commands;

/// <summary>Something on the network cannot be reached: exit code 3.</summary>
internal sealed class UnreachableException(ActorNetException cause) : ActorNetException(cause.Message, cause);
