using System.Text.Json;
using ActorNet.Core.Checkpoints;
using ActorNet.Core.Data;
using ActorNet.Core.Data.Formats;
using ActorNet.Core.Models;
using ActorNet.Core.Numerics;

namespace ActorNet.Core.Training;

/// <summary>A network with its weights: train it, ask it, keep it. Its methods belong to one thread at a time.</summary>
public sealed class Model
{
    private const string TaskKey = "actornet.task";
    private const string JobHashKey = "actornet.job";
    private const string JobKey = "actornet.jobSpec";

    private static readonly JsonSerializerOptions _json = new(JobSpec.Json) { WriteIndented = false };

    private AlignedBuffer _weights;
    private NetworkPass? _pass;

    internal Model(ModelSpec spec, JobSpec? job, TaskKind? task, AlignedBuffer weights)
    {
        Spec = spec;
        Job = job;
        Task = task;
        Network = Network.Create(spec);
        _weights = weights;
    }

    /// <summary>What the network is.</summary>
    public ModelSpec Spec { get; }

    /// <summary>The last job that trained it; null before the first.</summary>
    public JobSpec? Job { get; private set; }

    /// <summary>What its outputs mean; null where that is not known, as before its first training.</summary>
    public TaskKind? Task { get; private set; }

    /// <summary>What its outputs are called, as the data of its last job names classes or targets; null where they have numbers alone.</summary>
    public IReadOnlyList<string>? OutputNames =>
        Job is { } job && DataSource.Parse(job.Data.Name).Format.TargetNames is { } names && names.Count == Network.OutputSize ? names : null;

    /// <summary>All parameters, layer by layer; <see cref="Tensors"/> says which is which. Valid until it is trained again.</summary>
    public ReadOnlyMemory<float> Weights => _weights.Memory;

    /// <summary>The parameters as named tensors: <c>layer1.weights</c> (inputs × outputs), <c>layer1.biases</c>. They share the memory of <see cref="Weights"/>.</summary>
    public IReadOnlyList<NamedTensor> Tensors => ModelWeights.ToTensors(Network.Layout, Weights);

    /// <summary>SHA-256 of the weights as little-endian floats, in lower-case hexadecimal: what two runs are compared by.</summary>
    public string WeightsSha256 => Snapshot.Sha256(_weights.Span);

    internal Network Network { get; }

    /// <summary>Whether the weights are nobody's work yet, so that a job may draw them anew from its seed.</summary>
    private bool IsNew { get; set; }

    /// <summary>A network of dense sigmoid layers; <see cref="Create"/> makes any other.</summary>
    /// <param name="sizes">Inputs, hidden layers and outputs, as in 784, 30, 10.</param>
    /// <exception cref="ArgumentException">Fewer than two sizes.</exception>
    /// <exception cref="ActorNetException">A size is not positive.</exception>
    public static Model Dense(params ReadOnlySpan<int> sizes) => Create(ModelSpec.Dense(sizes));

    /// <summary>A network that was not trained yet. Its weights are those that seed 1 draws; its first job draws them from its own seed.</summary>
    /// <exception cref="ActorNetException">An unknown kind of layer, activation or initialiser, or a size that is not positive.</exception>
    public static Model Create(ModelSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var network = Network.Create(spec);
        var weights = new AlignedBuffer(network.Layout.Length);
        network.Initialise(weights.Span, seed: 1);
        return new Model(spec, job: null, task: null, weights) { IsNew = true };
    }

    /// <summary>Reads a model.</summary>
    /// <param name="path">A file that <see cref="Save"/> wrote, or the folder of a checkpoint.</param>
    /// <exception cref="ActorNetException">It cannot be read, is damaged, or is no model; the message names it.</exception>
    public static Model Load(string path)
    {
        if (Directory.Exists(path))
        {
            return FromCheckpoint(CheckpointStore.Load(path), path);
        }

        var content = ModelFile.Load(path);
        try
        {
            var spec = JsonSerializer.Deserialize<ModelSpec>(content.Metadata[ModelFile.ModelKey], _json) ?? throw new JsonException("it is empty.");
            var job = content.Metadata.TryGetValue(JobKey, out var json) ? JobSpec.FromJson(json, $"the job in {path}") : null;
            return FromTensors(spec, job, ReadTask(content.Metadata), content.Tensors, path);
        }
        catch (JsonException error)
        {
            throw new ActorNetException($"{path} does not say which network it is: {error.Message}", error);
        }
    }

    /// <summary>
    /// Trains on the calling thread to the end of the job, or until its target accuracy is reached or its patience is at its end. The weights are bit for bit those
    /// of the same job on any cluster. A model that was trained before starts from its weights: that is a new job with the last one as its parent.
    /// If training fails, the model stays as it was.
    /// </summary>
    /// <param name="training">What to learn.</param>
    /// <param name="job">How; its model, its data's hash, its parent and its start are filled in.</param>
    /// <param name="test">Judged after each epoch, if given.</param>
    /// <param name="eachEpoch">Sees each epoch's result, if given.</param>
    /// <param name="validation">Held-out samples, judged after each epoch, if given: they take the test set's place in deciding when to end early.</param>
    /// <returns>What each epoch came to.</returns>
    /// <exception cref="ActorNetException">The job makes no sense, the data does not fit, or the cost is not finite.</exception>
    public IReadOnlyList<EpochResult> Train(
        DataSet training, JobSpec job, DataSet? test = null, Action<EpochResult>? eachEpoch = null, DataSet? validation = null)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(job);
        job = job with { Model = Spec, Parent = Job?.Hash, StartWeights = IsNew ? null : WeightsSha256 };
        var setup = new TrainingSetup(job, training);
        var trainer = new LocalTrainer(setup);
        if (!IsNew)
        {
            _weights.Span.CopyTo(trainer.Weights.Span);
        }

