using ActorNet.Core.Data;
using ActorNet.Core.Models;
using ActorNet.Core.Numerics;
using ActorNet.Core.Optimization;
using ActorNet.Core.Training;

namespace ActorNet.Core.Tests.Training;

/// <summary>Small learnable tasks and jobs for the tests of training.</summary>
internal static class TrainingData
{
    public const int Inputs = 13, Classes = 5;

    /// <summary>Classes that are clouds around centres of their own.</summary>
    public static DataSet Clouds(int samples, ulong seed = 1)
    {
        var centres = new RandomStream(seed, RandomPurpose.Test, position: 1);
        var noise = new RandomStream(seed, RandomPurpose.Test, position: 2);
        var labels = Enumerable.Range(0, samples).Select(i => i % Classes).ToArray();
        var inputs = labels.Select((label, i) => Enumerable.Range(0, Inputs)
            .Select(j => (float)(centres.Normal((ulong)((label * Inputs) + j)) + noise.Normal((ulong)((i * Inputs) + j)))).ToArray());
        return ArrayDataSet.Classification([.. inputs], labels, Classes, "clouds");
    }

    /// <summary>A job whose parameters span several blocks of a partition: 13-97-31-5, 4,556 of them.</summary>
    public static JobSpec Job(int batchSize = 10, int slices = 8) => new()
    {
        Model = ModelSpec.Dense([Inputs, 97, 31, Classes]),
        Data = new DataSpec("clouds"),
        LearningRate = new LearningRateSpec { Rate = 0.5 },
        BatchSize = batchSize,
        Slices = slices,
        Epochs = 2,
    };

    /// <summary>The weights' SHA-256 after all epochs.</summary>
    public static string Train(JobSpec job, DataSet data, int partitions = 1)
    {
        var trainer = new LocalTrainer(new TrainingSetup(job, data), partitions);
        trainer.Run();
        return Snapshot.Sha256(trainer.Weights.Span);
    }
}
