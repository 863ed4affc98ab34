namespace ActorNet.Core.Training;

/// <summary>How far a job has come: what a checkpoint holds beside weights and optimizer state.</summary>
/// <param name="Version">The number of updates applied.</param>
/// <param name="Epoch">The number of finished epochs.</param>
/// <param name="Incarnation">The coordinator's reign that wrote this.</param>
/// <param name="Finished">Whether the job is done.</param>
/// <param name="History">One entry per finished epoch, in order.</param>
/// <param name="Ledger">The samples counted in the running epoch; null between epochs.</param>
/// <param name="PartialCost">The running epoch's summed cost so far.</param>
/// <param name="PartialCorrect">The running epoch's correct answers so far.</param>
/// <param name="WeightsSha256">The SHA-256 of the flat weights as little-endian floats, in lower-case hexadecimal.</param>
public sealed record TrainingProgress(
    long Version,
    int Epoch,
    int Incarnation,
    bool Finished,
    IReadOnlyList<EpochResult> History,
    EpochLedger? Ledger,
    double PartialCost,
    long PartialCorrect,
    string WeightsSha256)
{
    /// <summary>The schema that this program writes and reads.</summary>
    public const int CurrentSchema = 1;

    /// <summary>The schema of the serialized form.</summary>
    public int Schema { get; init; } = CurrentSchema;
}
