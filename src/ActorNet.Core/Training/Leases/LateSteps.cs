namespace ActorNet.Core.Training.Leases;

/// <summary>Decides when a step is late, and who is suspected for it. It learns how long steps take from those that are not. A pure state: whoever holds it brings the time.</summary>
/// <param name="table">Who computes what.</param>
/// <param name="minibatches">What a step is made of: 1, or the local steps of a round.</param>
internal sealed class LateSteps(LeaseTable table, int minibatches = 1)
{
    /// <summary>A node that was not heard of for three of its signs of life is silent.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(600);

    private readonly StepDeadline _deadline = new(minibatches);
    private int _observedGeneration;
    private TimeSpan _granted;

    /// <summary>The nodes have been told their leases: each has a step's deadline from now on.</summary>
    public void Granted(TimeSpan now) => _granted = now;

    /// <summary>Learns how long steps take, from steps during which no lease changed.</summary>
    /// <param name="slowest">The slowest step since the last time; zero for none.</param>
    public void Observe(TimeSpan slowest)
    {
        if (slowest > TimeSpan.Zero && _observedGeneration == table.Generation)
        {
            _deadline.Observe(slowest);
        }

        _observedGeneration = table.Generation;
    }

    /// <summary>Looks at a step that waits.</summary>
    /// <param name="missing">The slices that are missing.</param>
    /// <param name="waited">How long it has waited.</param>
    /// <param name="now">The time.</param>
    /// <returns>The nodes that are suspected now, whose slices others have; none while it is not late.</returns>
    public IReadOnlyList<string> Suspect(IReadOnlyCollection<int> missing, TimeSpan waited, TimeSpan now)
    {
        var late = _deadline.Current;
        return missing.Count == 0 || waited < late || now - _granted < late ? [] : table.Suspect(missing, now, Silence);
    }
}
