using System.Diagnostics;
using ActorNet.Cluster.Protocol;

namespace ActorNet.Cluster.Monitoring;

/// <summary>What one worker spends its time on. Written by the worker's thread alone.</summary>
internal sealed class WorkerMeter(NodeMeter node, int number)
{
    /// <summary>So many of the last steps count for median and percentile.</summary>
    private const int Remembered = 128;

    /// <summary>A pause that is no longer is no waiting: others on the worker's thread have had their turn.</summary>
    private static readonly long _turn = Stopwatch.Frequency / 50_000;

    private readonly long[] _times = new long[Remembered];
    private long _step = -1;
    private long _steps;
    private long _samples;
    private long _backups;
    private long _computing;
    private long _completing;
    private long _ended;
    private long _time;

    /// <summary>The newest step computed; -1 for none.</summary>
    public long Step => Volatile.Read(ref _step);

    /// <summary>Leases computed: one a step, more after a failure.</summary>
    public long Steps => Volatile.Read(ref _steps);

    /// <summary>Samples whose gradients were computed.</summary>
    public long Samples => Volatile.Read(ref _samples);

    /// <summary>Leases of slow nodes among them.</summary>
    public long Backups => Volatile.Read(ref _backups);

    /// <summary>Ticks of the stopwatch that it has computed.</summary>
    public long Computing => Volatile.Read(ref _computing);

    /// <summary>Those of them that went into leases that were computed to their end: what <see cref="Samples"/> took.</summary>
    public long Completing => Volatile.Read(ref _completing);

    /// <summary>A lease, or a part of it, was computed without a pause.</summary>
    /// <param name="step">The step.</param>
    /// <param name="began">When it began, as a timestamp.</param>
    public void Worked(long step, long began)
    {
        var now = Stopwatch.GetTimestamp();
        if (node.IsTraced(step))
        {
            if (_ended != 0 && began - _ended > _turn)
            {
                node.Trace(SpanKind.Wait, number, step, _ended, began);
            }

            node.Trace(SpanKind.Compute, number, step, began, now);
        }

        _ended = now;
        _time += now - began;
        Volatile.Write(ref _computing, _computing + now - began);
    }

    /// <summary>A lease was computed to its end.</summary>
    /// <param name="step">The step.</param>
    /// <param name="samples">Samples in it.</param>
    /// <param name="isBackup">Whether another node owes it.</param>
    public void Computed(long step, int samples, bool isBackup = false)
    {
        Volatile.Write(ref _backups, _backups + (isBackup ? 1 : 0));
        Volatile.Write(ref _times[_steps % Remembered], _time);
        Volatile.Write(ref _completing, _completing + _time);
        _time = 0;
        Volatile.Write(ref _step, step);
        Volatile.Write(ref _samples, _samples + samples);
        Volatile.Write(ref _steps, _steps + 1);
    }

    /// <summary>Milliseconds of the last steps, in no order.</summary>
    public double[] StepMilliseconds() =>
        [.. _times.Take((int)Math.Min(Steps, Remembered)).Select(ticks => 1000.0 * ticks / Stopwatch.Frequency)];
}
