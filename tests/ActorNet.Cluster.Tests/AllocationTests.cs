using ActorNet.Cluster.Tests.Support;
using ActorNet.Core.Data;
using ActorNet.Core.Models;

namespace ActorNet.Cluster.Tests;

/// <summary>What a step allocates: a few messages, and nothing that grows with the network.</summary>
[Collection(nameof(Alone))]
public sealed class AllocationTests
{
    private const int BatchSize = 32, FirstStep = 100, LastStep = 300;

    [Theory]
    [InlineData(1, 1, null)]
    [InlineData(2, 2, null)]
    [InlineData(2, 2, "int8")]
    public async Task A_step_allocates_the_same_few_bytes_whatever_the_network(int workers, int servers, string? compression)
    {
        await BytesPerStep(20, workers, servers, compression);
        var small = await BytesPerStep(100, workers, servers, compression);
        var large = await BytesPerStep(400, workers, servers, compression);
        // Compressed steps take milliseconds, so that reports, which come by the time, are some of what they allocate.
        var noise = compression is null ? 512 : 4_096;
        Assert.True(small < 4_096, $"784-100-10 allocates {small:F0} bytes a step");
        Assert.True(Math.Abs(large - small) < noise, $"784-100-10 allocates {small:F0} bytes a step, 784-400-10 {large:F0}");
    }

    /// <summary>Bytes that the whole process allocates a step, in the middle of an epoch.</summary>
    private static async Task<double> BytesPerStep(int hidden, int workers, int servers, string? compression)
    {
        var reads = 0;
        long before = 0, after = 0;
        var data = new FaultyData(new Grey((LastStep + 20) * BatchSize), (_, _) =>
        {
            switch (Interlocked.Increment(ref reads))
            {
                case FirstStep * BatchSize:
                    before = GC.GetTotalAllocatedBytes(precise: true);
                    break;
                case LastStep * BatchSize:
                    after = GC.GetTotalAllocatedBytes(precise: true);
                    break;
            }
        });
        var job = TestJobs.Job(slices: 8, BatchSize, epochs: 1) with { Model = ModelSpec.Dense([784, hidden, 10]), Compression = compression };
        await TestRun.Train(TestJobs.Request(job, data, workers, servers));
        return (after - before) / (double)(LastStep - FirstStep);
    }

    /// <summary>Images without memory, each of one grey.</summary>
    private sealed class Grey(int count) : DataSet
    {
        public override string Name => "grey";

        public override TaskKind Task => TaskKind.Classification;

        public override int Count => count;

        public override int InputSize => 784;

        public override int TargetSize => 10;

        public override string Hash => $"grey {count}";

        public override void Read(int index, Span<float> inputs, Span<float> targets)
        {
            inputs.Fill(index % 10 / 10f);
            targets.Clear();
            targets[index % 10] = 1;
        }
    }
}
