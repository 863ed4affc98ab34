using ActorNet.Core;
using ActorNet.Core.Models;
using ActorNet.Core.Training;

namespace ActorNet.Cli.Settings;

/// <summary>Known jobs by name: two of M. Nielsen's <em>Neural Networks and Deep Learning</em>, with its 10,000 samples held out.</summary>
internal static class Presets
{
    private const int HeldOut = 10_000;

    /// <summary>The names, and what the help says of them.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        ["book"] = "chapter 1's first network",
        ["deep"] = "chapter 3's of 100 hidden neurons",
    };

    /// <summary>A job as a preset has it; the data stays what it was.</summary>
    /// <exception cref="Commands.UsageException">There is no such preset.</exception>
    public static JobSpec Apply(JobSpec job, Said said)
    {
        var plain = new JobSpec
        {
            Data = HeldOut == job.Data.Validation ? job.Data : job.Data with { Validation = HeldOut, Hash = "" },
            Seed = job.Seed,
            TargetAccuracy = job.TargetAccuracy,
        };
        return said.Text switch
        {
            "book" => plain with { Model = ModelSpec.Dense([784, 30, 10], initialiser: "normal"), LearningRate = new() { Rate = 3.0 } },
            "deep" => plain with
            {
                Model = ModelSpec.Dense([784, 100, 10]),
                Cost = "cross-entropy",
                LearningRate = new() { Rate = 0.1 },
                L2 = 5.0,
                Epochs = 60,
            },
            var other => throw new Commands.UsageException(NameSuggestion.Message("preset", other, [.. All.Keys])),
        };
    }
}
