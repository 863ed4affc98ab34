using ActorNet.Core;
using ActorNet.Core.Data.Formats;

namespace ActorNet.Cli.Reports.Listing;

/// <summary>A run in one row: what <c>runs --json</c> prints of each. Fields are only ever added.</summary>
internal sealed record RunSummary
{
    /// <summary>The run's folder, as it was found.</summary>
    public required string Run { get; init; }

    /// <summary>When its first process began, UTC.</summary>
    public required DateTime Started { get; init; }

    /// <summary>When the record's last line was written, UTC.</summary>
    public required DateTime Ended { get; init; }

    /// <summary>How it stands.</summary>
    public required RunState State { get; init; }

    /// <summary>The job's hash.</summary>
    public required string? JobHash { get; init; }

    /// <summary>The network, such as <c>784-30-10</c>.</summary>
    public required string? Network { get; init; }

    /// <summary>The data set's name.</summary>
    public required string? Data { get; init; }

    /// <summary>Epochs done.</summary>
    public required int Epochs { get; init; }

    /// <summary>Epochs of the job.</summary>
    public required int? TotalEpochs { get; init; }

    /// <summary>On the test set, after the last epoch.</summary>
    public required double? TestAccuracy { get; init; }

    /// <summary>The best of all epochs.</summary>
    public required double? BestTestAccuracy { get; init; }

    /// <summary>The first epoch that had it.</summary>
    public required int? BestEpoch { get; init; }

    /// <summary>The last epoch's mean training cost.</summary>
    public required double? TrainCost { get; init; }

    /// <summary>Samples a second of the whole training, or as far as it came.</summary>
    public required double? SamplesPerSecond { get; init; }

    /// <summary>Seconds of training: of all epochs that are done.</summary>
    public required double Seconds { get; init; }

    /// <summary>The most nodes with workers at once.</summary>
    public required int Nodes { get; init; }

    /// <summary>SHA-256 of the final weights; null before the end.</summary>
    public required string? WeightsSha256 { get; init; }

    /// <summary>Why it failed; null for a run that has not.</summary>
    public required string? Error { get; init; }

    /// <summary>Reads a run's record, all but the closely spaced lines.</summary>
    /// <exception cref="ActorNetException">It cannot be read.</exception>
    public static (RunSummary Summary, RecordedRun History) Read(RunSource source, Action<string> warn)
    {
        var history = RecordedRun.Read(source, warn, name => name is not ("progress" or "spans"));
        return (Of(history), history);
    }

    private static RunSummary Of(RecordedRun history) => new()
    {
        Run = history.Source.Name,
        Started = history.Began,
        Ended = history.Ended,
        State = history.State,
        JobHash = history.JobHash,
        Network = history.Job?.Model.Shape,
        Data = (history.Job?.Data.Name ?? history.Settings?.Data) is { } name ? DataSource.PlaceOf(name) : null,
        Epochs = history.LastEpoch?.Epoch ?? 0,
        TotalEpochs = history.Job?.Epochs,
        TestAccuracy = history.LastEpoch?.TestAccuracy,
        BestTestAccuracy = history.Best?.Accuracy,
        BestEpoch = history.Best?.Epoch,
        TrainCost = history.LastEpoch?.TrainCost,
        SamplesPerSecond = history.SamplesPerSecond,
        Seconds = history.Epochs.Sum(epoch => epoch.Seconds ?? 0),
        Nodes = history.MostNodes,
        WeightsSha256 = history.End?.WeightsSha256,
        Error = history.Failure,
    };
}
