using System.Diagnostics;
using ActorNet.Cluster.Hosting;
using ActorNet.Core.Data;

namespace ActorNet.Benchmarks;

/// <summary>
/// Trains a workload with real actors, as <c>actornet train</c> does but for evaluation and checkpoints, and measures from half a second after the
/// first step on, so that neither the start of the actor system nor slow first code is counted.
/// </summary>
internal sealed class SteadyState : IDisposable
{
    private static readonly TimeSpan _settling = TimeSpan.FromSeconds(0.5);

    private readonly TimeSpan _duration;
    private readonly Action<string>? _listening;
    private readonly Func<long> _linkBytes;
    private readonly CancellationTokenSource _stop = new();
    private long _started;
    private Mark? _first;
    private Mark? _last;

    private SteadyState(TimeSpan duration, Action<string>? listening, Func<long>? linkBytes)
    {
        _duration = duration;
        _listening = listening;
        _linkBytes = linkBytes ?? (() => 0);
    }

    /// <summary>What a measurement came to.</summary>
    /// <param name="SamplesPerSecond">Samples that entered the weights, over wall-clock time.</param>
    /// <param name="BytesPerStep">Managed bytes that the whole process allocated, over steps.</param>
    /// <param name="LinkBytesPerStep">Bytes that this process sent and received over the tensor link, over steps.</param>
    public readonly record struct Result(double SamplesPerSecond, double BytesPerStep, double LinkBytesPerStep);

    /// <summary>Trains with one parameter server a worker until the duration is over.</summary>
    public static Task<Result> MeasureAsync(Workload workload, DataSet data, int workers, TimeSpan duration) => MeasureAsync(
        workload, new TrainingRequest { Job = WorkloadJob.Create(workload), Training = data, Workers = workers, Servers = workers }, duration);

    /// <summary>Trains until the duration is over.</summary>
    /// <param name="workload">What the job was made of.</param>
    /// <param name="request">The job.</param>
    /// <param name="duration">How long to measure.</param>
    /// <param name="listening">Told where other nodes can join.</param>
    /// <param name="linkBytes">Counts the bytes of the tensor link.</param>
    public static async Task<Result> MeasureAsync(
        Workload workload, TrainingRequest request, TimeSpan duration, Action<string>? listening = null, Func<long>? linkBytes = null)
    {
        using var measurement = new SteadyState(duration, listening, linkBytes);
        await ClusterTrainer.TrainAsync(request, measurement.Note, measurement._stop.Token);
        var (first, last) = (measurement._first!.Value, measurement._last!.Value);
        var steps = last.Version - first.Version;
        return new Result(
            steps * workload.Batch / Stopwatch.GetElapsedTime(first.Time, last.Time).TotalSeconds,
            (last.Bytes - first.Bytes) / (double)steps,
            (last.LinkBytes - first.LinkBytes) / (double)steps);
    }

    public void Dispose() => _stop.Dispose();

    private void Note(TrainingEvent happened)
    {
        switch (happened)
        {
            case TrainingEvent.Listening listening:
                _listening?.Invoke(listening.At);
                break;
            case TrainingEvent.Started:
                _started = Stopwatch.GetTimestamp();
                break;
            case TrainingEvent.Progressed progress when _last is null:
                Note(new Mark(Stopwatch.GetTimestamp(), progress.Version, GC.GetTotalAllocatedBytes(precise: false), _linkBytes()));
                break;
        }
    }

    private void Note(Mark mark)
    {
        if (_first is null)
        {
            _first = Stopwatch.GetElapsedTime(_started, mark.Time) >= _settling ? mark : null;
        }
        else if (Stopwatch.GetElapsedTime(_first.Value.Time, mark.Time) >= _duration)
        {
            _last = mark;
            _stop.Cancel();
        }
    }

    /// <summary>A moment of the run.</summary>
    private readonly record struct Mark(long Time, long Version, long Bytes, long LinkBytes);
}
