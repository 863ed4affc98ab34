using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ActorNet.Cluster.Hosting;
using ActorNet.Core.Data;
using ActorNet.Core.Training;

namespace ActorNet.Benchmarks;

/// <summary>Accuracy on MNIST of the book's networks, trained by real actors with one seed after the other; and the page that compares them with the book.</summary>
internal static class BookCommand
{
    /// <summary>What the book's own algorithm comes to where ours falls short of the book by more than 0.3.</summary>
    private const string Numpy =
        """

        ## The same in numpy

        Where the last epoch falls short of the book's figure by more than 0.3, and where some seeds end far below, the book's algorithm in numpy says what it comes to: test accuracy of seeds 1 to 5,
        `python3 tests/ActorNet.Benchmarks/peers/book.py --data-dir DIR --seeds 5` with

        | preset | flags | best epoch | last epoch |
        | --- | --- | --- | --- |
        | `book` | none, `--seeds 10` | 95.07 [86.78 .. 95.31] | 94.98 [86.29 .. 95.27] |
        | `book100` | `--sizes 784-100-10` | 96.37 [69.80 .. 96.54] | 96.16 [69.80 .. 96.41] |
        | `entropy` | `--cost cross-entropy --eta 0.5` | 95.42 [94.98 .. 95.70] | 95.13 [94.84 .. 95.48] |
        | `l2` | `--cost cross-entropy --eta 0.5 --l2 5` | 96.15 [95.89 .. 96.32] | 96.03 [95.02 .. 96.15] |

        These are the distributions of the table above. The book's figures are best epochs, of one run. With weights of N(0, 1) and the quadratic cost some outputs are saturated from the start and
        never learn: at 100 hidden neurons in two of numpy's five seeds, and in two of ours.

        """;

    /// <summary>What a run came to, a line of the file of results.</summary>
    private sealed record Run(string Preset, int Seed, int Epochs, double[] Test, double[] HeldOut, double Seconds)
    {
        /// <summary>The test accuracy in the epoch whose held-out accuracy is best: the test set itself chooses none.</summary>
        public double Chosen => Test[Array.IndexOf(HeldOut, HeldOut.Max())];
    }

    public static async Task RunAsync(string[] options)
    {
        var arguments = new Arguments(options, "--data-dir", "--preset", "--seeds", "--workers", "--epochs", "--results", "--page");
        var all = KnownJobs.All.Where(known => known.Book is not null).ToArray();
        var chosen = arguments.Choose("--preset", all, known => known.Name);
        var folder = arguments.Text("--data-dir") ?? throw new UsageException("name the folder of MNIST's four files: --data-dir DIR");
        var results = arguments.Text("--results");
        var runs = results is not null && File.Exists(results) ? File.ReadLines(results).Select(line => JsonSerializer.Deserialize<Run>(line)!).ToList() : [];
        var sets = DataSets.Open("mnist", folder);
        foreach (var known in chosen)
        {
            var epochs = arguments.Count("--epochs", Math.Min(known.Job.Epochs, MostEpochs(known)));
            for (var seed = 1; seed <= arguments.Count("--seeds", IsLong(known) ? 1 : 5); seed++)
            {
                if (runs.Any(run => (run.Preset, run.Seed, run.Epochs) == (known.Name, seed, epochs)))
                {
                    continue;
                }

                var run = await TrainAsync(known, seed, epochs, sets, arguments.Count("--workers", 2));
                runs.Add(run);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{known.Name}, seed {seed}: test {run.Chosen:F2} in the best held-out epoch, {run.Test[^1]:F2} in the last of {epochs}; held out {run.HeldOut[^1]:F2}; best test {run.Test.Max():F2}; {run.Seconds:F1} s"));
                if (results is not null)
                {
                    File.AppendAllText(results, JsonSerializer.Serialize(run) + "\n");
                }
            }
        }

        if (arguments.Text("--page") is { } page)
        {
            File.WriteAllText(page, Page(all, runs));
        }

        using var process = Process.GetCurrentProcess();
        Console.WriteLine($"Peak memory of the process: {process.PeakWorkingSet64 / 1e6:F0} MB");
        MachineLoad.Print();
    }

    /// <summary>The convolutional networks take hours on two cores.</summary>
    private static bool IsLong(KnownJob known) => known.Book!.Chapter == 6;

