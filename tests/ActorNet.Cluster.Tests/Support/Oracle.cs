using ActorNet.Core.Data;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Tests.Support;

/// <summary>What a job must come to, computed by one loop without actors.</summary>
internal sealed record Oracle(string Sha256, IReadOnlyList<EpochResult> History)
{
    public static Oracle Of(JobSpec job, DataSet training, DataSet? test = null, IReadOnlyList<RateChange>? changes = null, DataSet? validation = null)
    {
        var trainer = new LocalTrainer(new TrainingSetup(job with { Data = job.Data with { Hash = training.Hash } }, training), changes: changes);
        trainer.Run(test, validation);
        return new Oracle(Snapshot.Sha256(trainer.Weights.Span), trainer.History);
    }

    /// <summary>Fails unless a run has the same epochs with the same costs and accuracies; only the time they took may differ.</summary>
    public void AssertSameHistory(IReadOnlyList<EpochResult> history, string run) =>
        Assert.True(
            History.SequenceEqual(history.Select(epoch => epoch with { Seconds = 0 })),
            $"{run}: the history is {string.Join("; ", history)}, the oracle's {string.Join("; ", History)}");
}
