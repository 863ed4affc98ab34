using System.Diagnostics;
using ActorNet.Cluster.Monitoring;
using ActorNet.Cluster.Protocol;

namespace ActorNet.Cluster.Tests.Monitoring;

/// <summary>What a node says it spends its time on.</summary>
public sealed class NodeMeterTests
{
    private readonly NodeMeter _meter = new();

    [Fact]
    public void The_slowest_workers_times_count()
    {
        var now = Stopwatch.GetTimestamp();
        for (var step = 0; step < 100; step++)
        {
            Computed(0, step, 5, now - Milliseconds(10));
            Computed(1, step, 5, now - Milliseconds(step < 90 ? 200 : 900));
        }

        var figures = _meter.Take("http://here");
        Assert.Equal((99L, "http://here"), (figures.Step, figures.Http));
        // Both were measured a moment later than they say.
        Assert.InRange(figures.StepMedian!.Value, 200, 890);
        Assert.InRange(figures.StepP95!.Value, 900, 5000);
    }

    /// <summary>Of a worker, of its time of computing, of the last reports alone.</summary>
    [Fact]
    public void A_nodes_speed_is_of_the_last_reports()
    {
        var now = Stopwatch.GetTimestamp();
        Computed(0, 0, 1_000_000, now);
        Assert.Null(_meter.Take(null).Speed);
        Assert.Null(_meter.Take(null).Speed);
        Report(worker: 0);
        Assert.InRange(Report(worker: 1)!.Value, 10, 50);
        Assert.NotNull(_meter.Take(null).Speed);
        Assert.Null(_meter.Take(null).Speed);

        double? Report(int worker)
        {
            Computed(worker, 1, 50, Stopwatch.GetTimestamp() - Milliseconds(1000));
            return _meter.Take(null).Speed;
        }
    }

    [Fact]
    public void Without_workers_there_are_no_steps()
    {
        _meter.Applied(0, 1, Stopwatch.GetTimestamp());
        var figures = _meter.Take(null);
        Assert.Equal((-1L, null, null), (figures.Step, figures.StepMedian, figures.StepP95));
    }

    [Fact]
    public void A_step_that_is_looked_at_closely_has_its_spans_and_a_report_has_room()
    {
        Computed(3, 0, 5, Stopwatch.GetTimestamp() - Milliseconds(30));
        Compute(Milliseconds(1));
        var began = Stopwatch.GetTimestamp();
        Compute(Milliseconds(2));
        Computed(3, 1, 5, began);
        _meter.Sent(2, 1, began);
        _meter.Applied(1, 1, began);
        var spans = _meter.TakeSpans();
        Assert.Equal(
            [(SpanKind.Compute, 3, 0L), (SpanKind.Wait, 3, 1), (SpanKind.Compute, 3, 1), (SpanKind.Send, 2, 1), (SpanKind.Apply, 1, 1)],
            spans.Select(span => (span.Kind, span.Lane, span.Step)));
        Assert.InRange(DateTime.UtcNow.Ticks - spans[2].Start, 0, TimeSpan.FromMinutes(1).Ticks);
        Assert.True(spans[2].Duration >= TimeSpan.FromMilliseconds(2).Ticks);
        Assert.Empty(_meter.TakeSpans());
        for (var i = 0; i < 1000; i++)
        {
            _meter.Applied(1, 1, began);
        }

        Assert.Equal(64, _meter.TakeSpans().Length);
    }

    [Fact]
    public void Of_many_steps_a_second_about_one_is_looked_at()
    {
        _meter.Take(null);
        var before = Stopwatch.GetTimestamp();
        for (var step = 0; step < 1_000_000; step++)
        {
            Computed(0, step, 1, Stopwatch.GetTimestamp());
        }

        var seconds = Stopwatch.GetElapsedTime(before).TotalSeconds;
        _meter.Take(null);
        _meter.TakeSpans();
        var traced = Enumerable.Range(0, 1_000_000).Count(step => _meter.IsTraced(step));
        Assert.InRange(traced, 1, 2 + (2 * seconds));
    }

    /// <summary>Otherwise a node with long steps would be said to be as slow as the moment of the report has it, and slices would move for nothing.</summary>
    [Fact]
    public void A_step_that_is_half_done_makes_nobody_slower()
    {
        _meter.Take(null);
        Computed(0, 0, 100, Stopwatch.GetTimestamp() - Milliseconds(1000));
        _meter.Worker(0).Worked(1, Stopwatch.GetTimestamp() - Milliseconds(1000));
        Assert.InRange(_meter.Take(null).Speed!.Value, 90, 100);
        Computed(0, 1, 100, Stopwatch.GetTimestamp() - Milliseconds(1000));
        Assert.InRange(_meter.Take(null).Speed!.Value, 60, 67);
    }

    private static long Milliseconds(int time) => time * Stopwatch.Frequency / 1000;

    private static void Compute(long ticks)
    {
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetTimestamp() - began < ticks)
        {
        }
    }

    private void Computed(int worker, long step, int samples, long began)
    {
        _meter.Worker(worker).Worked(step, began);
        _meter.Worker(worker).Computed(step, samples);
    }
}
