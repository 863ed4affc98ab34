namespace ActorNet.Benchmarks;

/// <summary>Managed bytes that a step allocates once everything is warm: in the plain loop, and in the whole process with actors.</summary>
internal static class AllocationsCommand
{
    private const int Passes = 20;

    public static async Task RunAsync(string[] options)
    {
        var arguments = new Arguments(options, "--seconds", "--workloads");
        var duration = arguments.Seconds("--seconds", 1);
        Console.WriteLine("Managed bytes allocated a step, steady state.");
        Console.WriteLine();
        Console.WriteLine("| workload | parameters' bytes | one loop, no actors | actors, 1 worker | actors, 2 workers |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (var workload in arguments.Choose("--workloads", Workload.All, workload => workload.Name))
        {
            var data = new RandomPictures(workload, Passes);
            var loop = new LoopRate(workload, data, workload.Batch).BytesPerStep(Math.Max(20, 10_000 / workload.Batch));
            var one = await SteadyState.MeasureAsync(workload, data, 1, duration);
            var two = await SteadyState.MeasureAsync(workload, data, 2, duration);
            Console.WriteLine($"| {workload} | {Bytes(workload):N0} | {loop:N0} | {one.BytesPerStep:N0} | {two.BytesPerStep:N0} |");
        }
    }

    private static long Bytes(Workload workload) =>
        workload.Sizes.Zip(workload.Sizes.Skip(1), (ins, outs) => (ins + 1L) * outs).Sum() * sizeof(float);
}
