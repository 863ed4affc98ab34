namespace ActorNet.Core.Training.Leases;

/// <summary>
/// How long a step may take before its missing slices are leased again: four times the 90th percentile of what was observed lately, never less than
/// <see cref="Least"/>. Each observation is the slowest step of a while already; a higher percentile would make a lost node wait for the worst pause of all.
/// Generous until some steps have been seen, since the first ones pay for compilation and cold caches.
/// </summary>
internal sealed class StepDeadline
{
    /// <summary>Shorter than this a pause of the collector or of the scheduler would look like a lost node.</summary>
    public static readonly TimeSpan Least = TimeSpan.FromMilliseconds(250);

    /// <summary>Until <see cref="Enough"/> observations are there.</summary>
    public static readonly TimeSpan AtFirst = TimeSpan.FromSeconds(10);

    /// <summary>The most that is waited at first, however many steps a round has: well under what a run may stand still.</summary>
    private static readonly TimeSpan _mostAtFirst = TimeSpan.FromMinutes(2);

    private const int Enough = 8;
    private const int Remembered = 64;
    private const double Percentile = 0.9;
    private const double Patience = 4;

    private readonly double[] _seconds = new double[Remembered];
    private readonly double[] _sorted = new double[Remembered];
    private long _observed;

    /// <summary>Nothing has been observed yet.</summary>
    /// <param name="minibatches">What a step is made of: 1, or the local steps of a round, each of which may take <see cref="Least"/> more at first.</param>
    public StepDeadline(int minibatches = 1) =>
        Current = TimeSpan.FromSeconds(Math.Min(AtFirst.TotalSeconds + ((minibatches - 1) * Least.TotalSeconds), _mostAtFirst.TotalSeconds));

    /// <summary>What a step may take now.</summary>
    public TimeSpan Current { get; private set; }

    /// <summary>Takes what the slowest step of a while took.</summary>
    /// <param name="step">A step that was completed without a lease being raised: a step that waited for a lost node says nothing of the next.</param>
    public void Observe(TimeSpan step)
    {
        _seconds[_observed++ % Remembered] = step.TotalSeconds;
        if (_observed < Enough)
        {
            return;
        }

        var count = (int)Math.Min(_observed, Remembered);
        Array.Copy(_seconds, _sorted, count);
        Array.Sort(_sorted, 0, count);
        var slow = _sorted[(int)Math.Ceiling(Percentile * count) - 1];
        Current = TimeSpan.FromSeconds(Math.Max(Least.TotalSeconds, Patience * slow));
    }
}
