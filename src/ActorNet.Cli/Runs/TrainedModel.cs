using System.Text.Json;
using ActorNet.Core;
using ActorNet.Core.Checkpoints;
using ActorNet.Core.Models;
using ActorNet.Core.Numerics;
using ActorNet.Core.Training;

namespace ActorNet.Cli.Runs;

/// <summary>A network with its weights and the job that trained it, wherever it was kept.</summary>
internal sealed class TrainedModel
{
    private const string JobKey = "actornet.job";
    private const string JobSpecKey = "actornet.jobSpec";
    private const string TaskKey = "actornet.task";

    private TrainedModel(string source, JobSpec job, ModelSpec spec, IReadOnlyList<NamedTensor> tensors)
    {
        Source = source;
        Job = job;
        Spec = spec;
        Network = Network.Create(spec);
        Weights = new AlignedBuffer(Network.Layout.Length);
        try
        {
            ModelWeights.Load(Network.Layout, tensors, Weights.Span);
        }
        catch (ActorNetException error)
        {
            throw new ActorNetException($"{source}: {error.Message}", error);
        }
    }

    /// <summary>The file or folder that it was read from.</summary>
    public string Source { get; }

    /// <summary>The job that trained it.</summary>
    public JobSpec Job { get; }

    /// <summary>The network's description.</summary>
    public ModelSpec Spec { get; }

    /// <summary>The network.</summary>
    public Network Network { get; }

    /// <summary>The parameter vector.</summary>
    public AlignedBuffer Weights { get; }

    /// <summary>SHA-256 of the weights.</summary>
    public string Sha256 => Snapshot.Sha256(Weights.Span);

    /// <summary>Reads a model.</summary>
    /// <param name="path">A model file, a run's folder, or a checkpoint's.</param>
    /// <param name="warn">Is told of damaged checkpoints that were passed over.</param>
    /// <exception cref="ActorNetException">There is none, or it is damaged.</exception>
    public static TrainedModel Load(string path, Action<string> warn)
    {
        if (File.Exists(path))
        {
            return FromFile(path);
        }

        if (!Directory.Exists(path))
        {
            throw new ActorNetException($"model '{path}' does not exist: give a model file, a run's folder or a checkpoint's.");
        }

        if (!RunFolder.IsRun(path) || File.Exists(Path.Combine(path, "manifest.json")))
        {
            return FromCheckpoint(path, CheckpointStore.Load(path));
        }

        var file = RunFolder.ModelOf(path);
        return File.Exists(file) ? FromFile(file) : FromRun(path, warn);
    }

    private static TrainedModel FromFile(string path)
    {
        var content = ModelFile.Load(path);
        try
        {
            var spec = JsonSerializer.Deserialize<ModelSpec>(content.Metadata[ModelFile.ModelKey], RunJson.Line) ?? throw new JsonException("it is empty.");
            var job = content.Metadata.TryGetValue(JobSpecKey, out var json)
                ? JobSpec.FromJson(json, $"the job in {path}")
                : new JobSpec { Model = spec };
            return new TrainedModel(path, job, spec, content.Tensors);
        }
        catch (JsonException error)
        {
            throw new ActorNetException($"{path} does not say which network it is: {error.Message}", error);
        }
    }

    private static TrainedModel FromRun(string path, Action<string> warn)
    {
        var checkpoint = RunFolder.StoreOf(path).LoadLatest(out var warnings)
            ?? throw new ActorNetException($"{path} has no model and no checkpoint yet: train it further with --resume {path}.");
        foreach (var warning in warnings)
        {
            warn(warning);
        }

        return FromCheckpoint(path, checkpoint);
    }

    private static TrainedModel FromCheckpoint(string path, Checkpoint checkpoint)
    {
        var job = JobSpec.FromJson(checkpoint.JobJson, $"the job in {path}");
        return new TrainedModel(path, job, job.Model, checkpoint.Weights);
    }
}
