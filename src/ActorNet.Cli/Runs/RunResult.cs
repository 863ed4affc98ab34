using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;
using ActorNet.Core.Data;
using ActorNet.Core.Training;

namespace ActorNet.Cli.Runs;

/// <summary>What <c>train --json</c> prints; fields are only ever added.</summary>
internal sealed record RunResult
{
    /// <summary>The version of this form.</summary>
    public int Schema { get; init; } = 1;

    /// <summary>finished, target-reached, no-improvement or stopped.</summary>
    public required string Reason { get; init; }

    /// <summary>SHA-256 of the weights as little-endian floats.</summary>
    public required string WeightsSha256 { get; init; }

    /// <summary>After the last epoch; null before the first, and for numbers to predict.</summary>
    public required double? TestAccuracy { get; init; }

    /// <summary>The test set's mean cost after the last epoch; null without one.</summary>
    public double? TestCost { get; init; }

    /// <summary>Of numbers to predict with the quadratic cost, the root of the mean squared error of an output on the test set; else null.</summary>
    public double? TestRmse { get; init; }

    /// <summary>The best of all epochs.</summary>
    public required double? BestTestAccuracy { get; init; }

    /// <summary>The first epoch that had it, from 1; of numbers to predict the one with the least test cost.</summary>
    public required int? BestEpoch { get; init; }

    /// <summary>On the held-out part after the last epoch; null without one.</summary>
    public required double? ValidationAccuracy { get; init; }

    /// <summary>The last epoch's mean training cost.</summary>
    public required double? TrainCost { get; init; }

    /// <summary>The accuracy that was asked for; null for none.</summary>
    public required double? TargetAccuracy { get; init; }

    /// <summary>Epochs done, those before a resume too.</summary>
    public required int Epochs { get; init; }

    /// <summary>Steps made by this process.</summary>
    public required long Steps { get; init; }

    /// <summary>Samples that entered the weights in this process.</summary>
    public required long Samples { get; init; }

    /// <summary>Seconds of training in this process.</summary>
    public required double Seconds { get; init; }

    /// <summary>Samples a second.</summary>
    public required double? SamplesPerSecond { get; init; }

    /// <summary>Worker actors.</summary>
    public required int Workers { get; init; }

    /// <summary>Parameter servers.</summary>
    public required int Servers { get; init; }

    /// <summary>Slices.</summary>
    public required int Slices { get; init; }

    /// <summary>The job's hash.</summary>
    public required string JobHash { get; init; }

    /// <summary>The run's folder.</summary>
    public required string Run { get; init; }

    /// <summary>The finished model; null when stopped before the end.</summary>
    public required string? Model { get; init; }

    /// <summary>The last checkpoint.</summary>
    public required string? Checkpoint { get; init; }

    /// <summary>The record of what happened.</summary>
    public required string Record { get; init; }

    /// <summary>The most memory that the process has had, in bytes.</summary>
    public required long PeakMemoryBytes { get; init; }

    /// <summary>Whether every sample was counted once.</summary>
    public required LedgerResult Ledger { get; init; }

    /// <summary>Samples by worker.</summary>
    public required IReadOnlyList<WorkerContribution> Contributions { get; init; }

    /// <summary>How stale gradients were; null in modes where none is.</summary>
    public IReadOnlyList<StalenessShare>? Staleness { get; init; }

    /// <summary>The result of a run.</summary>
    public static RunResult Of(TrainingPlan plan, RunFolder run, TrainingOutcome outcome)
    {
        var history = outcome.Progress.History;
        var last = history.Count > 0 ? history[^1] : null;
        var isRegression = plan.Data.Training.Task == TaskKind.Regression;
        var best = isRegression
            ? history.Where(epoch => !double.IsNaN(epoch.TestCost)).MinBy(epoch => epoch.TestCost)
            : history.Where(epoch => !double.IsNaN(epoch.TestAccuracy)).MaxBy(epoch => epoch.TestAccuracy);
        return new RunResult
        {
            Reason = outcome.Reason switch
            {
                EndReason.TargetReached => "target-reached",
                EndReason.NoImprovement => "no-improvement",
                EndReason.Stopped => "stopped",
                _ => "finished",
            },
            WeightsSha256 = outcome.Progress.WeightsSha256,
            TestAccuracy = RunJson.Number(last?.TestAccuracy),
            TestCost = RunJson.Number(last?.TestCost),
            TestRmse = isRegression && plan.Job.Cost == "quadratic" ? RunJson.Number(Math.Sqrt(2 * (last?.TestCost ?? double.NaN) / plan.Data.Training.TargetSize)) : null,
            BestTestAccuracy = RunJson.Number(best?.TestAccuracy),
            BestEpoch = best?.Epoch,
            ValidationAccuracy = RunJson.Number(last?.ValidationAccuracy),
            TrainCost = RunJson.Number(last?.TrainCost),
            TargetAccuracy = plan.Job.TargetAccuracy,
            Epochs = outcome.Progress.Epoch,
            Steps = outcome.Steps,
            Samples = outcome.Samples,
            Seconds = outcome.Seconds,
            SamplesPerSecond = RunJson.Number(outcome.Samples / outcome.Seconds),
            Workers = plan.Settings.Workers,
            Servers = outcome.Servers,
            Slices = plan.Job.Slices,
            JobHash = plan.Job.Hash,
            Run = run.Folder,
            Model = outcome.Reason == EndReason.Stopped ? null : run.Model,
            Checkpoint = outcome.Checkpoint is { } checkpoint ? Path.Combine(run.Checkpoints, Path.GetFileName(checkpoint)) : null,
            Record = run.Record,
            PeakMemoryBytes = PeakMemory(),
            Ledger = new LedgerResult(Exact: true, plan.Job.Expanded(plan.Data.Training).Count),
            Contributions = outcome.Contributions,
            Staleness = outcome.Staleness,
        };
    }

    /// <summary>Whether the target was given and missed.</summary>
    public bool MissedTarget(TrainingProgress progress) =>
        TargetAccuracy is { } target && Reason is not ("target-reached" or "stopped") && !progress.History.Any(epoch => EpochResults.ChoosingAccuracy(epoch) >= target);

    private static long PeakMemory()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}

/// <summary>The ledger of samples: a run whose ledger is not exact fails, so what is printed here was checked.</summary>
/// <param name="Exact">Every sample counted exactly once in every epoch.</param>
/// <param name="SamplesPerEpoch">Samples of an epoch.</param>
internal sealed record LedgerResult(bool Exact, int SamplesPerEpoch);
