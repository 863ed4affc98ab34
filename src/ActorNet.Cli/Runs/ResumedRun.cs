using ActorNet.Cli.Commands;
using ActorNet.Cli.Settings;
using ActorNet.Core;
using ActorNet.Core.Checkpoints;
using ActorNet.Core.Data;
using ActorNet.Core.Data.Formats;
using ActorNet.Core.Training;

namespace ActorNet.Cli.Runs;

/// <summary>Plans how to go on with a run: to the end of its job, or with more epochs as a new job.</summary>
internal static class ResumedRun
{
    /// <summary>The plan of a run that goes on.</summary>
    /// <param name="options">How to train; what is not said stays as it was.</param>
    /// <param name="changes">
    /// What was said of the job: it must be the job's own, save the epochs of a finished run and the place of the data.
    /// </param>
    /// <param name="warn">Is told what is wrong but survived.</param>
    /// <exception cref="ActorNetException">There is no such run, or it cannot go on so.</exception>
    public static TrainingPlan Plan(TrainOptions options, IReadOnlyList<JobChange> changes, Action<string> warn)
    {
        var folder = FolderOf(options);
        foreach (var start in new[] { options.From, options.JobFile }.OfType<Said>())
        {
            if (!options.ResumeIfThere)
            {
                throw new UsageException($"{start.Source} does not go with --resume, which takes the job from the run: leave one of them out.");
            }

            warn($"{start.Source} {start.Text} is not read: {folder} goes on with the job that it has.");
        }

        RunFolder.Require(folder);
        var job = RunFolder.LoadJob(folder);
        var checkpoint = RunFolder.StoreOf(folder).LoadLatest(out var warnings, job.Hash);
        foreach (var warning in warnings)
        {
            warn(warning);
        }

        var settings = RunFolder.LoadSettings(folder).With(options);
        settings = changes.Where(change => change.IsData).Aggregate(settings, WithData);

        var data = TrainingData.Open(settings.Data, settings.DataFolder, job.Data, warn);
        job.CheckData(data.Training);
        var plan = new TrainingPlan { Job = job, Data = data, Settings = settings, Existing = folder, Resume = checkpoint };
        var more = MoreEpochs(job, checkpoint, changes);
        var another = options.ResumeIfThere ? "choose another --out" : $"start a new run with --from {folder}";
        RefuseChanges(folder, job, data.Training, changes.Where(change => !change.IsData && (more is null || !IsEpochs(change))), checkpoint, another);
        if (more is { } epochs)
        {
            return WithMoreEpochs(plan, epochs, options.Out?.Text);
        }

        if (options.Out is { } other && Path.GetFullPath(other.Text) != Path.GetFullPath(folder))
        {
            throw new UsageException($"{other.Source} names another folder than the run that goes on, {folder}: leave it out.");
        }

        return plan;
    }

    /// <summary>
    /// Refuses a run that another process trains: its checkpoints come and go, and what was read of them could be of no use by the time its folder is free.
    /// </summary>
    /// <exception cref="ActorNetException">Another process trains it, or it is no run.</exception>
    public static void RequireFree(TrainOptions options) => RunFolder.Open(FolderOf(options)).Dispose();

    private static string FolderOf(TrainOptions options) => options.Resume!.Value.Text is { Length: > 0 } named ? named : RunFolder.Newest();

    /// <summary>The settings with another place of the data, or another way to read it: whether it is the job's own, its hash says.</summary>
    private static RunSettings WithData(RunSettings settings, JobChange change)
    {
        var known = DataSource.Parse(settings.Data);
        var data = change.Flag == "--data"
            ? UsageException.Check(() => known.At(change.Said.Text))
            : known with { Format = FormatFlags.Apply(known.Format, change.Flag[2..], change.Said) };
        return settings with { Data = data.ToString() };
    }

    private static bool IsEpochs(JobChange change) => change.Flag == "--epochs";

    /// <summary>The epochs of the new job that a finished run is to go on with; null for none.</summary>
    private static int? MoreEpochs(JobSpec job, Checkpoint? checkpoint, IReadOnlyList<JobChange> changes)
    {
        if (checkpoint is not { Progress: { Finished: true, Epoch: var done } } || changes.FirstOrDefault(IsEpochs) is not { Said: var said })
        {
            return null;
        }

        // The job's own number is no change, also where the job has ended early.
        var epochs = said.Whole();
        return epochs == job.Epochs ? null : epochs > done ? epochs : throw said.Wrong($"more than the {done} epochs that are done");
    }

    /// <summary>Refuses the first setting that would change the job, and names another way.</summary>
    private static void RefuseChanges(
        string folder, JobSpec job, DataSet training, IEnumerable<JobChange> changes, Checkpoint? checkpoint, string another)
    {
        foreach (var change in changes)
        {
            if (change.ApplyTo(job).With(training).Hash != job.Hash)
            {
                var way = IsEpochs(change) && checkpoint?.Progress.Finished != true
                    ? "let it finish first"
                    : another;
                throw new UsageException(
                    $"{change.Said.Source} {change.Said.Text} would change the job of {folder}, which goes on: leave it out, or {way}.");
            }
        }
    }

    /// <summary>
    /// The next job: it begins where the old one ended, with the same weights, optimizer state and step count, so that its epochs are
    /// numbered on, and draw their samples, as if the old job had been as long from the start.
    /// </summary>
    private static TrainingPlan WithMoreEpochs(TrainingPlan plan, int epochs, string? folder)
    {
        var old = plan.Resume!;
        var job = plan.Job with { Epochs = epochs, Parent = old.JobHash, StartWeights = null };
        var first = old with { JobHash = job.Hash, JobJson = job.ToJson(), Progress = old.Progress with { Finished = false } };
        return plan with { Job = job, Existing = null, Out = folder, Resume = first, First = first };
    }
}
