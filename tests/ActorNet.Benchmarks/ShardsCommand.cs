using ActorNet.Core.Data;

namespace ActorNet.Benchmarks;

/// <summary>What it costs to read samples from shards: the plain loop on a sharded set and on the same samples in memory, round by round in turn.</summary>
internal static class ShardsCommand
{
    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(2);

    public static void Run(ReadOnlySpan<string> options)
    {
        var arguments = new Arguments(options, "--data", "--rounds", "--seconds", "--workloads");
        var data = DataSets.Open(arguments.Text("--data") ?? throw new UsageException("--data FOLDER names a sharded set")).Training;
        var rounds = arguments.Count("--rounds", 5);
        var duration = arguments.Seconds("--seconds", 1);
        var memory = InMemory(data);
        Console.WriteLine($"{data.Name}: {data.Count:N0} samples in {data.Shards} shards.");
        Console.WriteLine($"Samples/s of one loop, {rounds} rounds of {duration.TotalSeconds} s in turn: median [min .. max].");
        Console.WriteLine();
        Console.WriteLine("| workload | in memory | in shards | ratio of the rounds |");
        Console.WriteLine("| --- | --- | --- | --- |");
        foreach (var workload in arguments.Choose("--workloads", Workload.All, workload => workload.Name))
        {
            var inMemory = new LoopRate(workload, memory, workload.Batch);
            var inShards = new LoopRate(workload, data, workload.Batch);
            LoopRate.Together([inMemory], _warmUp);
            LoopRate.Together([inShards], _warmUp);
            var (first, second) = (new double[rounds], new double[rounds]);
            for (var round = 0; round < rounds; round++)
            {
                first[round] = LoopRate.Together([inMemory], duration);
                second[round] = LoopRate.Together([inShards], duration);
            }

            var ratios = Spread.OfRatios(second, first);
            Console.WriteLine($"| {workload} | {Spread.Of(first).ToString("N0")} | {Spread.Of(second).ToString("N0")} | {ratios.ToString("F3")} |");
        }

        MachineLoad.Print();
    }

    /// <summary>The same samples as bytes in memory.</summary>
    private static ImageDataSet InMemory(DataSet data)
    {
        var (pixels, labels) = (new byte[(long)data.Count * data.InputSize], new byte[data.Count]);
        var (inputs, targets) = (new float[data.InputSize], new float[data.TargetSize]);
        for (var i = 0; i < data.Count; i++)
        {
            data.Read(i, inputs, targets);
            for (var j = 0; j < inputs.Length; j++)
            {
                pixels[(long)i * inputs.Length + j] = (byte)(inputs[j] * 255f + 0.5f);
            }

            labels[i] = (byte)targets.AsSpan().IndexOf(1f);
        }

        return new ImageDataSet("in memory", data.InputSize, 1, data.TargetSize, pixels, labels);
    }
}
