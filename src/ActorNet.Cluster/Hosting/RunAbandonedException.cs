using ActorNet.Core;

namespace ActorNet.Cluster.Hosting;

/// <summary>A run was told to end at once, and did: what remains is its last checkpoint.</summary>
public sealed class RunAbandonedException : ActorNetException
{
    /// <summary>With who told it, and what remains.</summary>
    public RunAbandonedException(string message)
        : base(message)
    {
    }
}
