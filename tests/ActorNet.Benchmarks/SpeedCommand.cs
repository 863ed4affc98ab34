namespace ActorNet.Benchmarks;

/// <summary>Training speed of every contender, one thread each, round by round in turn so that noise meets all alike.</summary>
internal static class SpeedCommand
{
    private sealed record Entry(string Name, Func<string, Contender> Start);

    private sealed record Result(Contender Contender, double[] Rates);

    private static readonly Entry[] _entries =
    [
        new("torch-eager", python => new PythonPeer(python, "torch-eager", "torch_eager.py")),
        new("numpy", python => new PythonPeer(python, "numpy", "numpy_blas.py")),
        new("openblas", _ => new OpenBlasContender()),
        new("actornet", _ => new ActorNetContender()),
    ];

    /// <summary>The contenders that the ratio columns divide by, and what ActorNet must reach of each.</summary>
    private static readonly (string Name, Func<Goal, double> Goal)[] _yardsticks =
    [
        ("torch-eager", goal => goal.TorchEager),
        ("openblas", goal => goal.OpenBlas),
    ];

    /// <summary>.NET compiles hot methods anew in the background; a second is too short for that on a busy machine.</summary>
    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(2);

    public static void Run(ReadOnlySpan<string> options)
    {
        var arguments = new Arguments(options, "--rounds", "--seconds", "--workloads", "--contenders", "--python");
        var rounds = arguments.Count("--rounds", 7);
        var duration = arguments.Seconds("--seconds", 1);
        var workloads = arguments.Choose("--workloads", Workload.All, workload => workload.Name);
        var entries = arguments.Choose("--contenders", _entries, entry => entry.Name);
        var contenders = Start(entries, arguments.Text("--python") ?? PythonPeer.DefaultPython);
        try
        {
            PrintHead(rounds, duration, contenders);
            foreach (var workload in workloads)
            {
                PrintRows(workload, Measure(workload, rounds, duration, contenders));
            }
            MachineLoad.Print();
        }
        finally
        {
            contenders.ForEach(contender => contender.Dispose());
        }
    }

    private static List<Contender> Start(IReadOnlyList<Entry> entries, string python)
    {
        var contenders = new List<Contender>();
        foreach (var entry in entries)
        {
            try
            {
                contenders.Add(entry.Start(python));
            }
            catch (ContenderAbsentException absent)
            {
                Console.WriteLine($"SKIPPED {entry.Name}: {absent.Message}");
            }
        }
        return contenders.Count > 0 ? contenders : throw new InvalidOperationException("no contender can run on this machine");
    }

    private static Result[] Measure(Workload workload, int rounds, TimeSpan duration, List<Contender> contenders)
    {
        Result[] results = [.. contenders.Select(contender => new Result(contender, new double[rounds]))];
        contenders.ForEach(contender => contender.Round(workload, duration > _warmUp ? duration : _warmUp));
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (contender, rates) in results)
            {
                rates[round] = contender.Round(workload, duration);
            }
        }
        return results;
    }

    private static void PrintHead(int rounds, TimeSpan duration, List<Contender> contenders)
    {
        contenders.ForEach(contender => Console.WriteLine($"{contender.Name}: {contender.Library}"));
        Console.WriteLine();
        Console.WriteLine($"Samples/s of CPU time on one thread, {rounds} rounds of {duration.TotalSeconds} s in turn: median [min .. max].");
        Console.WriteLine("A ratio is the median of the rounds' ratios.");
        Console.WriteLine();
        Console.WriteLine($"| workload | contender | samples/s | {string.Join(" | ", _yardsticks.Select(yardstick => "x " + yardstick.Name))} |");
        Console.WriteLine($"| --- | --- | --- |{string.Concat(_yardsticks.Select(_ => " --- |"))}");
    }

    private static void PrintRows(Workload workload, Result[] results)
    {
        foreach (var result in results)
        {
            var ratios = _yardsticks.Select(yardstick =>
                Ratio(result, results.FirstOrDefault(other => other.Contender.Name == yardstick.Name), yardstick.Goal(Goal.Of(workload))));
            Console.WriteLine($"| {workload} | {result.Contender.Name} | {Spread.Of(result.Rates).ToString("N0")} | {string.Join(" | ", ratios)} |");
        }
    }

    private static string Ratio(Result result, Result? yardstick, double goal)
    {
        if (yardstick is null)
        {
            return "-";
        }
        var ratio = Spread.OfRatios(result.Rates, yardstick.Rates).Median;
        return result.Contender is ActorNetContender ? Goal.Compare(ratio, goal) : ratio.ToString("F2");
    }
}
