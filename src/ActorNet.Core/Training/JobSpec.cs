using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using ActorNet.Core.Data;
using ActorNet.Core.Models;
using ActorNet.Core.Optimization;

namespace ActorNet.Core.Training;

/// <summary>The data of a job, named by content.</summary>
/// <param name="Name">What a person asked for: <c>digits</c>, <c>mnist</c>, a folder.</param>
/// <param name="Hash">SHA-256 of the training samples that are learned from, without the held-out part; empty until the data is opened.</param>
/// <param name="Validation">How many of the last training samples are held out.</param>
public sealed record DataSpec(string Name, string Hash = "", int Validation = 0);

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

    /// <summary>The update mode: <c>sync</c>.</summary>
    public string Mode { get; init; } = "sync";

    /// <summary>The accuracy, 0 to 1, on held-out or else on test samples, at which the job ends early; null for none.</summary>
    public double? TargetAccuracy { get; init; }

    /// <summary>
    /// The hash of the job that this one goes on from; null for none. With <see cref="StartWeights"/> it starts anew from that job's weights;
    /// without, it goes on where that job ended: with its weights, optimizer state and step count, up to <see cref="Epochs"/> in all.
    /// </summary>
    public string? Parent { get; init; }

    /// <summary>SHA-256 of the weights that it starts from; null when they are drawn from the seed.</summary>
    public string? StartWeights { get; init; }

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
        Require(TargetAccuracy is null or (>= 0 and <= 1), $"target accuracy is {TargetAccuracy}: it must be between 0 and 1.");
        Require(Data.Validation >= 0, $"validation is {Data.Validation}: it must be 0 or more.");
        Require(Mode == "sync", $"mode is '{Mode}': this version knows sync alone.");
        Require(Model.Layers.Count > 0, "the model has no layers: give it one at least.");
        LearningRate.Validate();
        Optimizer.Create();
    }

    /// <summary>Checks that the data fits the network.</summary>
    /// <exception cref="ActorNetException">It does not; names the sizes.</exception>
    internal void CheckData(DataSet data)
    {
        var outputs = Network.Create(Model).OutputSize;
        Require(data.Count > 0, $"'{data.Name}' has no samples to train on.");
        Require(data.InputSize == Model.Inputs, $"'{data.Name}' has {data.InputSize} inputs a sample, the network takes {Model.Inputs}: make the first size {data.InputSize}.");
        Require(data.TargetSize == outputs, $"'{data.Name}' has {data.TargetSize} targets a sample, the network gives {outputs}: make the last size {data.TargetSize}.");
        Require(data.Shards % Slices == 0, $"'{data.Name}' lies in {data.Shards} shards, which {Slices} slices cannot share: {(Slices > data.Shards ? "shard it again into more, or ask for fewer slices" : "make the slices a power of two")}.");
        Require(data.Hash == Data.Hash || Data.Hash.Length == 0, $"'{data.Name}' is not the data of this job: its hash is {data.Hash}, the job's is {Data.Hash}.");
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
