using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using ActorNet.Core.Data;
using ActorNet.Core.Data.Pictures;
using ActorNet.Core.Models;
using ActorNet.Core.Optimization;
using ActorNet.Core.Training.Compression;
using ActorNet.Core.Training.Modes;

namespace ActorNet.Core.Training;

/// <summary>The data of a job, named by content.</summary>
/// <param name="Name">What a person asked for: <c>digits</c>, <c>mnist</c>, a folder.</param>
/// <param name="Hash">SHA-256 of the training samples that are learned from, without the held-out part; empty until the data is opened.</param>
/// <param name="Validation">How many of the last training samples are held out.</param>
public sealed record DataSpec(string Name, string Hash = "", int Validation = 0)
{
    /// <summary>How many of the first training samples are learned from; 0 for all that are not held out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Samples { get; init; }
}

/// <summary>
/// One training run, whole: with the same job the same weights come out, bit for bit, on any cluster. Worker count, partition
/// count, hosts and checkpoint interval are therefore no part of it.
/// </summary>
public sealed record JobSpec
{
    /// <summary>How a job is written to a file and hashed.</summary>
    internal static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        NewLine = "\n",
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private readonly int? _slices;
    private readonly int? _compressionGroups;

    /// <summary>The network.</summary>
    public ModelSpec Model { get; init; } = ModelSpec.Dense([784, 30, 10]);

    /// <summary>The data.</summary>
    public DataSpec Data { get; init; } = new("digits");

    /// <summary>The cost's name.</summary>
    public string Cost { get; init; } = "quadratic";

    /// <summary>The optimizer.</summary>
    public OptimizerSpec Optimizer { get; init; } = new();

    /// <summary>The learning rate and its schedule.</summary>
    public LearningRateSpec LearningRate { get; init; } = new();

    /// <summary>The L2 coefficient λ of weight decay, 0 or more; n in λ/n is the size of the whole training set.</summary>
    public double L2 { get; init; }

    /// <summary>The L1 coefficient λ₁, 0 or more: (λ₁/n)·sign(w) is added to the gradient of weights, n as for <see cref="L2"/> (Nielsen, chapter 3, eq. 95).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double L1 { get; init; }

    /// <summary>
    /// What the norm of each step's mean gradient, over all parameters, is at most: a longer gradient is shortened to it (Pascanu, Mikolov and Bengio, ICML
    /// 2013). Before weight decay. 0 for any length.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double ClipNorm { get; init; }

    /// <summary>
    /// The ε of label smoothing, at least 0 and under 1: of K classes, a target y is learned as y(1 − ε) + ε/K (Szegedy, Vanhoucke, Ioffe, Shlens and Wojna
    /// 2016, section 7). For classification alone; what is judged is judged by the true targets.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double LabelSmoothing { get; init; }

    /// <summary>
    /// What a sample of each class counts in training, 0 or more: its cost and its gradient are multiplied by it. For classification alone. Without elements, as
    /// <see cref="BalancedClasses"/>, it is filled in once the data is known; null for 1 each.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<double>? ClassWeights { get; init; }

    /// <summary>How each sample is shifted and turned anew each time that it is learned from; null for not at all. For pictures alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AugmentationSpec? Augmentation { get; init; }

    /// <summary>
    /// <c>shift</c> to learn each training picture five times an epoch: as it is, and shifted by one pixel down, up, right and left (Nielsen, chapter 6); null
    /// for not. For pictures in memory.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Expand { get; init; }

    /// <summary>Samples of a minibatch, B.</summary>
    public int BatchSize { get; init; } = 10;

    /// <summary>Passes over the training set.</summary>
    public int Epochs { get; init; } = 30;

    /// <summary>Where all random numbers come from.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Slices, S, at most B: the largest power of two that is at most min(B, 8) unless set.</summary>
    public int Slices
    {
        get => _slices ?? DefaultSlices(BatchSize);
        init => _slices = value;
    }

    /// <summary>
    /// The update mode: <c>sync</c>; <c>local:H</c>, in which every slice makes H updates by itself before the parameter servers average what came of them; <c>ssp:τ</c>,
    /// in which a slice may be τ steps ahead of the slowest; <c>async</c>, in which none waits for another. With the last two the weights depend on who was how fast.
    /// </summary>
    public string Mode { get; init; } = "sync";

    /// <summary>
    /// How the gradient of each group of slices is written before groups are added up, whether or not it crosses a network: <c>fp16</c>, <c>bf16</c> or <c>int8</c>;
    /// null, or <c>none</c>, for as it is. For the modes <c>sync</c> and <c>local:H</c>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Compression
    {
        get;
        init => field = value == "none" ? null : value;
    }

    /// <summary>
    /// Groups of slices whose gradients are compressed: as many as a level of the reduction tree has nodes, so of S = 8 slices 1, 2, 4 or 8; the lesser of S and 2 unless
    /// set. Null where nothing is compressed.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? CompressionGroups
    {
        get => Compression is null ? _compressionGroups : _compressionGroups ?? Math.Min(Slices, 2);
        init => _compressionGroups = value;
    }

