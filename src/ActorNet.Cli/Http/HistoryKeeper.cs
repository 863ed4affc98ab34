using ActorNet.Cli.Runs;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;
using ActorNet.Core.Training;

namespace ActorNet.Cli.Http;

/// <summary>Keeps what a run has come to so far, in bounded memory however long it is. May be used from any thread.</summary>
/// <param name="control">The run.</param>
internal sealed class HistoryKeeper(RunControl control)
{
    /// <summary>Points of progress that are kept at most, over the whole run.</summary>
    public const int MostPoints = 2000;

    private const int MostCommands = 1000;

    private readonly Lock _lock = new();
    private readonly List<EpochSummary> _epochs = [];
    private readonly List<MetricPoint> _points = [];
    private readonly Queue<CommandAnswer> _commands = new();
    private int _stepsPerEpoch = 1;
    private int _stride = 1;
    private int _skipped;
    private MetricPoint? _last;

    /// <summary>The epochs that were done before this process went on with the run.</summary>
    public void Begin(IEnumerable<EpochResult> done)
    {
        lock (_lock)
        {
            _epochs.AddRange(done.Select(EpochSummary.Of));
        }
    }

    /// <summary>Takes in what happens.</summary>
    public void See(TrainingEvent happened)
    {
        lock (_lock)
        {
            switch (happened)
            {
                case TrainingEvent.Started { StepsPerEpoch: var steps }:
                    _stepsPerEpoch = steps;
                    break;
                case TrainingEvent.Progressed progress:
                    Add(new MetricPoint(
                        DateTime.UtcNow,
                        progress.Version,
                        (int)((Math.Max(progress.Version, 1) - 1) / _stepsPerEpoch) + 1,
                        RunJson.Number(progress.SamplesPerSecond),
                        RunJson.Number(progress.RunningCost),
                        control.Status.LearningRate is > 0 and var rate ? rate : null));
                    break;
                case TrainingEvent.EpochDone { Result: var result }:
                    _epochs.Add(EpochSummary.Of(result));
                    break;
                case TrainingEvent.Commanded { Answer: var answer }:
                    _commands.Enqueue(answer);
                    if (_commands.Count > MostCommands)
                    {
                        _commands.Dequeue();
                    }

                    break;
                case TrainingEvent.WentBack { Version: var version }:
                    _epochs.RemoveAll(epoch => (long)epoch.Epoch * _stepsPerEpoch > version);
                    _points.RemoveAll(point => point.Step > version);
                    _last = null;
                    break;
            }
        }
    }

    /// <summary>All of it.</summary>
    public RunHistory Read()
    {
        lock (_lock)
        {
            return new RunHistory([.. _epochs], _last is null ? [.. _points] : [.. _points, _last], [.. _commands]);
        }
    }

    /// <summary>Keeps every point at first; when there are too many, every second one of those and of those to come, and so on: even over the whole run.</summary>
    private void Add(MetricPoint point)
    {
        _last = point;
        if (++_skipped < _stride)
        {
            return;
        }

        _skipped = 0;
        _last = null;
        _points.Add(point);
        if (_points.Count < MostPoints)
        {
            return;
        }

        var kept = _points.Where((_, i) => i % 2 == 1).ToList();
        _points.Clear();
        _points.AddRange(kept);
        _stride *= 2;
    }
}
