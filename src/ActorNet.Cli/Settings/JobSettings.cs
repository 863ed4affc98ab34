using System.CommandLine;
using ActorNet.Cli.Commands;
using ActorNet.Core.Data;
using ActorNet.Core.Data.Formats;
using ActorNet.Core.Models;
using ActorNet.Core.Optimization;
using ActorNet.Core.Training;
using ActorNet.Core.Training.Modes;

namespace ActorNet.Cli.Settings;

/// <summary>All settings that change the job, in the order in which they are shown and applied.</summary>
internal sealed class JobSettings
{
    private readonly List<JobSetting> _all =
    [
        Of("--data", "digits|mnist|PATH", $"The data: {DataFlags.Forms}. Default digits.", "data",
            (job, said) => job with { Data = job.Data with { Name = said.Text, Hash = "" } }, DataSets.Names),
        .. FormatFlags.Create().Select(flag => new JobSetting(flag.Setting, "data", (job, said) => WithFormat(job, flag.Key, said))),
        Of("--preset", "NAME", $"A known job, which the flags below change: {List(Presets.Names)} (docs/book.md).",
            "model", Presets.Apply, Presets.Names),
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
        Of("--optimizer", "NAME", $"{List(OptimizerSpec.Names)}. Default sgd.", "optimizer",
            (job, said) => job with { Optimizer = job.Optimizer with { Name = said.Text } }, OptimizerSpec.Names),
        Of("--momentum", "MU", "Of momentum and nesterov, 0 to under 1. Default 0.9.", "optimizer",
            (job, said) => job with { Optimizer = job.Optimizer with { Momentum = said.Number() } })
            .For("the optimizers momentum and nesterov", job => job.Optimizer.Name is "momentum" or "nesterov"),
        Of("--beta1", "BETA", "Adam's and AdamW's decay rate of the first moment. Default 0.9.", "optimizer",
            (job, said) => job with { Optimizer = job.Optimizer with { Beta1 = said.Number() } })
            .For("the optimizers adam and adamw", job => job.Optimizer.Name is "adam" or "adamw"),
        Of("--beta2", "BETA", "Adam's and AdamW's decay rate of the second moment. Default 0.999.", "optimizer",
            (job, said) => job with { Optimizer = job.Optimizer with { Beta2 = said.Number() } })
            .For("the optimizers adam and adamw", job => job.Optimizer.Name is "adam" or "adamw"),
        Of("--alpha", "ALPHA", "RMSProp's decay rate of the mean square. Default 0.99.", "optimizer",
            (job, said) => job with { Optimizer = job.Optimizer with { Alpha = said.Number() } })
            .For("the optimizer rmsprop", job => job.Optimizer.Name == "rmsprop"),
        Of("--weight-decay", "LAMBDA", "AdamW's: each step takes the part ETA·LAMBDA of the weights. Default 0.01. With other optimizers use --l2.", "optimizer",
            (job, said) => job with { Optimizer = job.Optimizer with { WeightDecay = said.Number() } })
            .For("the optimizer adamw; with others use --l2", job => job.Optimizer.Name == "adamw"),
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
        Of("--l2", "LAMBDA", "The coefficient of the weights' squares in the cost (weight decay), 0 or more. Default 0.", "l2",
            (job, said) => job with { L2 = said.Number() }),
        Of("--l1", "LAMBDA", "The coefficient of the weights' absolute values in the cost, 0 or more. Default 0.", "l1",
            (job, said) => job with { L1 = said.Number() }),
        Of("--label-smoothing", "EPSILON", "Learn classes as 1 - EPSILON and spread EPSILON over all of them, 0 to under 1. Default 0.", "labelSmoothing",
            (job, said) => job with { LabelSmoothing = said.Number() }),
        Of("--class-weights", "balanced|W0,W1,…", "What a sample of each class counts in training; balanced makes up for classes of different sizes. Default 1 each.",
            "classWeights", (job, said) => job with { ClassWeights = said.Text == "balanced" ? JobSpec.BalancedClasses : said.Numbers("balanced, or weights as in 1,2,0.5") }, "balanced"),
        Of("--augment", "shift:P,rotate:D", "Move each picture at random, anew in each epoch, by up to P pixels and D degrees; one of the two may be left out.",
            "augmentation", (job, said) => job with { Augmentation = said.Augmentation() }),
        Of("--expand", "shift", "Learn each picture five times an epoch: as it is, and shifted by one pixel down, up, right and left.", "expand",
            (job, said) => job with { Expand = said.Text }, "shift"),
        Of("--clip-norm", "N", "Shorten a step's gradient to this norm, over all parameters, where it is longer. Default 0: never.", "clipNorm",
            (job, said) => job with { ClipNorm = said.Number() }),
        Of("--samples", "N", "Learn from the first N training samples alone. Default 0: from all.", "data",
            (job, said) => said.Whole() == job.Data.Samples ? job : job with { Data = job.Data with { Samples = said.Whole(), Hash = "" } }),
        Of("--batch-size", "B", "Samples of a minibatch. Default 10.", "batchSize",
            (job, said) => job with { BatchSize = said.Whole() }),
        Of("--epochs", "N", "Passes over the training set. Default 30.", "epochs",
            (job, said) => job with { Epochs = said.Whole() }),
        Of("--seed", "N", "Where all random numbers come from. Default 1.", "seed",
            (job, said) => job with { Seed = said.Seed() }),
        Of("--target-accuracy", "A", "End early at this accuracy, 0 to 1, on held-out, else on test samples; exit code 4 if it is missed.",
            "targetAccuracy", (job, said) => job with { TargetAccuracy = said.Number() }),
        Of("--patience", "N", "End early after N epochs in a row that were no better on held-out samples (--validation). Default 0: never.", "patience",
            (job, said) => job with { Patience = said.Whole() }),
        Of("--slices", "S", "Logical ranks, at most the batch size: workers beyond S are spares. Default: the largest power of two up to min(B, 8).",
            "slices", (job, said) => job with { Slices = said.Whole() }),
        Of("--mode", "sync|local:H|ssp:T|async", "How updates are made: sync, one of each minibatch; local:H, by every slice itself for H minibatches, then by their mean; ssp:T, of each part as it arrives, no slice more than T steps ahead of the slowest; async, of each part, without a bound. With the last two no two runs agree (docs/modes.md). Default sync.", "mode",
            (job, said) => job with { Mode = said.Text }, "sync", "local:8", "ssp:4", "async"),
        Of("--outer-learning-rate", "ETA", "Of local:H: what the mean of what slices changed in a round is multiplied by. Default 1.", "outer",
            (job, said) => job with { Outer = (job.Outer ?? new()) with { LearningRate = said.Number() } })
            .For("the mode local:H", IsLocal),
        Of("--outer-momentum", "MU", "Of local:H: Nesterov's momentum over rounds, 0 to under 1. Default 0: plain averaging.", "outer",
            (job, said) => job with { Outer = (job.Outer ?? new()) with { Momentum = said.Number() } })
            .For("the mode local:H", IsLocal),
        Of("--compression", "none|fp16|bf16|int8", "How gradients are compressed, with the same bits on any cluster: in 2, 2 or 1 bytes a parameter (docs/compression.md). Not with ssp and async. Default none.", "compression",
            (job, said) => job with { Compression = said.Text, CompressionGroups = said.Text == "none" ? null : job.CompressionGroups }, "none", "fp16", "bf16", "int8"),
        Of("--compression-groups", "G", "Groups of slices, each compressed as one: as many as there are machines, 1, 2, 4, … up to S. Default 2.", "compressionGroups",
            (job, said) => job with { CompressionGroups = said.Whole() })
            .For("a compression", job => job.Compression is not null),
    ];

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

    private static JobSpec WithFormat(JobSpec job, string key, Said said)
    {
        var source = DataSource.Parse(job.Data.Name);
        return source.IsBuiltIn
            ? throw new UsageException($"{said.Source} is for CSV and NumPy files, which {source.Place} is not: leave it out, or give a file with --data.")
            : job with { Data = job.Data with { Name = (source with { Format = FormatFlags.Apply(source.Format, key, said) }).ToString(), Hash = "" } };
    }

    private static JobSetting Of(
        string flag, string value, string description, string key, Func<JobSpec, Said, JobSpec> apply, params IEnumerable<string> words) =>
        new(new Setting(flag, value, description, words), key, apply);

    private static bool IsLocal(JobSpec job) => UpdateMode.Parse(job.Mode) is UpdateMode.Local;

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
