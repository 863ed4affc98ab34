using System.Diagnostics;
using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Transfer;
using MathNet.Numerics.Statistics;

namespace ActorNet.Cluster.Monitoring;

/// <summary>
/// Counts what a process's compute threads spend their time on, and looks closely at about one step a second. The threads that compute write, one other reads;
/// writing takes some tens of nanoseconds and allocates nothing.
/// </summary>
internal sealed class NodeMeter
{
    /// <summary>A report must stay far below what a frame of the control plane may hold.</summary>
    private const int MostSpans = 64;

    /// <summary>Of so many reports is a node's speed: fewer than its other figures, since slices move by it.</summary>
    private const int SpeedReports = 2;

    private readonly Lock _lock = new();
    private readonly List<TracedSpan> _spans = [];
    private readonly Queue<Totals> _window = new();
    private readonly long _utcOfZero = DateTime.UtcNow.Ticks - Stopwatch.GetElapsedTime(0).Ticks;
    private WorkerMeter[] _workers = [];
    private long _traceMask;
    private long _sending;
    private long _applying;

    /// <summary>The meter of one worker, by its number on the node.</summary>
    public WorkerMeter Worker(int number)
    {
        lock (_lock)
        {
            if (number >= _workers.Length)
            {
                _workers = [.. _workers, .. Enumerable.Range(_workers.Length, number + 1 - _workers.Length).Select(next => new WorkerMeter(this, next))];
            }

            return _workers[number];
        }
    }

    /// <summary>Something was added up and sent to another node's partition.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="step">The step.</param>
    /// <param name="began">When it began, as a timestamp.</param>
    public void Sent(int partition, long step, long began)
    {
        var now = Stopwatch.GetTimestamp();
        Interlocked.Add(ref _sending, now - began);
        Trace(SpanKind.Send, partition, step, began, now);
    }

    /// <summary>A partition of this node has made its next version.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="step">The step.</param>
    /// <param name="began">When it began, as a timestamp.</param>
    public void Applied(int partition, long step, long began)
    {
        var now = Stopwatch.GetTimestamp();
        Interlocked.Add(ref _applying, now - began);
        Trace(SpanKind.Apply, partition, step, began, now);
    }

    /// <summary>The figures of the last <see cref="NodeStatus.Window"/>. To be called about once a second, by one thread.</summary>
    /// <param name="http">The node's HTTP endpoint.</param>
    public NodeFigures Take(string? http)
    {
        WorkerMeter[] workers;
        lock (_lock)
        {
            workers = _workers;
        }

        var now = Totals.Of(workers, Interlocked.Read(ref _sending), Interlocked.Read(ref _applying));
        var before = _window.Count > 0 ? _window.Peek() : now;
        var lately = _window.Count > 0 ? _window.ElementAt(Math.Max(0, _window.Count - SpeedReports)) : now;
        _window.Enqueue(now);
        if (_window.Count > NodeStatus.Window.TotalSeconds)
        {
            _window.Dequeue();
        }

        var seconds = Stopwatch.GetElapsedTime(before.At, now.At).TotalSeconds;
        double PerSecond(double difference) => seconds > 0 ? difference / seconds : 0;
        double Share(long ticks) => Math.Clamp(PerSecond(ticks / (double)Stopwatch.Frequency) / Math.Max(1, workers.Length), 0, 1);
        Volatile.Write(ref _traceMask, TraceMask.Of(PerSecond(now.Steps - before.Steps) / Math.Max(1, workers.Length)));
        var slowest = workers.Select(worker => worker.StepMilliseconds()).Where(times => times.Length > 0).MaxBy(ArrayStatistics.Mean);
        return new NodeFigures(
            workers.Length == 0 ? -1 : workers.Min(worker => worker.Step),
            slowest is null ? null : ArrayStatistics.QuantileInplace(slowest, 0.5),
            slowest is null ? null : ArrayStatistics.QuantileInplace(slowest, 0.95),
            PerSecond(now.Samples - before.Samples),
            Share(now.Computing + now.Applying - before.Computing - before.Applying),
            Share(now.Sending - before.Sending),
            PerSecond((now.Cpu - before.Cpu).TotalSeconds),
            Environment.WorkingSet,
            PerSecond(now.Bytes - before.Bytes),
            ProgramVersion.Text,
            http,
            now.Samples > lately.Samples ? (now.Samples - lately.Samples) * (double)Stopwatch.Frequency / (now.Completing - lately.Completing) : null,
            workers.Sum(worker => worker.Backups));
    }

    /// <summary>The spans since they were last taken.</summary>
    public TracedSpan[] TakeSpans()
    {
        lock (_lock)
        {
            TracedSpan[] spans = [.. _spans];
            _spans.Clear();
            return spans;
        }
    }

    /// <summary>Whether a step is looked at closely: every node of a run looks at the same ones, or at every second, fourth, … of them.</summary>
    internal bool IsTraced(long step) => (step & Volatile.Read(ref _traceMask)) == 0;

    internal void Trace(SpanKind kind, int lane, long step, long began, long ended)
    {
        if (!IsTraced(step))
        {
            return;
        }

        var start = _utcOfZero + Stopwatch.GetElapsedTime(0, began).Ticks;
        lock (_lock)
        {
            if (_spans.Count < MostSpans)
            {
                _spans.Add(new TracedSpan(kind, lane, step, start, Stopwatch.GetElapsedTime(began, ended).Ticks));
            }
        }
    }

    private sealed record Totals(long At, long Steps, long Samples, long Computing, long Completing, long Sending, long Applying, TimeSpan Cpu, long Bytes)
    {
        public static Totals Of(WorkerMeter[] workers, long sending, long applying) => new(
            Stopwatch.GetTimestamp(),
            workers.Sum(worker => worker.Steps),
            workers.Sum(worker => worker.Samples),
            workers.Sum(worker => worker.Computing),
            workers.Sum(worker => worker.Completing),
            sending,
            applying,
            Environment.CpuUsage.TotalTime,
            LinkMeter.SentBytes);
    }
}