    /// <summary>How the parameter servers apply a round of <c>local:H</c>; null for plain averaging.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OuterSpec? Outer
    {
        get;
        init => field = value == OuterSpec.Plain ? null : value;
    }

    /// <summary>The accuracy, 0 to 1, on held-out or else on test samples, at which the job ends early; null for none.</summary>
    public double? TargetAccuracy { get; init; }

    /// <summary>
    /// After how many epochs in a row without a better held-out accuracy (of a regression: a lower held-out cost) the job ends early; 0 for never (Nielsen,
    /// chapter 3, «no-improvement-in-n»). It needs a held-out set: the test set chooses no epoch.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Patience { get; init; }

    /// <summary>
    /// The hash of the job that this one goes on from; null for none. With <see cref="StartWeights"/> it starts anew from that job's weights;
    /// without, it goes on where that job ended: with its weights, optimizer state and step count, up to <see cref="Epochs"/> in all.
    /// </summary>
    public string? Parent { get; init; }

    /// <summary>SHA-256 of the weights that it starts from; null when they are drawn from the seed.</summary>
    public string? StartWeights { get; init; }

    /// <summary>
    /// The <see cref="ClassWeights"/> that make up for classes of different sizes: n/(K·n_c) for a class of n_c of the n training samples, K being the classes
    /// that occur; 1 for a class that does not.
    /// </summary>
    public static IReadOnlyList<double> BalancedClasses => [];

    /// <summary>Samples of one update of the parameter servers: of a minibatch, or of the minibatches of a round.</summary>
    [JsonIgnore]
    internal int SamplesPerUpdate =>
        UpdateMode.Parse(Mode) is UpdateMode.Local { Steps: var steps } ? (int)Math.Min((long)steps * BatchSize, int.MaxValue) : BatchSize;

