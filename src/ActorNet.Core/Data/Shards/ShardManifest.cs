using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorNet.Core.Data.Shards;

/// <summary>A file of a sharded set.</summary>
/// <param name="Name">Its name in the set's folder.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">SHA-256 of all its bytes, in lower-case hexadecimal.</param>
internal sealed record ShardFile(string Name, long Bytes, string Sha256);

/// <summary>One shard.</summary>
/// <param name="Count">Samples in it.</param>
/// <param name="Inputs">Their inputs.</param>
/// <param name="Targets">Their targets or labels.</param>
internal sealed record Shard(int Count, ShardFile Inputs, ShardFile Targets);

/// <summary>What <c>dataset.json</c> says of a sharded set.</summary>
internal sealed record ShardManifest
{
    /// <summary>The file's name.</summary>
    public const string FileName = "dataset.json";

    /// <summary>The most bytes of a shard's file.</summary>
    public const int MaxFileBytes = 64_000_000;

    /// <summary>What <see cref="Scaling"/> is where inputs are bytes: an input is a byte times 1/255f.</summary>
    public const string ByteScaling = "1/255";

    /// <summary>What <see cref="Scaling"/> is where inputs are kept as they are.</summary>
    public const string NoScaling = "none";

    private const int CurrentSchema = 1;

    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        NewLine = "\n",
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>The version of this form.</summary>
    public int Schema { get; init; } = CurrentSchema;

    /// <summary>A short name for people.</summary>
    public required string Name { get; init; }

    /// <summary>What the targets mean.</summary>
    public required TaskKind Task { get; init; }

    /// <summary>Samples of the set.</summary>
    public required int Count { get; init; }

    /// <summary>A sample's inputs: rows and columns of a picture, or one number.</summary>
    public required IReadOnlyList<int> Shape { get; init; }

    /// <summary>The type of the inputs in the files: uint8 or float32.</summary>
    public required string Dtype { get; init; }

    /// <summary>What an input in a file is multiplied by: 1/255 for bytes, none for floats.</summary>
    public required string Scaling { get; init; }

    /// <summary>Floats of a target: the number of classes where targets are one-hot.</summary>
    public required int TargetSize { get; init; }

    /// <summary>The type of the targets in the files: labels are uint8 or int32, other targets float32.</summary>
    public required string TargetDtype { get; init; }

    /// <summary>Samples of each class; null where the task has no classes.</summary>
    public IReadOnlyList<int>? PerClass { get; init; }

    /// <summary>How the samples were read from a file, as <see cref="Formats.SampleFormat"/> writes it; null where they were not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Format { get; init; }

    /// <summary>The seed by which the samples were shuffled; null when they kept their order.</summary>
    public ulong? ShuffleSeed { get; init; }

    /// <summary>The shards: sample i of the shuffled set is row i div C of shard i mod C.</summary>
    public required IReadOnlyList<Shard> Shards { get; init; }

    /// <summary>SHA-256 over all that makes the content; the name, the seed and the format are no part of it, nor is the folder.</summary>
    [JsonIgnore]
    public string Hash => Convert.ToHexStringLower(
        SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this with { Name = "", ShuffleSeed = null, PerClass = null, Format = null }, _json)));

    /// <summary>The bytes of the file.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, _json);

    /// <summary>Reads a folder's file.</summary>
    /// <exception cref="ActorNetException">It is missing, unreadable, or not what it should be.</exception>
    public static ShardManifest Load(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            return Parse(File.ReadAllBytes(path), $"'{path}'");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ActorNetException($"'{path}' cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Reads and checks what <see cref="ToJson"/> writes.</summary>
    /// <param name="json">The bytes.</param>
    /// <param name="source">Where they come from, for errors.</param>
    /// <exception cref="ActorNetException">They are not what they should be; names what.</exception>
    public static ShardManifest Parse(ReadOnlySpan<byte> json, string source)
    {
        try
        {
            var manifest = JsonSerializer.Deserialize<ShardManifest>(json, _json) ?? throw new JsonException("it is null");
            return manifest.Schema != CurrentSchema
                ? throw new ActorNetException($"{source} has schema {manifest.Schema}, this program reads {CurrentSchema}: use a newer ActorNet.")
                : manifest.Flaw() is { } flaw
                    ? throw new ActorNetException($"{source} describes no data set: {flaw}. Write the folder again with 'actornet data shard'.")
                    : manifest;
        }
        catch (JsonException error)
        {
            throw new ActorNetException($"{source} describes no data set: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }

    /// <summary>What is wrong first; null for nothing.</summary>
    private string? Flaw() => this switch
    {
        { Count: < 1 } => "it has no samples",
        { Shape.Count: < 1 } or { TargetSize: < 1 or > MaxFileBytes } => "its sizes are not positive",
        _ when !Shape.All(size => size is > 0 and <= MaxFileBytes) => "its sizes are not positive",
        _ when Shape.Aggregate(1L, (product, size) => Math.Min(product * size, MaxFileBytes + 1L)) > MaxFileBytes => "a sample is larger than a file",
        _ when !Enum.IsDefined(Task) => $"there is no task {Task}",
        not ({ Dtype: "uint8", Scaling: ByteScaling } or { Dtype: "float32", Scaling: NoScaling }) => $"inputs are {Dtype} scaled by {Scaling}",
        { Task: TaskKind.Classification, TargetDtype: not ("uint8" or "int32") } or { Task: not TaskKind.Classification, TargetDtype: not "float32" } =>
            $"targets of a {Task} task are {TargetDtype}",
        { Shards.Count: < 1 } => "it has no shards",
        _ => FlawOfShards(new ShardFormat(this)),
    };

    private string? FlawOfShards(ShardFormat format)
    {
        for (var i = 0; i < Shards.Count; i++)
        {
            if (Shards[i] is not { Inputs: not null, Targets: not null } shard)
            {
                return $"shard {i} is not described, or not its inputs or targets";
            }

            var rows = ShardedOrder.RowsOf(Count, Shards.Count, i);
            var flaw = shard.Count != rows
                ? $"shard {i} has {shard.Count} samples, of {Count} in {Shards.Count} shards it must have {rows}"
                : FlawOf(shard.Inputs, (long)rows * format.InputBytes) ?? FlawOf(shard.Targets, (long)rows * format.TargetBytes);
            if (flaw is not null)
            {
                return flaw;
            }
        }

        return null;
    }

    private static string? FlawOf(ShardFile file, long data)
    {
        // A name comes from elsewhere and becomes a path: it must not lead out of the folder.
        var plain = file.Name.Length is > 0 and < 128 && file.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && file.Name[0] != '.';
        return !plain ? $"'{file.Name}' is no name of a file"
            : file.Sha256.Length != 64 || !file.Sha256.All(char.IsAsciiHexDigitLower) ? $"{file.Name} has no SHA-256"
            : file.Bytes <= data || file.Bytes > MaxFileBytes ? string.Create(
                CultureInfo.InvariantCulture, $"{file.Name} has {file.Bytes:N0} bytes: more than {data:N0} and at most {MaxFileBytes:N0} are possible")
            : null;
    }
}
