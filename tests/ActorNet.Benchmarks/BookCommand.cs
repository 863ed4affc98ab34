using System.Diagnostics;
using ActorNet.Cluster.Hosting;
using ActorNet.Core.Data;
using ActorNet.Core.Models;
using ActorNet.Core.Optimization;
using ActorNet.Core.Training;

namespace ActorNet.Benchmarks;

/// <summary>Accuracy on MNIST's test images of the book's networks, trained by real actors with one seed after the other.</summary>
internal static class BookCommand
{
    /// <summary>The book learns from the first 50,000 of MNIST's training images.</summary>
    private const int HeldOut = 10_000;

    private sealed record Preset(string Name, int Seeds, JobSpec Job);

    /// <summary>Nielsen, Neural Networks and Deep Learning: chapter 1's first run, and chapter 3's best without convolutions or more data.</summary>
    private static readonly Preset[] _presets =
    [
        new("book", 10, new JobSpec
        {
            Model = ModelSpec.Dense([784, 30, 10], initialiser: "normal"),
            Cost = "quadratic",
            LearningRate = new LearningRateSpec { Rate = 3.0 },
            BatchSize = 10,
            Epochs = 30,
        }),
        new("deep", 3, new JobSpec
        {
            Model = ModelSpec.Dense([784, 100, 10], initialiser: "normal-scaled"),
            Cost = "cross-entropy",
            LearningRate = new LearningRateSpec { Rate = 0.1 },
            L2 = 5.0,
            BatchSize = 10,
            Epochs = 60,
        }),
    ];

    private readonly record struct Run(double Best, double Last, double Seconds);

    public static async Task RunAsync(string[] options)
    {
        var arguments = new Arguments(options, "--data-dir", "--preset", "--seeds", "--workers", "--epochs");
        var preset = arguments.Choose("--preset", _presets, preset => preset.Name)[0];
        var folder = arguments.Text("--data-dir") ?? throw new UsageException("name the folder of MNIST's four files: --data-dir DIR");
        var sets = DataSets.Open("mnist", folder);
        var training = sets.HoldOut(HeldOut).Training;
        var workers = arguments.Count("--workers", 2);
        var job = preset.Job with
        {
            Data = new DataSpec("mnist", training.Hash, HeldOut),
            Epochs = arguments.Count("--epochs", preset.Job.Epochs),
        };
        Console.WriteLine($"{job.Model.Shape}, {job.Cost}, {job.Model.Initialiser}, η {job.LearningRate.Rate}, λ {job.L2}, minibatch {job.BatchSize}, "
            + $"{job.Epochs} epochs, {training.Count:N0} training images, {workers} workers. Test accuracy in percent.");
        var runs = new List<Run>();
        for (var seed = 1; seed <= arguments.Count("--seeds", preset.Seeds); seed++)
        {
            var run = await TrainAsync(job with { Seed = (ulong)seed }, training, sets.Test, workers);
            Console.WriteLine($"seed {seed}: best {run.Best:F2}, last {run.Last:F2}, {run.Seconds:F1} s");
            runs.Add(run);
        }
        Console.WriteLine($"best: {Spread.Of(runs.Select(run => run.Best)).ToString("F2")}, last: {Spread.Of(runs.Select(run => run.Last)).ToString("F2")}, "
            + $"seconds: {Spread.Of(runs.Select(run => run.Seconds)).ToString("F1")}");
        using var process = Process.GetCurrentProcess();
        Console.WriteLine($"Peak memory of the process: {process.PeakWorkingSet64 / 1e6:F0} MB");
        MachineLoad.Print();
    }

    /// <summary>One run, timed whole: start of the actor system, training, a judgement of the test set after each epoch, and the end.</summary>
    private static async Task<Run> TrainAsync(JobSpec job, DataSet training, DataSet test, int workers)
    {
        var start = Stopwatch.GetTimestamp();
        var request = new TrainingRequest { Job = job, Training = training, Test = test, Workers = workers, Servers = workers };
        var outcome = await ClusterTrainer.TrainAsync(request);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var accuracies = outcome.Progress.History.Select(epoch => 100 * epoch.TestAccuracy).ToArray();
        return new Run(accuracies.Max(), accuracies[^1], seconds);
    }
}
