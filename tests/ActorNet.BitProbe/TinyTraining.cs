using ActorNet.Core.Models;
using ActorNet.Core.Optimization;
using ActorNet.Core.Training;

namespace ActorNet.BitProbe;

/// <summary>Whole training runs, small ones: everything that reaches weights takes part in them.</summary>
internal static class TinyTraining
{
    /// <summary>The jobs and their names; two epochs of four steps, the last one short with empty slices.</summary>
    public static IEnumerable<(string Name, JobSpec Job)> Jobs =>
    [
        ("book", Job("sigmoid", "sigmoid", "normal", "quadratic") with { L2 = 0.1 }),
        ("relu-softmax", Job("relu", "softmax", "he", "cross-entropy") with
        {
            Optimizer = new OptimizerSpec { Name = "adam" },
            LearningRate = new LearningRateSpec { Rate = 0.01, Schedule = "cosine", WarmupSteps = 2 },
        }),
        ("tanh", Job("tanh", "sigmoid", "glorot", "cross-entropy") with { Optimizer = new OptimizerSpec { Name = "nesterov" }, BatchSize = 49, Slices = 5 }),
    ];

    /// <summary>The SHA-256 of the weights and of every epoch's cost after training.</summary>
    public static string Run(JobSpec job)
    {
        var trainer = new LocalTrainer(new TrainingSetup(job, new SyntheticDataSet(50)), partitions: 2);
        trainer.Run();
        var costs = string.Join(' ', trainer.History.Select(result => BitConverter.DoubleToUInt64Bits(result.TrainCost).ToString("x")));
        return $"{Snapshot.Sha256(trainer.Weights.Span)} {costs}";
    }

    private static JobSpec Job(string hidden, string output, string initialiser, string cost) => new()
    {
        Model = ModelSpec.Dense([21, 70, 19, 5], hidden, output, initialiser),
        Cost = cost,
        LearningRate = new LearningRateSpec { Rate = 0.5 },
        BatchSize = 16,
        Slices = 8,
        Epochs = 2,
    };
}
