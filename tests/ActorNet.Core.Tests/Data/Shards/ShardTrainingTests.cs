using System.Runtime.InteropServices;
using ActorNet.Core.Data;
using ActorNet.Core.Models;
using ActorNet.Core.Numerics;
using ActorNet.Core.Tests.Training;
using ActorNet.Core.Training;

namespace ActorNet.Core.Tests.Data.Shards;

public sealed class ShardTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Where the samples come from changes no bit: the same order, read from memory, gives the same weights. The ledger is exact in both.</summary>
    [Theory]
    [InlineData(203, 16, 8, 10)]
    [InlineData(203, 8, 8, 13)]
    [InlineData(61, 4, 1, 7)]
    [InlineData(9, 8, 4, 10)]
    public void Shards_train_to_the_bits_of_the_same_order_in_memory(int samples, int shards, int slices, int batch)
    {
        var clouds = TrainingData.Clouds(samples);
        var job = TrainingData.Job(batch, slices) with { Epochs = 3 };
        var sharded = ShardSets.Write(clouds, _folder, shards);
        Assert.Equal(TrainingData.Train(job, new InMemory(clouds, shards)), TrainingData.Train(job, sharded));
        Assert.Equal(TrainingData.Train(job, new InMemory(clouds, shards).Slice(0, samples - 2)), TrainingData.Train(job, sharded.Slice(0, samples - 2), partitions: 3));
        Assert.NotEqual(TrainingData.Train(job, clouds), TrainingData.Train(job, sharded));
    }

    /// <summary>A worker that begins in the middle of an epoch computes what one that was there from the start does.</summary>
    [Fact]
    public void A_start_in_the_middle_of_an_epoch_gives_the_same_gradient()
    {
        var sharded = ShardSets.Write(TrainingData.Clouds(403), _folder, shards: 16);
        var setup = new TrainingSetup(TrainingData.Job(batchSize: 10, slices: 4), sharded);
        var weights = new AlignedBuffer(setup.Network.Layout.Length);
        setup.Network.Initialise(weights.Span, 1);
        var walking = Leased(setup);
        for (var step = 0; step < 3 * setup.Plan.StepsPerEpoch; step++)
        {
            var expected = walking.Compute(step, weights.Span)[0];
            if (step % 7 == 3)
            {
                var late = Leased(setup).Compute(step, weights.Span)[0];
                Assert.Equal(expected.Slices, late.Slices);
                Assert.True(MemoryMarshal.AsBytes(expected.Gradient.Span).SequenceEqual(MemoryMarshal.AsBytes(late.Gradient.Span)), $"Step {step} has other bits.");
            }
        }
    }

    /// <summary>A sharded set can be held out from as any other: the rest is sharded still.</summary>
    [Fact]
    public void The_last_samples_can_be_held_out()
    {
        var sharded = ShardSets.Write(ShardSets.Images(50), _folder, shards: 8);
        var (training, validation) = new DataSetPair(sharded, sharded).HoldOut(11);
        Assert.Equal((39, 8, 11, 0), (training.Count, training.Shards, validation.Count, validation.Shards));
        for (var i = 0; i < 11; i++)
        {
            Assert.Equal(ShardSets.Images(50).Sample(39 + i).Inputs, validation.Sample(i).Inputs);
        }
    }

    /// <summary>An error in a file ends training with its name, and says which sample was wanted.</summary>
    [Fact]
    public void A_missing_shard_ends_training_by_name()
    {
        var sharded = ShardSets.Write(ShardSets.Images(80), _folder, shards: 8);
        File.Delete(sharded.Folder.PathOf(sharded.Folder.Manifest.Shards[3].Targets));
        var model = Model.Dense(12, 5);
        var error = Assert.Throws<ActorNetException>(() => model.Train(sharded, new JobSpec { Epochs = 1, BatchSize = 10, Slices = 8 }));
        Assert.Contains("targets-00003.npy", error.Message, StringComparison.Ordinal);
    }

    /// <summary>However many shards a slice goes through, it has the buffers of two.</summary>
    [Fact]
    public void Training_takes_the_memory_of_two_shards_a_slice()
    {
        const int count = 16_000, shards = 64;
        var sharded = ShardSets.Write(new Noise(count), _folder, shards);
        var trainer = new LocalTrainer(new TrainingSetup(new JobSpec { Model = ModelSpec.Dense([784, 4]), BatchSize = 32, Slices = 2 }, sharded));
        trainer.RunEpoch();
        // What this thread allocates in a whole epoch: nothing near the 12.5 MB that it reads.
        var before = GC.GetAllocatedBytesForCurrentThread();
        trainer.RunEpoch();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, shards * 8_000);
    }

    private static GradientCalculator Leased(TrainingSetup setup)
    {
        var calculator = new GradientCalculator(setup);
        calculator.SetLease([setup.Tree.Root]);
        return calculator;
    }

    /// <summary>A set in memory that is drawn as if it lay in shards.</summary>
    private sealed class InMemory(DataSet whole, int shards) : DataSet
    {
        public override string Name => whole.Name;

        public override TaskKind Task => whole.Task;

        public override int Count => whole.Count;

        public override int InputSize => whole.InputSize;

        public override int TargetSize => whole.TargetSize;

        public override string Hash => whole.Hash;

        internal override int Shards => shards;

        public override void Read(int index, Span<float> inputs, Span<float> targets) => whole.Read(index, inputs, targets);
    }

    private sealed class Noise(int count) : DataSet
    {
        public override string Name => "noise";

        public override TaskKind Task => TaskKind.Classification;

        public override int Count => count;

        public override int InputSize => 784;

        public override int TargetSize => 4;

        public override string Hash => HashOf($"noise {count}");

        internal override bool HasBytes => true;

        public override void Read(int index, Span<float> inputs, Span<float> targets)
        {
            inputs.Fill(index % 256 * (1f / 255f));
            targets.Clear();
            targets[index % 4] = 1;
        }
    }
}
