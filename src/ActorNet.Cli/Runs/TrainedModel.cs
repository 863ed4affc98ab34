using ActorNet.Core;
using ActorNet.Core.Training;

namespace ActorNet.Cli.Runs;

/// <summary>A model, and where it was kept.</summary>
/// <param name="Source">The file or folder that it was read from.</param>
/// <param name="Model">The network and its weights.</param>
internal sealed record TrainedModel(string Source, Model Model)
{
    /// <summary>The job that trained it; the default one for a model that does not say.</summary>
    public JobSpec Job => Model.Job ?? new JobSpec { Model = Model.Spec };

    /// <summary>Reads a model.</summary>
    /// <param name="path">A model file, a run's folder, or a checkpoint's.</param>
    /// <param name="warn">Is told of damaged checkpoints that were passed over.</param>
    /// <exception cref="ActorNetException">There is none, or it is damaged.</exception>
    public static TrainedModel Load(string path, Action<string> warn)
    {
        if (File.Exists(path) || File.Exists(Path.Combine(path, "manifest.json")))
        {
            return new TrainedModel(path, Model.Load(path));
        }

        if (!RunFolder.IsRun(path))
        {
            throw new ActorNetException(
                $"'{path}' {(Directory.Exists(path) ? "is no model" : "does not exist")}: give a model file, a run's folder or a checkpoint's.");
        }

        var file = RunFolder.ModelOf(path);
        return new TrainedModel(path, File.Exists(file) ? Model.Load(file) : FromCheckpoints(path, warn));
    }

    /// <summary>The newest model of a run that has not ended.</summary>
    private static Model FromCheckpoints(string run, Action<string> warn)
    {
        var checkpoint = RunFolder.StoreOf(run).LoadLatest(out var warnings)
            ?? throw new ActorNetException($"{run} has no model and no checkpoint yet: train it further with --resume {run}.");
        foreach (var warning in warnings)
        {
            warn(warning);
        }

        return Model.FromCheckpoint(checkpoint, run);
    }
}
