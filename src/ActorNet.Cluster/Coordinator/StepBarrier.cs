using ActorNet.Cluster.Protocol;

namespace ActorNet.Cluster.Coordinator;

/// <summary>
/// Brings all partitions to one version and holds them there: they hold where they are, and go on together to one after the furthest, where a snapshot is due. So
/// a run can be stopped, paused, handed over or changed between two steps. Standbys come along: one of them may be the furthest.
/// </summary>
/// <param name="totalSteps">Steps of the job.</param>
internal sealed class StepBarrier(long totalSteps)
{
    private readonly Dictionary<(int Partition, bool IsStandby), long> _held = [];

    /// <summary>Which closing of it this is: what was said of another does not count.</summary>
    public int Number { get; private set; }

    /// <summary>Whether partitions are on their way to the barrier, or hold there.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>The version at which all hold; null while that is not known, or none is.</summary>
    public long? Version { get; private set; }

    /// <summary>Closes the barrier.</summary>
    /// <returns>Whether it was open: the partitions must be told to hold.</returns>
    public bool Close()
    {
        if (IsClosed)
        {
            return false;
        }

        IsClosed = true;
        Number++;
        return true;
    }

    /// <summary>A partition holds, or its standby does.</summary>
    /// <param name="held">Where.</param>
    /// <param name="isStandby">Whether its standby does.</param>
    /// <param name="servers">How many servers there are.</param>
    /// <returns>Whether it was the last to say so: <see cref="Version"/> is known, and the partitions may go on to it.</returns>
    public bool Note(Held held, bool isStandby, int servers)
    {
        if (held.Barrier != Number || !IsClosed)
        {
            return false;
        }

        _held[(held.Partition, isStandby)] = held.Version;
        if (Version is not null || _held.Count < servers)
        {
            return false;
        }

        Version = Math.Min(_held.Values.Max() + 1, totalSteps);
        return true;
    }

    /// <summary>Partitions have other hosts than before.</summary>
    /// <returns>Whether they must be told, once more, to hold.</returns>
    public bool ChangeHosts()
    {
        _held.Clear();
        if (!IsClosed || Version is not null)
        {
            return false;
        }

        Number++;
        return true;
    }

    /// <summary>Opens the barrier: the partitions may go on to the job's end.</summary>
    public void Open()
    {
        _held.Clear();
        (IsClosed, Version) = (false, null);
    }
}