    /// <summary>Epochs of the networks that would take longest, fewer than the book's.</summary>
    private static int MostEpochs(KnownJob known) => known.Name switch
    {
        "dropout" => 4,
        "expanded" => 10,
        _ when IsLong(known) => 30,
        _ => int.MaxValue,
    };

    /// <summary>One run, timed whole: start of the actor system, training, a judgement of both sets after each epoch, and the end.</summary>
    private static async Task<Run> TrainAsync(KnownJob known, int seed, int epochs, DataSetPair sets, int workers)
    {
        var start = Stopwatch.GetTimestamp();
        var (training, heldOut) = sets.PartsFor(known.Job.Data);
        var job = known.Job with
        {
            Model = known.Job.Model with { InputShape = IsLong(known) ? training.InputShape : null },
            Data = known.Job.Data with { Hash = training.Hash },
            Epochs = epochs,
            Seed = (ulong)seed,
        };
        var request = new TrainingRequest { Job = job, Training = training, Test = sets.Test, Validation = heldOut, Workers = workers, Servers = workers };
        var outcome = await ClusterTrainer.TrainAsync(request);
        double[] Percent(Func<EpochResult, double?> accuracy) => [.. outcome.Progress.History.Select(epoch => Math.Round(100 * accuracy(epoch)!.Value, 2))];
        return new Run(
            known.Name,
            seed,
            epochs,
            Percent(epoch => epoch.TestAccuracy),
            Percent(epoch => epoch.ValidationAccuracy),
            Math.Round(Stopwatch.GetElapsedTime(start).TotalSeconds, 1));
    }

    private static string Page(IEnumerable<KnownJob> all, List<Run> runs)
    {
        var page = new StringBuilder(
            """
            # The book, reproduced

            The networks of M. Nielsen's *Neural Networks and Deep Learning* on MNIST, trained by two workers and two parameter servers. This page is written by

                dotnet run -c Release --project tests/ActorNet.Benchmarks -- book --data-dir DIR --results book.jsonl --page docs/book.md

            which leaves out runs that are in `book.jsonl` already. Any row alone: `actornet train --data mnist --preset NAME`.

            All learn from the first 50,000 training images; the last 10,000 are held out. «Book» is the book's figure, a single run or the best of some, and of its
            best epoch. «Same measure» is ours on the set that the book measured, in the last epoch. «Test» is the accuracy on the 10,000 test images in the epoch whose
            held-out accuracy is best: unlike in the book's chapter 1, no epoch is chosen by the test set. Percent; medians, with the least and the most of the seeds.

            | preset | network | book | same measure | test | epochs (book's) | seeds | seconds |
            | --- | --- | --- | --- | --- | --- | --- | --- |

            """);
        foreach (var known in all)
        {
            var group = runs.Where(run => run.Preset == known.Name).GroupBy(run => run.Epochs).MaxBy(group => group.Key)?.ToArray() ?? [];
            page.AppendLine(CultureInfo.InvariantCulture, $"| {string.Join(" | ", Cells(known, group))} |");
        }

        page.Append(Numpy);
        return page.Replace("\r\n", "\n").ToString();
    }

    private static IEnumerable<string> Cells(KnownJob known, Run[] runs)
    {
        var (measure, set) = known.Book!.Of switch
        {
            BookSet.Test => ((Func<Run, double>)(run => run.Test[^1]), "test"),
            BookSet.HeldOut => (run => run.HeldOut[^1], "held out"),
            _ => (run => run.HeldOut[0], "held out, epoch 1"),
        };
        yield return $"`{known.Name}`";
        yield return $"{known.About}: {known.Job.Model.Shape}";
        yield return string.Create(CultureInfo.InvariantCulture, $"{known.Book.Percent:F2} ({set})");
        if (runs.Length == 0)
        {
            yield return "not run yet | | | |";
            yield break;
        }

        yield return Spread.Of(runs.Select(measure)).ToString("F2");
        yield return Spread.Of(runs.Select(run => run.Chosen)).ToString("F2");
        yield return string.Create(CultureInfo.InvariantCulture, $"{runs[0].Epochs} ({known.Job.Epochs})");
        yield return string.Create(CultureInfo.InvariantCulture, $"{runs.Length}");
        yield return Spread.Of(runs.Select(run => run.Seconds)).ToString("F0");
    }
}
