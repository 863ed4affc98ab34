using ActorNet.Cluster.Hosting;
using ActorNet.Core.Data;
using ActorNet.Core.Models;
using ActorNet.Core.Optimization;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Tests.Support;

/// <summary>Small jobs that take milliseconds, and the data they learn.</summary>
internal static class TestJobs
{
    public const int Inputs = 24;
    public const int Classes = 4;

    /// <summary>Points around four corners, a task that a small network learns in an epoch or two.</summary>
    public static DataSet Points(int count, int seed = 7, string name = "points")
    {
        var random = new Random(seed);
        var labels = Enumerable.Range(0, count).Select(_ => random.Next(Classes)).ToArray();
        var inputs = labels.Select(label => Enumerable.Range(0, Inputs)
            .Select(i => (i % Classes == label ? 0.8f : 0.2f) + 0.3f * (float)(random.NextDouble() - 0.5)).ToArray()).ToArray();
        return ArrayDataSet.Classification(inputs, labels, Classes, name);
    }

    /// <summary>A network of three blocks of parameters, so that up to four servers have a partition each.</summary>
    /// <summary>Sequences of 9 steps of 8 features, or pictures of 9 x 8; the last feature of a step is a mask, and zero in some of them.</summary>
    public static DataSet Steps(int samples)
    {
        var random = new Random(samples);
        var inputs = Enumerable.Range(0, samples)
            .Select(_ => Enumerable.Range(0, 72).Select(i => i % 8 == 7 ? random.Next(4) == 0 ? 0 : 1 : random.NextSingle()).ToArray())
            .ToArray();
        return ArrayDataSet.Classification(inputs, [.. inputs.Select((_, i) => i % Classes)], Classes, "steps");
    }

    public static JobSpec Job(int slices, int batchSize = 10, int epochs = 3, string optimizer = "sgd", double l2 = 0, ulong seed = 1) => new()
    {
        Model = ModelSpec.Dense([Inputs, 120, Classes]),
        Cost = "cross-entropy",
        Optimizer = new OptimizerSpec { Name = optimizer },
        LearningRate = new LearningRateSpec { Rate = optimizer == "adam" ? 0.01 : 0.3 },
        L2 = l2,
        BatchSize = batchSize,
        Epochs = epochs,
        Seed = seed,
        Slices = slices,
    };

    public static TrainingRequest Request(JobSpec job, DataSet training, int workers = 1, int servers = 1, DataSet? test = null) => new()
    {
        Job = job with { Data = job.Data with { Hash = training.Hash } },
        Training = training,
        Test = test,
        Workers = workers,
        Servers = servers,
    };
}