    /// <summary>SHA-256 over the whole job, in lower-case hexadecimal: its name.</summary>
    [JsonIgnore]
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(Named, Json)));

    /// <summary>Two jobs are the same when they have the same name, whether a default was said or not.</summary>
    public bool Equals(JobSpec? other) => other is not null && Hash == other.Hash;

    /// <inheritdoc/>
    public override int GetHashCode() => Hash.GetHashCode(StringComparison.Ordinal);

    /// <summary>The job as its name is made from: once the data is known by content, where it was found is no part of it.</summary>
    private JobSpec Named => Data.Hash.Length == 0 ? this : this with { Data = Data with { Name = "" } };

    /// <summary>Slices when none are asked for: the largest power of two that is at most min(B, 8).</summary>
    internal static int DefaultSlices(int batchSize) => batchSize < 1 ? 1 : 1 << int.Log2(Math.Min(batchSize, 8));

    /// <summary>The job as it is written to a file.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Reads a job.</summary>
    /// <param name="json">What <see cref="ToJson"/> writes; keys may be left out.</param>
    /// <param name="source">Where it comes from, for errors.</param>
    /// <exception cref="ActorNetException">Not a job; names the key.</exception>
    public static JobSpec FromJson(string json, string source)
    {
        try
        {
            return JsonSerializer.Deserialize<JobSpec>(json, Json) ?? throw new ActorNetException($"{source} is empty: write a job, e.g. with --print-job.");
        }
        catch (JsonException error)
        {
            throw new ActorNetException($"{source} is not a job (at {error.Path ?? "the start"}): {FirstSentence(error.Message)}", error);
        }
    }

    /// <summary>Checks every value that can be checked without the data.</summary>
    /// <exception cref="ActorNetException">The first wrong value, by its key.</exception>
    public void Validate()
    {
        Require(BatchSize >= 1, $"batch size is {BatchSize}: it must be 1 or more.");
        Require(Slices >= 1, $"slices is {Slices}: it must be 1 or more.");
        Require(Slices <= BatchSize, $"slices is {Slices}, more than the batch size {BatchSize}: every slice needs a sample of each minibatch.");
        Require(Epochs >= 1, $"epochs is {Epochs}: it must be 1 or more.");
        Require(L2 >= 0 && double.IsFinite(L2), $"l2 is {L2}: it must be 0 or more.");
        Require(L1 >= 0 && double.IsFinite(L1), $"l1 is {L1}: it must be 0 or more.");
        Require(ClipNorm >= 0 && double.IsFinite(ClipNorm), $"clip norm is {ClipNorm}: it must be 0 or more.");
        Require(Data.Samples >= 0, $"samples is {Data.Samples}: it must be 0 or more.");
        Require(LabelSmoothing >= 0 && (float)LabelSmoothing < 1, $"label smoothing is {LabelSmoothing}: it must be 0 or more and under 1.");
        Require(ClassWeights is null || ClassWeights.All(weight => weight >= 0 && float.IsFinite((float)weight)), $"class weights are {string.Join(',', ClassWeights ?? [])}: each must be 0 or more.");
        Require(Expand is null or "shift", $"expand is '{Expand}': this version knows shift alone.");
        Require(Patience >= 0, $"patience is {Patience}: it must be 0 or more.");
        Augmentation?.Validate();
        Require(TargetAccuracy is null or (>= 0 and <= 1), $"target accuracy is {TargetAccuracy}: it must be between 0 and 1.");
        Require(Data.Validation >= 0, $"validation is {Data.Validation}: it must be 0 or more.");
        Require(
            UpdateMode.Parse(Mode) is UpdateMode.Local || Outer is null,
            $"an outer learning rate or momentum is for the mode local:H, and the mode is {Mode}: leave it out, or choose e.g. local:8.");
        Require(
            UpdateMode.Parse(Mode) is not UpdateMode.Stale || ClipNorm == 0,
            $"clip norm is {ClipNorm}, and the mode is {Mode}, in which no step's whole gradient is ever in one place: leave it out, or choose sync or local:H.");
        CheckCompression();
        Require(Model.Layers.Count > 0, "the model has no layers: give it one at least.");
        LearningRate.Validate();
        Optimizer.Create();
        CreateServerOptimizer();
    }

    /// <summary>The rule by which the parameter servers make a version of the one before.</summary>
    /// <exception cref="ActorNetException">A coefficient is out of range; the message names the key.</exception>
    internal Optimizer CreateServerOptimizer() => UpdateMode.Parse(Mode) is UpdateMode.Local ? (Outer ?? OuterSpec.Plain).Create() : Optimizer.Create();

    /// <summary>The job once its data is known: the data named by content, and class weights that follow from it filled in.</summary>
    /// <param name="data">The training set, not expanded.</param>
    internal JobSpec With(DataSet data) => this with
    {
        Data = Data with { Hash = data.Hash },
        ClassWeights = ClassWeights is { Count: 0 } && data.Task == TaskKind.Classification ? Training.ClassWeights.Balanced(data) : ClassWeights,
    };

    /// <summary>What an epoch goes through: the training set, or what it is expanded to.</summary>
    /// <exception cref="ActorNetException">It cannot be expanded.</exception>
    internal DataSet Expanded(DataSet data) => Expand is null ? data : new ExpandedDataSet(data, PictureShape.Of(data, Model, "expand"));

    /// <summary>Checks that the data fits the network.</summary>
    /// <exception cref="ActorNetException">It does not; names the sizes.</exception>
    internal void CheckData(DataSet data)
    {
        var outputs = Network.Create(Model).OutputSize;
        Require(data.Count > 0, $"'{data.Name}' has no samples to train on.");
        Require(data.InputSize == Model.Inputs, $"'{data.Name}' has {data.InputSize} inputs a sample, the network takes {Model.Inputs}: make the first size {data.InputSize}.");
        Require(data.TargetSize == outputs, $"'{data.Name}' has {data.TargetSize} targets a sample, the network gives {outputs}: make the last size {data.TargetSize}.");
        Require(data.Shards % Slices == 0, $"'{data.Name}' lies in {data.Shards} shards, which {Slices} slices cannot share: {(Slices > data.Shards ? "shard it again into more, or ask for fewer slices" : "make the slices a power of two")}.");
        CheckClasses(data);
        Require(data.Hash == Data.Hash || Data.Hash.Length == 0, $"'{data.Name}' is not the data of this job: its hash is {data.Hash}, the job's is {Data.Hash}.");
        SampleTreatment.Of(this, Expanded(data));
    }

    private void CheckCompression()
    {
        if (Compression is not { } word)
        {
            Require(CompressionGroups is null, $"compression groups is {CompressionGroups}, and nothing is compressed: leave it out, or set compression, as in int8.");
            return;
        }

        GradientCodec.Parse(word);
        Require(
            UpdateMode.Parse(Mode) is not UpdateMode.Stale,
            $"compression is {word}, and the mode is {Mode}, in which gradients are not summed by groups: leave it out, or choose sync or local:H.");
        Require(
            ReductionTree.GroupSlices(Slices, CompressionGroups!.Value) is not null,
            $"compression groups is {CompressionGroups}: {Slices} slices make {string.Join(", ", Enumerable.Range(1, Math.Min(Slices, 64)).Where(groups => ReductionTree.GroupSlices(Slices, groups) is not null))}.");
    }

    private void CheckClasses(DataSet data)
    {
        Require(
            (LabelSmoothing == 0 && ClassWeights is null) || data.Task == TaskKind.Classification,
            $"'{data.Name}' has no classes: {(LabelSmoothing == 0 ? "class weights are" : "label smoothing is")} for classification; leave {(LabelSmoothing == 0 ? "them" : "it")} out.");
        Require(
            ClassWeights is null or { Count: 0 } || ClassWeights.Count == data.TargetSize,
            $"'{data.Name}' has {data.TargetSize} classes, the job {ClassWeights?.Count} class weights: give one for each.");
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new ActorNetException(message);
        }
    }

    private static string FirstSentence(string message)
    {
        var end = message.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? message : message[..(end + 1)];
    }
}
