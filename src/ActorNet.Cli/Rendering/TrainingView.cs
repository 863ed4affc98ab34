using ActorNet.Cli.Commands;
using ActorNet.Cli.Http;
using ActorNet.Cli.Runs;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;
using ActorNet.Core;
using ActorNet.Core.Data;
using ActorNet.Core.Training;

namespace ActorNet.Cli.Rendering;

/// <summary>Shows a run to people: a table row for each epoch and, on a terminal, a progress line below it.</summary>
internal sealed class TrainingView(Terminal terminal, bool quiet) : IDisposable
{
    private static readonly TimeSpan _plainInterval = TimeSpan.FromSeconds(10);

    /// <summary>How much the newest rate counts among those before it: a step may be slow, an epoch's end takes a moment.</summary>
    private const double NewRateWeight = 0.2;

    private readonly Lock _lock = new();
    private readonly StatusLine _status = new(terminal);
    private readonly bool _live = terminal.IsLive && !quiet;
    private EpochTable? _table;
    private JobSpec? _job;
    private TrainingEvent.Started? _started;
    private DateTime _lastLine = DateTime.UtcNow;
    private double _best = double.NegativeInfinity;
    private TrainingEvent.Progressed? _progress;
    private bool _stopping;
    private double _rate = double.NaN;
    private bool _broken;

    /// <summary>Says what is about to be trained.</summary>
    public void Begin(TrainingPlan plan, RunFolder run)
    {
        _job = plan.Job;
        var isRegression = plan.Data.Training.Task == TaskKind.Regression;
        _table = new EpochTable(terminal.Width, plan.Data.Validation is not null, isRegression);
        var samples = $"{Say.Count(plan.Job.Expanded(plan.Data.Training).Count)} samples";
        Line($"{terminal.Strong(plan.Job.Model.Shape)} on {plan.Data.Training.Name}: {samples}, job {plan.Job.Hash[..8]}");
        Line(terminal.Faint($"run {run.Folder}"));
        var version = plan.Resume?.Progress is { Version: > 0 } progress ? progress : null;
        if (version is not null && plan.Job.Parent is { } parent && plan.First is not null)
        {
            Line($"goes on where job {parent[..8]} ended, at epoch {version.Epoch + 1} of {plan.Job.Epochs}");
        }
        else if (version is not null)
        {
            Line(version.Finished
                ? "finished before: nothing to train"
                : $"goes on from step {Say.Count(version.Version)}, in epoch {version.Epoch + 1} of {plan.Job.Epochs}");
        }
    }

    /// <summary>Says where the run can be watched, and to a person at a terminal what steers it; a token does not belong into a file.</summary>
    public void Endpoint(NodeEndpoint endpoint)
    {
        if (endpoint.Url is null)
        {
            return;
        }

        Line(terminal.Faint($"http {endpoint.Url}{endpoint.Remark}"));
        if (endpoint.NewToken is { } token && !quiet && !Console.IsErrorRedirected)
        {
            Write(() =>
            {
                _status.Clear();
                Console.Error.WriteLine(terminal.Faint($"token {token} lets who has it pause, stop and steer the run"));
                Paint();
            });
        }
    }

    /// <summary>Shows what happens.</summary>
    public void Show(TrainingEvent happened)
    {
        switch (happened)
        {
            case TrainingEvent.Started started:
                _started = started;
                Line($"{started.Message}, {_job!.Slices} slice{(_job.Slices == 1 ? "" : "s")}");
                Line(terminal.Faint(_table!.Header));
                ShowProgress(new TrainingEvent.Progressed(started.Version, double.NaN, double.NaN));
                break;
            case TrainingEvent.Progressed progress:
                ShowProgress(progress);
                break;
            case TrainingEvent.EpochDone { Result: var result }:
                ShowEpoch(result);
                break;
            case TrainingEvent.AlertRaised { IsEcho: true } or TrainingEvent.AlertCleared { IsEcho: true }:
                // Said a moment ago by what it is about.
                break;
            case { Message: { } message, Severity: > Severity.Info }:
                Warn(message);
                break;
            case { Message: { } message }:
                Line(happened is TrainingEvent.Listening or TrainingEvent.Commanded ? message : terminal.Faint(message));
                break;
        }
    }

    /// <summary>Says that a stop was asked for.</summary>
    public void Stopping()
    {
        _stopping = true;
        Line("stopping; once more ends at once");
    }

    /// <summary>Leaves the terminal as it was found.</summary>
    public void Leave()
    {
        Write(() =>
        {
            _progress = null;
            _status.Clear();
        });
    }

