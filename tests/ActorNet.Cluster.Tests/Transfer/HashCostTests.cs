using System.Diagnostics;
using ActorNet.Cluster.Transfer;
using ActorNet.Core.Data;
using ActorNet.Core.Models;
using ActorNet.Core.Optimization;
using ActorNet.Core.Training;
using Xunit.Abstractions;

namespace ActorNet.Cluster.Tests.Transfer;

/// <summary>What the hash of a version costs, as a share of a step on one core: both are measured in turn.</summary>
[Collection(nameof(Alone))]
[Trait("Category", "Slow")]
public sealed class HashCostTests(ITestOutputHelper output)
{
    private const int Rounds = 15;
    private const int StepsPerRound = 2;

    [Fact]
    public void The_hash_is_a_small_part_of_a_step()
    {
        int[] layers = [784, 2048, 2048, 10];
        var random = new Random(5);
        var inputs = Enumerable.Range(0, 2560).Select(_ => Enumerable.Range(0, layers[0]).Select(_ => random.NextSingle()).ToArray()).ToArray();
        var data = ArrayDataSet.Classification(inputs, [.. inputs.Select((_, i) => i % 10)], 10, "noise");
        var job = new JobSpec { Model = ModelSpec.Dense(layers), BatchSize = 256, Epochs = 100_000, LearningRate = new LearningRateSpec { Rate = 0.1 } };
        var trainer = new LocalTrainer(new TrainingSetup(job, data));
        var shares = new List<double>();
        for (var round = 0; round <= Rounds; round++)
        {
            var step = Time(() => trainer.Step());
            var hash = Time(() => BodyHash.Of(trainer.Weights.Bytes.Span));
            shares.Add(hash / step);
            output.WriteLine($"step {step * 1e6:0} µs, hash {hash * 1e6:0} µs, {hash / step:P1}");
        }

        // The first round compiles.
        var inOrder = shares.Skip(1).Order().ToList();
        output.WriteLine($"{string.Join('-', layers)}: median {inOrder[Rounds / 2]:P1} [{inOrder[0]:P1} .. {inOrder[^1]:P1}]");
        Assert.True(inOrder[Rounds / 2] < 0.1, $"the hash takes {inOrder[Rounds / 2]:P1} of a step");
    }

    private static double Time(Action work)
    {
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < StepsPerRound; i++)
        {
            work();
        }

        return Stopwatch.GetElapsedTime(began).TotalSeconds / StepsPerRound;
    }
}
