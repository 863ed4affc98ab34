using ActorNet.Cluster.Protocol;

namespace ActorNet.Cluster.Coordinator;

/// <summary>
/// At which version a run that is asked to stop ends: all partitions hold where they are, and go on together to one after the furthest.
/// </summary>
internal sealed class StopPlan(int partitions, long totalSteps)
{
    private readonly List<long> _held = [];

    /// <summary>Whether the run was asked to stop.</summary>
    public bool IsRequested { get; private set; }

    /// <summary>The version at which it stops; null while that is not known.</summary>
    public long? Version { get; private set; }

    /// <summary>Takes the request.</summary>
    /// <returns>Whether it is the first.</returns>
    public bool Request()
    {
        var first = !IsRequested;
        IsRequested = true;
        return first;
    }

    /// <summary>A partition holds.</summary>
    /// <returns>Whether it was the last to say so: <see cref="Version"/> is known.</returns>
    public bool Note(Held held)
    {
        _held.Add(held.Version);
        if (_held.Count < partitions)
        {
            return false;
        }

        Version = Math.Min(_held.Max() + 1, totalSteps);
        return true;
    }
}
