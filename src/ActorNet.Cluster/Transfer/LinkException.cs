namespace ActorNet.Cluster.Transfer;

/// <summary>The other side ended, refused or broke the protocol. The message says which, in one line.</summary>
internal sealed class LinkException(string message) : Exception(message);
