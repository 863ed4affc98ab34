using ActorNet.Cli.Commands;
using ActorNet.Cli.Settings;
using ActorNet.Cluster.Hosting;
using ActorNet.Core;
using ActorNet.Core.Checkpoints;
using ActorNet.Core.Data;
using ActorNet.Core.Data.Formats;
using ActorNet.Core.Models;
using ActorNet.Core.Training;

namespace ActorNet.Cli.Runs;

/// <summary>Plans a new run from flags, environment, job file and defaults, in this order of precedence.</summary>
internal static class NewRun
{
    /// <summary>The plan of a new run.</summary>
    /// <param name="options">How to train.</param>
    /// <param name="changes">What was said of the job.</param>
    /// <param name="warn">Is told what is wrong but survived.</param>
    /// <exception cref="ActorNetException">The job makes no sense, or does not fit the data.</exception>
    public static TrainingPlan Plan(TrainOptions options, IReadOnlyList<JobChange> changes, Action<string> warn)
    {
        var file = options.JobFile is { } path ? JobFile.Load(path.Text) : JobFile.Empty;
        var job = changes.Aggregate(file.Job, (job, change) => change.ApplyTo(job));
        if (!HasRate(file, changes))
        {
            job = job with { LearningRate = job.LearningRate with { Rate = JobDefaults.LearningRate(job) } };
        }

        var start = Start(options, changes, file, ref job, warn)?.Model;
        var fits = start is not null || file.Keys.Contains("model");
        CheckSense(job, isSized: fits);
        foreach (var (setting, said) in changes.Where(change => change.Setting.Purpose is { } purpose && !purpose.IsIn(job)))
        {
            warn($"{said.Source} has no effect on this job: it is for {setting.Purpose!.Value.Words}.");
        }

        var settings = Settings(options, job);
        var data = TrainingData.Open(settings.Data, settings.DataFolder, job.Data, warn);
        if (!fits)
        {
            job = job with { Model = job.Model.Fitting(data.Training) };
            job = data.Training.Task == TaskKind.Regression ? ForRegression(job, HasRate(file, changes), changes) : job;
            CheckSense(job, isSized: true);
        }

        if (job.TargetAccuracy is not null && data.Training.Task == TaskKind.Regression)
        {
            throw new UsageException($"a target accuracy is for classes: '{data.Training.Name}' has numbers to predict. Leave it out.");
        }

        settings = settings with { Workers = options.Workers ?? ClusterTrainer.DefaultWorkers(job) };
        job.CheckData(data.Training);
        // With all that is known of the format now: other files are read in the same way, wherever the job goes.
        var source = DataSource.Parse(job.Data.Name).With(data.Training.Format);
        settings = settings with { Data = source.Rooted().ToString() };
        job = job.With(data.Training);
        job = job with { Data = job.Data with { Name = source.ToString() } };
        var plan = new TrainingPlan { Job = job, Data = data, Settings = settings, Out = options.Out?.Text };
        return start is null ? plan : plan with { StartWeights = start.Weights, First = AtStart(job, start) };
    }

    /// <summary>The job with what suits numbers to predict, where nobody chose: outputs that can be any number, and a rate for them.</summary>
    private static JobSpec ForRegression(JobSpec job, bool hasRate, IReadOnlyList<JobChange> changes)
    {
        job = changes.Any(change => change.Flag is "--output-activation" or "--preset") ? job : job with { Model = job.Model.WithOutputActivation("identity") };
        return hasRate ? job : job with { LearningRate = job.LearningRate with { Rate = JobDefaults.RegressionRate(job) } };
    }

    /// <summary>Whether somebody chose the rate itself, not only its schedule.</summary>
    private static bool HasRate(JobFile file, IReadOnlyList<JobChange> changes) =>
        file.Keys.Contains("learningRate") || changes.Any(change => change.Flag is "--learning-rate" or "--preset");

    /// <summary>The model that the job starts from, the job being made to say so; null for none.</summary>
    private static TrainedModel? Start(
        TrainOptions options, IReadOnlyList<JobChange> changes, JobFile file, ref JobSpec job, Action<string> warn)
    {
        if (options.From is not { } from)
        {
            return job switch
            {
                { StartWeights: { } weights } => throw new UsageException(
                    $"the job starts from the weights {weights}: give the model that has them with --from."),
                { Parent: { } parent } => throw new UsageException(
                    $"the job goes on from job {parent}: use --resume RUN_DIR --epochs {job.Epochs} with that job's run."),
                _ => null,
            };
        }

        if (changes.FirstOrDefault(change => change.Setting.Key == "model") is { } change)
        {
            throw new UsageException(
                $"{change.Said.Source} would change the network, which {from.Source} takes from {from.Text}: give one of the two.");
        }

        var trained = TrainedModel.Load(from.Text, warn);
        var model = trained.Model;
        if (job.StartWeights is { } expected && expected != model.WeightsSha256)
        {
            throw new ActorNetException(
                $"{from.Text} has the weights {model.WeightsSha256}, but the job starts from {expected}: give that model.");
        }

        if (file.Keys.Contains("model") && job.Model != model.Spec)
        {
            throw new ActorNetException(
                $"{from.Text} is a network {model.Spec.Shape}, not the job's {job.Model.Shape}: leave the job's model out.");
        }

        var origin = job.StartWeights is null ? model.Job?.Hash : job.Parent;
        job = job with { Model = model.Spec, StartWeights = model.WeightsSha256, Parent = origin };
        return trained;
    }

    /// <summary>A checkpoint before the first step, so that a run that starts from a model can be resumed at any time.</summary>
    private static Checkpoint AtStart(JobSpec job, Model start)
    {
        var layout = start.Network.Layout;
        var state = new Snapshot(layout.Length, job.CreateServerOptimizer().StateCount).StateTensors();
        var progress = new TrainingProgress(
            Version: 0,
            Epoch: 0,
            Incarnation: 0,
            Finished: false,
            History: [],
            Ledger: null,
            PartialCost: 0,
            PartialCorrect: 0,
            start.WeightsSha256);
        return new Checkpoint(job.Hash, job.ToJson(), progress, start.Tensors, state);
    }

    /// <summary>Checks a job by itself.</summary>
    /// <param name="job">The job.</param>
    /// <param name="isSized">Whether its network has the sizes of the data: before that, only what does not hang on them is checked.</param>
    private static void CheckSense(JobSpec job, bool isSized) => UsageException.Check(() =>
    {
        job.Validate();
        foreach (var layer in job.Model.Layers)
        {
            Activation.Find(layer.Activation);
        }

        Cost.Find(job.Cost).Check(Activation.Find(job.Model.Layers[^1].Activation));
        Initialiser.Find(job.Model.Initialiser);
        if (job is { Patience: > 0, Data.Validation: 0 })
        {
            throw new ActorNetException($"patience is {job.Patience}, and no samples are held out to judge the epochs by: add --validation N, e.g. 10000.");
        }

        return isSized ? Network.Create(job.Model) : null;
    });

    private static RunSettings Settings(TrainOptions options, JobSpec job) =>
        new RunSettings { Data = UsageException.Check(() => DataSource.Parse(job.Data.Name)).Rooted().ToString() }.With(options);
}
