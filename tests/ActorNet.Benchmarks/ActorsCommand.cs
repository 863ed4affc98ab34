namespace ActorNet.Benchmarks;

/// <summary>What actors cost: training through them beside the same arithmetic in plain loops, round by round in turn.</summary>
internal static class ActorsCommand
{
    /// <summary>Passes over the samples in an epoch, so that its end is rare.</summary>
    private const int Passes = 20;

    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(2);

    private sealed record Row(string Name, Func<TimeSpan, Task<double>> Round)
    {
        public List<double> Rates { get; } = [];
    }

    public static async Task RunAsync(string[] options)
    {
        var arguments = new Arguments(options, "--rounds", "--seconds", "--workloads");
        var rounds = arguments.Count("--rounds", 5);
        var duration = arguments.Seconds("--seconds", 1);
        var workloads = arguments.Choose("--workloads", Workload.All, workload => workload.Name);
        Console.WriteLine($"Samples/s, {rounds} rounds of {duration.TotalSeconds} s in turn: median [min .. max]. A ratio is that of the same round.");
        Console.WriteLine();
        Console.WriteLine("| workload | what runs | samples/s | beside the loops before it |");
        Console.WriteLine("| --- | --- | --- | --- |");
        foreach (var workload in workloads)
        {
            var rows = Rows(workload);
            await MeasureAsync(rows, rounds, duration);
            Print(workload, rows);
        }
        MachineLoad.Print();
    }

    private static Row[] Rows(Workload workload)
    {
        var data = new RandomPictures(workload, Passes);
        var one = new LoopRate(workload, data, workload.Batch);
        LoopRate[] halves = [new(workload, new RandomPictures(workload, Passes), workload.Batch / 2), new(workload, data, workload.Batch / 2)];
        return
        [
            new("one loop, no actors", duration => Task.FromResult(LoopRate.Together([one], duration))),
            new("actors, 1 worker", duration => ActorsAsync(workload, data, 1, duration)),
            new("two loops at once, half the batch each", duration => Task.FromResult(LoopRate.Together(halves, duration))),
            new("actors, 2 workers", duration => ActorsAsync(workload, data, 2, duration)),
        ];
    }

    private static async Task<double> ActorsAsync(Workload workload, RandomPictures data, int workers, TimeSpan duration) =>
        (await SteadyState.MeasureAsync(workload, data, workers, duration)).SamplesPerSecond;

    private static async Task MeasureAsync(Row[] rows, int rounds, TimeSpan duration)
    {
        foreach (var row in rows)
        {
            await row.Round(_warmUp);
        }
        for (var round = 0; round < rounds; round++)
        {
            foreach (var row in rows)
            {
                row.Rates.Add(await row.Round(duration));
            }
        }
    }

    private static void Print(Workload workload, Row[] rows)
    {
        var goal = Goal.Of(workload);
        double[] goals = [goal.OneWorker, goal.TwoWorkers];
        for (var i = 0; i < rows.Length; i++)
        {
            var ratio = i % 2 == 0 ? "" : Compare(Spread.OfRatios(rows[i].Rates, rows[i - 1].Rates), goals[i / 2]);
            Console.WriteLine($"| {workload} | {rows[i].Name} | {Spread.Of(rows[i].Rates).ToString("N0")} | {ratio} |");
        }
    }

    private static string Compare(Spread ratios, double goal) => $"{Goal.Compare(ratios.Median, goal)} [{ratios.Min:F2} .. {ratios.Max:F2}]";
}
