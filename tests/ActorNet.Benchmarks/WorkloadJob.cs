using ActorNet.Core.Models;
using ActorNet.Core.Optimization;
using ActorNet.Core.Training;

namespace ActorNet.Benchmarks;

/// <summary>A workload as a job of ActorNet: the default number of slices, and more epochs than any measurement has time for.</summary>
internal static class WorkloadJob
{
    public static JobSpec Create(Workload workload) => Create(workload, workload.Batch);

    /// <summary>The same with another batch size.</summary>
    public static JobSpec Create(Workload workload, int batch) => new()
    {
        Model = ModelSpec.Dense(workload.Sizes),
        Data = new DataSpec("random"),
        Cost = "quadratic",
        LearningRate = new LearningRateSpec { Rate = 0.1 },
        BatchSize = batch,
        Slices = JobSpec.DefaultSlices(batch),
        Epochs = 1_000_000,
    };
}
