using ActorNet.Core.Data;

namespace ActorNet.Benchmarks;

/// <summary>
/// What it costs to read samples from shards: training on a sharded set and on the same samples in memory, round by round in turn; in one loop, which
/// leaves other cores to the read-ahead, and with two workers, which on two cores leave it none.
/// </summary>
internal static class ShardsCommand
{
    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(2);

    private sealed record Way(string Name, Func<TimeSpan, Task<double>> InMemory, Func<TimeSpan, Task<double>> InShards);

    public static async Task RunAsync(string[] options)
    {
        var arguments = new Arguments(options, "--data", "--rounds", "--seconds", "--workloads");
        var data = DataSets.Open(arguments.Text("--data") ?? throw new UsageException("--data FOLDER names a sharded set")).Training;
        var rounds = arguments.Count("--rounds", 5);
        var duration = arguments.Seconds("--seconds", 1);
        var memory = InMemory(data);
        Console.WriteLine($"{data.Name}: {data.Count:N0} samples in {data.Shards} shards.");
        Console.WriteLine($"Samples/s, {rounds} rounds of {duration.TotalSeconds} s in turn: median [min .. max].");
        Console.WriteLine();
        Console.WriteLine("| workload | what runs | in memory | in shards | ratio of the rounds |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (var workload in arguments.Choose("--workloads", Workload.All, workload => workload.Name))
        {
            foreach (var way in (Way[])[new("one loop", Loop(workload, memory), Loop(workload, data)), new("actors, 2 workers", Actors(workload, memory), Actors(workload, data))])
            {
                await CompareAsync(workload, way, rounds, duration);
            }
        }

        MachineLoad.Print();
    }

    private static async Task CompareAsync(Workload workload, Way way, int rounds, TimeSpan duration)
    {
        await way.InMemory(_warmUp);
        await way.InShards(_warmUp);
        var (memory, shards) = (new double[rounds], new double[rounds]);
        for (var round = 0; round < rounds; round++)
        {
            memory[round] = await way.InMemory(duration);
            shards[round] = await way.InShards(duration);
        }

        var ratios = Spread.OfRatios(shards, memory);
        Console.WriteLine($"| {workload} | {way.Name} | {Spread.Of(memory).ToString("N0")} | {Spread.Of(shards).ToString("N0")} | {ratios.ToString("F3")} |");
    }

    private static Func<TimeSpan, Task<double>> Loop(Workload workload, DataSet data)
    {
        var loop = new LoopRate(workload, data, workload.Batch);
        return duration => Task.FromResult(LoopRate.Together([loop], duration));
    }

    private static Func<TimeSpan, Task<double>> Actors(Workload workload, DataSet data) =>
        async duration => (await SteadyState.MeasureAsync(workload, data, 2, duration)).SamplesPerSecond;

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
