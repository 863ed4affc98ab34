using System.Numerics.Tensors;

namespace ActorNet.Core.Training.Leases;

/// <summary>
/// How long a worker that is done with its own slices waits for the next step before it computes those of a slow node too: as long as would have cost least in the steps
/// that it has waited out lately. A step that goes on within that time costs what was waited; any other the whole wait, the computing, and the least that a step has to be waited for
/// after it. So where everybody waits at every step, as on a slow network, or the slow node is never late by much, nothing costs less than waiting.
/// </summary>
internal sealed class BackupWait
{
    /// <summary>A step of which the last part has arrived needs this to go on.</summary>
    public static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);

    /// <summary>One step of so many is waited out, to learn how long that takes: of the others it is not known.</summary>
    public const int LookEvery = 8;

    /// <summary>Steps waited out before one is not.</summary>
    public const int Enough = 16;

    private const int Remembered = 32;

    private readonly double[] _waits = new double[Remembered];
    private long _observed;
    private long _steps;
    private bool _isWaitedOut;

    /// <summary>The worker is done with its own slices of a step.</summary>
    /// <param name="computing">How long it would take for the slow node's.</param>
    /// <returns>How long it waits before it begins with them; null where it does not begin at all.</returns>
    public TimeSpan? Next(TimeSpan computing)
    {
        var wait = _observed >= Enough && ++_steps % LookEvery != 0 ? FindBest(computing.TotalSeconds) : null;
        _isWaitedOut = wait is null;
        return wait;
    }

    /// <summary>The next step has begun.</summary>
    /// <param name="wait">The time since the worker was done with its own slices of the last.</param>
    public void Observe(TimeSpan wait)
    {
        if (_isWaitedOut)
        {
            _waits[_observed++ % Remembered] = wait.TotalSeconds;
        }
    }

    private TimeSpan? FindBest(double computing)
    {
        var waits = _waits.AsSpan(0, (int)Math.Min(_observed, Remembered));
        var help = computing + TensorPrimitives.Min<double>(waits);
        var (best, least) = (double.PositiveInfinity, CostOf(double.PositiveInfinity, waits, help));
        Try(Least.TotalSeconds, waits);
        foreach (var wait in waits)
        {
            Try(wait, waits);
        }

        return double.IsPositiveInfinity(best) ? null : TimeSpan.FromSeconds(best);

        void Try(double wait, ReadOnlySpan<double> waits)
        {
            wait = Math.Max(wait, Least.TotalSeconds);
            if (CostOf(wait, waits, help) is var cost && cost < least)
            {
                (best, least) = (wait, cost);
            }
        }
    }

    private static double CostOf(double wait, ReadOnlySpan<double> waits, double help)
    {
        var cost = 0.0;
        foreach (var whole in waits)
        {
            cost += whole <= wait ? whole : wait + help;
        }

        return cost;
    }
}