    /// <summary>Says what the run came to.</summary>
    public void End(TrainingPlan plan, RunResult result)
    {
        Leave();
        if (result.Reason == "stopped")
        {
            Line($"stopped in epoch {Math.Min(result.Epochs + 1, plan.Job.Epochs)} of {plan.Job.Epochs} after {Say.Count(result.Steps)} steps");
            Detail("checkpoint", result.Checkpoint);
            Detail("record", result.Record);
            Line($"go on with: actornet train --resume {result.Run}");
            return;
        }

        Line(result.Reason switch
        {
            "target-reached" => $"target accuracy {Say.Percent(result.TargetAccuracy)} reached",
            "no-improvement" => $"no better on the held-out part for {plan.Job.Patience} epochs",
            _ => "done",
        });
        if (plan.Data.Test is null)
        {
            Line("no test part to judge by");
        }
        else if (plan.Data.Training.Task != TaskKind.Regression)
        {
            var best = $"best {terminal.Good(Say.Percent(result.BestTestAccuracy))} in epoch {result.BestEpoch}";
            Line($"test accuracy {terminal.Strong(Say.Percent(result.TestAccuracy))}, {best}");
        }
        else if (result.TestCost is { } cost)
        {
            var error = result.TestRmse is { } root ? $", root mean squared error {terminal.Strong(Say.Cost(root))}" : "";
            Line($"test cost {terminal.Strong(Say.Cost(cost))}{error}, best in epoch {result.BestEpoch}");
        }

        Detail("SHA-256", result.WeightsSha256);
        Detail("model", result.Model);
        Detail("checkpoint", result.Checkpoint);
        Detail("record", result.Record);
        var rate = $"{Say.Count(result.SamplesPerSecond ?? 0)} samples/s";
        Line(terminal.Faint($"{Say.Seconds(result.Seconds)} training, {rate}, peak memory {Say.Megabytes(result.PeakMemoryBytes)}"));
    }

    /// <summary>Says what is wrong but survived, on stderr.</summary>
    public void Warn(string message)
    {
        Write(() =>
        {
            _status.Clear();
            Console.Error.WriteLine($"{terminal.Warning("warning:")} {message.ReplaceLineEndings(" ")}");
            Paint();
        });
    }

    /// <inheritdoc/>
    public void Dispose() => Leave();

    private void ShowEpoch(EpochResult result)
    {
        if (_progress is { } progress)
        {
            _progress = progress with { Version = (long)result.Epoch * _started!.StepsPerEpoch, RunningCost = double.NaN };
        }

        var merit = EpochResults.Merit(result);
        var row = _table!.Format(result);
        Line(merit > _best ? terminal.Good(row) : row);
        _best = Math.Max(_best, merit);
    }

    private void ShowProgress(TrainingEvent.Progressed progress)
    {
        if (double.IsFinite(progress.SamplesPerSecond))
        {
            _rate = double.IsNaN(_rate) ? progress.SamplesPerSecond : _rate + (NewRateWeight * (progress.SamplesPerSecond - _rate));
        }

        if (_live)
        {
            Write(() =>
            {
                _progress = progress;
                Paint();
            });
        }
        else if (DateTime.UtcNow - _lastLine > _plainInterval)
        {
            var (head, done, tail) = Describe(progress);
            Line($"{head} {Math.Floor(100 * done)}%, {string.Join(", ", tail)}");
        }
    }

    /// <summary>What a progress line says: the epoch, how much of it is done, and the rest.</summary>
    private (string Head, double Done, string[] Tail) Describe(TrainingEvent.Progressed progress)
    {
        var started = _started!;
        var epoch = (int)Math.Min(progress.Version / started.StepsPerEpoch, _job!.Epochs - 1);
        var done = (progress.Version - (epoch * (double)started.StepsPerEpoch)) / started.StepsPerEpoch;
        var left = (started.TotalSteps - progress.Version) * (double)_job.SamplesPerUpdate / _rate;
        string?[] tail =
        [
            _rate > 0 ? $"{Say.Short(_rate)}/s" : null,
            _stopping ? "stopping" : _rate > 0 ? $"{Say.Duration(left)} left" : null,
            double.IsNaN(progress.RunningCost) ? null : $"cost {Say.Cost(progress.RunningCost)}",
        ];
        return ($"epoch {epoch + 1}/{_job.Epochs}", done, [.. tail.OfType<string>()]);
    }

    /// <summary>Paints the progress line, if there is one.</summary>
    private void Paint()
    {
        if (_progress is { } progress)
        {
            var (head, done, tail) = Describe(progress);
            _status.Show(ProgressLine.Format(terminal.Width, head, done, tail));
        }
    }

    private void Detail(string name, string? value) => Line($"  {name,-10} {value ?? "-"}");

    private void Line(string text)
    {
        if (quiet)
        {
            return;
        }

        Write(() =>
        {
            _status.Clear();
            terminal.Writer.WriteLine(text);
            terminal.Writer.Flush();
            _lastLine = DateTime.UtcNow;
            Paint();
        });
    }

    /// <summary>Writes to the terminal; when it is full or gone, training goes on without it.</summary>
    private void Write(Action write)
    {
        lock (_lock)
        {
            if (_broken)
            {
                return;
            }

            try
            {
                write();
            }
            catch (ActorNetException error)
            {
                _broken = true;
                ErrorReport.WriteLine($"{error.Message} Training goes on without it.");
            }
        }
    }
}
