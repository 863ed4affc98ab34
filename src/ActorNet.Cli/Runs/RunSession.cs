using System.Text.Json.Nodes;
using ActorNet.Cli.Http;
using ActorNet.Cli.Logs;
using ActorNet.Cli.Rendering;
using ActorNet.Cli.Settings;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;
using ActorNet.Core.Training;

namespace ActorNet.Cli.Runs;

/// <summary>Trains one plan in its folder, shown on a view and written to the record.</summary>
internal sealed class RunSession(TrainingPlan plan, TrainOptions options, RunFolder run, TrainingView view) : IDisposable
{
    /// <summary>How often the record says that training goes on.</summary>
    private static readonly TimeSpan _progressInterval = TimeSpan.FromSeconds(1);

    private readonly RunRecord _record = new(run.Record, view.Warn);
    private readonly CancellationTokenSource _started = new();
    private readonly ProcessLog? _log = options.Log is { } log ? new ProcessLog(log) : null;
    private readonly Lock _recording = new();
    private DateTime _lastProgress;
    private DateTime _lastRefusal;

    /// <summary>The run for those who watch and steer it.</summary>
    public WatchedRun Watched { get; } = new();

    /// <summary>Trains to the end, or until asked to stop.</summary>
    /// <returns>What it came to, and the progress behind it.</returns>
    /// <exception cref="Core.ActorNetException">Training failed.</exception>
    public async Task<(RunResult Result, TrainingProgress Progress)> RunAsync(CancellationToken stop)
    {
        Watched.History.Begin(plan.Resume?.Progress.History ?? []);
        Watched.Refused = Refuse;
        var version = plan.Resume?.Progress.Version ?? 0;
        Record("run", new { job = plan.Job.Hash, parent = plan.Job.Parent, jobSpec = JsonNode.Parse(plan.Job.ToJson()), version, settings = plan.Settings });
        try
        {
            var outcome = plan.Resume is { Progress.Finished: true } done ? Finished(done) : await TrainAsync(stop).ConfigureAwait(false);
            if (outcome.Reason != EndReason.Stopped)
            {
                outcome.Model.Save(run.Model);
            }

            var result = RunResult.Of(plan, run, outcome);
            var end = outcome.Reason == EndReason.Stopped ? "stopped" : "finished";
            Record(end, result);
            _log?.WriteEnd(end, $"after {result.Epochs} epochs, test accuracy {Say.Percent(result.TestAccuracy)}, weights {result.WeightsSha256}", isFailure: false);
            return (result, outcome.Progress);
        }
        catch (Exception error)
        {
            Record("failed", new { error.Message });
            _log?.WriteEnd("failed", error.Message, isFailure: true);
            throw;
        }
        finally
        {
            Watched.Refused = null;
            Watched.Events.Complete();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _started.Dispose();
        _record.Dispose();
        _log?.Dispose();
    }

    /// <summary>Trains. A stop waits for the first step: only then is there something to go on from.</summary>
    private async Task<TrainingOutcome> TrainAsync(CancellationToken stop)
    {
        using var stopOnceStarted = new CancellationTokenSource();
        CancellationTokenRegistration forwarding = default;
        await using var _ = _started.Token.Register(() => forwarding = stop.Register(stopOnceStarted.Cancel)).ConfigureAwait(false);
        var request = new TrainingRequest
        {
            Job = plan.Job,
            Training = plan.Data.Training,
            Test = plan.Data.Test,
            Validation = plan.Data.Validation,
            Workers = plan.Settings.Workers,
            Servers = plan.Settings.Servers,
            Replicas = options.Node is null ? 0 : plan.Settings.Replicas,
            Node = options.Node,
            MinWorkers = options.MinWorkers,
            MinServers = options.MinServers,
            Speculate = options.Speculate,
            Control = Watched.Control,
            Loggers = _log?.Loggers,
            CheckpointFolder = run.Checkpoints,
            CheckpointEvery = plan.Settings.CheckpointEvery,
            KeepCheckpoints = plan.Settings.Keep,
            Resume = plan.Resume,
            StartWeights = plan.StartWeights,
        };
        try
        {
            return await ClusterTrainer.TrainAsync(request, See, stopOnceStarted.Token).ConfigureAwait(false);
        }
        finally
        {
            // A signal may still come, and there is nothing left to stop.
            await forwarding.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Record(string name, object details) => Record(RunEventJson.Of(name, details));

    private void Record(JsonObject line)
    {
        lock (_recording)
        {
            _record.Write(line);
            Watched.Events.Add(line);
        }
    }

    /// <summary>Somebody without the token asked something of the run. Who tries tokens by the thousand does not fill the record.</summary>
    private void Refuse(string verb, string by)
    {
        lock (_recording)
        {
            if (DateTime.UtcNow - _lastRefusal < _progressInterval)
            {
                return;
            }

            _lastRefusal = DateTime.UtcNow;
            Record("command-refused", new { verb, by, severity = Severity.Warning, message = $"{verb} was asked for from {by} without the run's token, and refused" });
        }
    }

    private void See(TrainingEvent happened)
    {
        if (happened is not TrainingEvent.Progressed || DateTime.UtcNow - _lastProgress >= _progressInterval)
        {
            _lastProgress = happened is TrainingEvent.Progressed ? DateTime.UtcNow : _lastProgress;
            Record(RunEventJson.Of(happened));
        }

        Watched.History.See(happened);
        if (_log is not null)
        {
            _log.Write(happened);
        }
        else
        {
            view.Show(happened);
        }

        if (happened is TrainingEvent.Started or TrainingEvent.Listening)
        {
            _started.Cancel();
        }
    }

    /// <summary>The outcome of a run that had ended before: its model may be missing still.</summary>
    private TrainingOutcome Finished(Core.Checkpoints.Checkpoint checkpoint)
    {
        var reached = checkpoint.Progress.History.Any(epoch => EpochResults.ReachesTarget(plan.Job, epoch));
        return new TrainingOutcome
        {
            Reason = reached ? EndReason.TargetReached
                : checkpoint.Progress.Epoch < plan.Job.Epochs ? EndReason.NoImprovement
                : EndReason.Finished,
            Model = Model.FromCheckpoint(checkpoint, run.Checkpoints),
            Progress = checkpoint.Progress,
            Seconds = 0,
            Steps = 0,
            Samples = 0,
            Contributions = [],
            Servers = plan.Settings.Servers ?? 1,
            Checkpoint = Directory.GetDirectories(run.Checkpoints, $"step-{checkpoint.Progress.Version:D10}").FirstOrDefault(),
        };
    }
}