        try
        {
            trainer.Run(test, validation, eachEpoch);
        }
        catch (SliceException error)
        {
            throw new ActorNetException(error.Message, error);
        }

        (Job, Task, _weights, IsNew) = (setup.Job, training.Task, trainer.Weights, false);
        return trainer.History;
    }

    /// <summary>The network's outputs for one sample.</summary>
    /// <param name="inputs">As many floats as the network has inputs, scaled as the training data was.</param>
    /// <returns>One float per output.</returns>
    /// <exception cref="ArgumentException">Another number of inputs.</exception>
    public float[] Predict(ReadOnlySpan<float> inputs) => Run(inputs).ToArray();

    /// <summary>The class that a sample most likely belongs to: where the largest output stands, the first of equals.</summary>
    /// <param name="inputs">As many floats as the network has inputs, scaled as the training data was.</param>
    /// <returns>The class, from 0.</returns>
    /// <exception cref="ArgumentException">Another number of inputs.</exception>
    public int Classify(ReadOnlySpan<float> inputs) => Scoring.Answer(Run(inputs));

    /// <summary>Judges the model on a data set, by the cost that it was trained with (before that, by the quadratic one).</summary>
    /// <param name="data">The set.</param>
    /// <param name="each">Sees the outputs and the targets of each sample, if given: for the metrics of its task.</param>
    /// <exception cref="ActorNetException">The set does not fit the network.</exception>
    public Score Evaluate(DataSet data, Action<ReadOnlySpan<float>, ReadOnlySpan<float>>? each = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.InputSize != Network.InputSize || data.TargetSize != Network.OutputSize)
        {
            throw new ActorNetException(
                $"'{data.Name}' has {data.InputSize} inputs and {data.TargetSize} targets a sample, the network {Spec.Shape} cannot judge it.");
        }

        return new Evaluator(Network, Cost.Find(Job?.Cost ?? "quadratic")).Judge(_weights.Span, data, each);
    }

    /// <summary>Writes a safetensors file, whole or not at all; its metadata holds the network's description, its task and its job.</summary>
    /// <exception cref="ActorNetException">It cannot be written; a file that was there before is intact.</exception>
    public void Save(string path)
    {
        var metadata = new Dictionary<string, string> { [ModelFile.ModelKey] = JsonSerializer.Serialize(Spec, _json) };
        if (Task is { } task)
        {
            metadata[TaskKey] = task.ToString();
        }

        if (Job is { } job)
        {
            metadata[JobHashKey] = job.Hash;
            metadata[JobKey] = job.ToJson();
        }

        ModelFile.Save(path, Tensors, metadata);
    }

    /// <summary>The model that a checkpoint holds.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="source">Where it was, for errors.</param>
    /// <exception cref="ActorNetException">Its tensors are not those of its job's network.</exception>
    internal static Model FromCheckpoint(Checkpoint checkpoint, string source)
    {
        var job = JobSpec.FromJson(checkpoint.JobJson, $"the job in {source}");
        return FromTensors(job.Model, job, task: null, checkpoint.Weights, source);
    }

    private static Model FromTensors(ModelSpec spec, JobSpec? job, TaskKind? task, IReadOnlyList<NamedTensor> tensors, string source)
    {
        var layout = Network.Create(spec).Layout;
        AlignedBuffer weights;
        try
        {
            // Before there is room for them: a small file can say that its network is large.
            ModelWeights.Check(layout, tensors);
            weights = new AlignedBuffer(layout.Length);
            ModelWeights.Load(layout, tensors, weights.Span);
        }
        catch (ActorNetException error)
        {
            throw new ActorNetException($"{source}: {error.Message}", error);
        }

        return new Model(spec, job, task, weights);
    }

    private static TaskKind? ReadTask(IReadOnlyDictionary<string, string> metadata) =>
        metadata.TryGetValue(TaskKey, out var name) && Enum.TryParse<TaskKind>(name, out var task) ? task : null;

    private ReadOnlySpan<float> Run(ReadOnlySpan<float> inputs)
    {
        if (inputs.Length != Network.InputSize)
        {
            throw new ArgumentException($"The network {Spec.Shape} takes {Network.InputSize} inputs, not {inputs.Length}.", nameof(inputs));
        }

        _pass ??= new NetworkPass(Network, maxRows: 1);
        inputs.CopyTo(_pass.Inputs(1).Values);
        _pass.Forward(_weights.Span, 1);
        return _pass.Outputs(1).Values;
    }
}
