namespace ActorNet.Core.Simulation;

/// <summary>What will happen in virtual time. Of two events at one time the one that was put in first comes first, so that a run can be replayed.</summary>
internal sealed class EventQueue
{
    private readonly PriorityQueue<Action, (double Time, long Number)> _events = new();
    private long _number;

    /// <summary>The time, in seconds.</summary>
    public double Now { get; private set; }

    /// <summary>Something happens after some seconds.</summary>
    public void After(double seconds, Action happens) => At(Now + seconds, happens);

    /// <summary>Something happens at a time, which must not be over.</summary>
    public void At(double time, Action happens) => _events.Enqueue(happens, (time, _number++));

    /// <summary>Lets the next event happen.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Next()
    {
        if (!_events.TryDequeue(out var happens, out var key))
        {
            return false;
        }

        Now = key.Time;
        happens();
        return true;
    }
}
