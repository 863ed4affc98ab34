using System.CommandLine;
using ActorNet.Core.Data;
using ActorNet.Core.Models;
using ActorNet.Core.Training;

namespace ActorNet.Cli.Settings;

/// <summary>All settings that change the job, in the order in which they are shown and applied.</summary>
internal sealed class JobSettings
{
    private readonly List<JobSetting> _all =
    [
        Of("--data", "digits|mnist|PATH", "The data: digits (built in, default), mnist, a folder with four IDX files named as MNIST's are, or one that 'data shard' wrote.", "data",
            (job, said) => job with { Data = new DataSpec(said.Text, Validation: job.Data.Validation) }, DataSets.Names),
        Of("--preset", "NAME", $"A known job, which the flags below change: {string.Join("; ", Presets.All.Select(preset => $"{preset.Key}, {preset.Value}"))}.",
            "model", Presets.Apply, Presets.All.Keys),
        Of("--validation", "N", "Hold out the last N training samples; they choose the best epoch. Default 0.", "data",
            (job, said) => said.Whole() == job.Data.Validation ? job : job with { Data = job.Data with { Validation = said.Whole(), Hash = "" } }),
        Of("--hidden", "LAYER[,LAYER…]", "The hidden layers: 100 (neurons), conv20x5 (maps x window), pool2, dropout0.5, elman64, lstm64, gru64 (:sequence :masked :truncate=N); or 'none'. Default 30.",
            "model", WithHidden),
        Of("--input-shape", "NxN[xN]", "How the inputs lie, as height x width x channels or steps x features. Default: as the data says.", "model",
            (job, said) => job with { Model = job.Model with { InputShape = said.Sizes() } }),
        Of("--activation", "NAME", $"Of the hidden layers: {List(Activation.Names)}. Default sigmoid.", "model",
            (job, said) => job with { Model = job.Model.WithActivation(said.Text) }, Activation.Names)
            .For("hidden layers", job => job.Model.Layers.Count > 1),
        Of("--output-activation", "NAME", "Of the output layer. Default sigmoid.", "model",
            (job, said) => job with { Model = job.Model.WithOutputActivation(said.Text) }, Activation.Names),
        Of("--cost", "NAME", $"What training makes small: {List(Cost.Names)}. Default quadratic.", "cost",
            (job, said) => job with { Cost = said.Text }, Cost.Names),
        Of("--init", "NAME", $"How the first weights are drawn: {List(Initialiser.Names)}. Default normal-scaled.", "model",
            (job, said) => job with { Model = job.Model with { Initialiser = said.Text } }, Initialiser.Names),
        Of("--optimizer", "NAME", $"{List(_optimizers)}. Default sgd.", "optimizer",
            (job, said) => job with { Optimizer = job.Optimizer with { Name = said.Text } }, _optimizers),
        Of("--momentum", "MU", "Of momentum and nesterov, 0 to under 1. Default 0.9.", "optimizer",
            (job, said) => job with { Optimizer = job.Optimizer with { Momentum = said.Number() } })
            .For("the optimizers momentum and nesterov", job => job.Optimizer.Name is "momentum" or "nesterov"),
        Of("--beta1", "BETA", "Adam's decay rate of the first moment. Default 0.9.", "optimizer",
            (job, said) => job with { Optimizer = job.Optimizer with { Beta1 = said.Number() } })
            .For("the optimizer adam", job => job.Optimizer.Name == "adam"),
        Of("--beta2", "BETA", "Adam's decay rate of the second moment. Default 0.999.", "optimizer",
            (job, said) => job with { Optimizer = job.Optimizer with { Beta2 = said.Number() } })
            .For("the optimizer adam", job => job.Optimizer.Name == "adam"),
        Of("--learning-rate", "ETA", $"Above 0. Default {JobDefaults.LearningRateHelp}.", "learningRate",
            (job, said) => job with { LearningRate = job.LearningRate with { Rate = said.Number() } }),
        Of("--lr-schedule", "NAME", $"{List(_schedules)}. Default constant.", "learningRate",
            (job, said) => job with { LearningRate = job.LearningRate with { Schedule = said.Text } }, _schedules),
        Of("--lr-step-epochs", "N", "The step schedule lowers the rate after every N epochs. Default 10.", "learningRate",
            (job, said) => job with { LearningRate = job.LearningRate with { StepEpochs = said.Whole() } })
            .For("the schedule step", job => job.LearningRate.Schedule == "step"),
        Of("--lr-step-factor", "F", "What the step schedule multiplies the rate by. Default 0.1.", "learningRate",
            (job, said) => job with { LearningRate = job.LearningRate with { StepFactor = said.Number() } })
            .For("the schedule step", job => job.LearningRate.Schedule == "step"),
        Of("--warmup-steps", "N", "Raise the rate linearly over the first N steps. Default 0.", "learningRate",
            (job, said) => job with { LearningRate = job.LearningRate with { WarmupSteps = said.Whole() } }),
        Of("--lr-final-fraction", "F", "Which part of the rate the cosine schedule ends at. Default 0.", "learningRate",
            (job, said) => job with { LearningRate = job.LearningRate with { FinalFraction = said.Number() } })
            .For("the schedule cosine", job => job.LearningRate.Schedule == "cosine"),
        Of("--l2", "LAMBDA", "Weight decay's coefficient, 0 or more. Default 0.", "l2",
            (job, said) => job with { L2 = said.Number() }),
        Of("--batch-size", "B", "Samples of a minibatch. Default 10.", "batchSize",
            (job, said) => job with { BatchSize = said.Whole() }),
        Of("--epochs", "N", "Passes over the training set. Default 30.", "epochs",
            (job, said) => job with { Epochs = said.Whole() }),
        Of("--seed", "N", "Where all random numbers come from. Default 1.", "seed",
            (job, said) => job with { Seed = said.Seed() }),
        Of("--target-accuracy", "A", "End early at this accuracy, 0 to 1, on held-out, else on test samples; exit code 4 if it is missed.",
            "targetAccuracy", (job, said) => job with { TargetAccuracy = said.Number() }),
        Of("--slices", "S", "Logical ranks, at most the batch size: workers beyond S are spares. Default: the largest power of two up to min(B, 8).",
            "slices", (job, said) => job with { Slices = said.Whole() }),
        Of("--mode", "NAME", "sync, in which the same job gives the same bits on any number of workers. Default sync.", "mode",
            (job, said) => job with { Mode = said.Text }, "sync"),
    ];

    private static readonly string[] _optimizers = ["sgd", "momentum", "nesterov", "adam"];
    private static readonly string[] _schedules = ["constant", "step", "cosine"];

    /// <summary>Adds every flag to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var (setting, _, _) in _all)
        {
            command.Options.Add(setting.Option);
        }
    }

    /// <summary>What was said, in the order to apply it.</summary>
    public IReadOnlyList<JobChange> Find(ParseResult parse) =>
        [.. _all.Select(setting => setting.Setting.Find(parse) is { } said ? new JobChange(setting, said) : null).OfType<JobChange>()];

    private static JobSetting Of(
        string flag, string value, string description, string key, Func<JobSpec, Said, JobSpec> apply, params IEnumerable<string> words) =>
        new(new Setting(flag, value, description, words), key, apply);

    private static JobSpec WithHidden(JobSpec job, Said said)
    {
        try
        {
            return job with { Model = job.Model.WithHidden(said.Words()) };
        }
        catch (FormatException error)
        {
            throw new Commands.UsageException($"{said.Source} is '{said.Text}': {error.Message}; or none.");
        }
    }

    private static string List(IEnumerable<string> names) => string.Join(", ", names);
}
