using System.Security.Cryptography;
using System.Text.Json;

namespace ActorNet.Core.Checkpoints;

/// <summary>One file of a checkpoint.</summary>
internal sealed record ManifestFile(string Name, long Bytes, string Sha256);

/// <summary>What a complete checkpoint consists of: written last, so that a checkpoint without it is known to be torn.</summary>
/// <param name="Schema">The version of the checkpoint's layout.</param>
/// <param name="JobHash">The job that the checkpoint belongs to.</param>
/// <param name="Version">The number of updates applied.</param>
/// <param name="Score">The accuracy that makes a checkpoint the best, where known.</param>
/// <param name="Files">All other files.</param>
/// <param name="Sha256">The hash of this manifest with an empty text here: it guards the fields above.</param>
internal sealed record CheckpointManifest(
    int Schema,
    string JobHash,
    long Version,
    double? Score,
    IReadOnlyList<ManifestFile> Files,
    string Sha256)
{
    internal const string FileName = "manifest.json";

    private const int CurrentSchema = 1;

    /// <summary>The manifest's bytes, sealed with their own hash.</summary>
    internal static byte[] Serialize(Checkpoint checkpoint, IReadOnlyList<ManifestFile> files)
    {
        var manifest = new CheckpointManifest(CurrentSchema, checkpoint.JobHash, checkpoint.Progress.Version, checkpoint.Score, files, "");
        return JsonSerializer.SerializeToUtf8Bytes(manifest with { Sha256 = manifest.Seal() }, CheckpointJson.Options);
    }

    /// <summary>Reads and verifies the manifest of a checkpoint folder.</summary>
    /// <exception cref="ActorNetException">It is missing, damaged or of another schema.</exception>
    internal static CheckpointManifest Load(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            throw new ActorNetException($"{path} is missing: the checkpoint is incomplete.");
        }

        CheckpointManifest manifest;
        try
        {
            manifest = JsonSerializer.Deserialize<CheckpointManifest>(File.ReadAllBytes(path), CheckpointJson.Options)
                ?? throw new JsonException("it is null");
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new ActorNetException($"{path} is damaged: {error.Message}", error);
        }

        if (!manifest.Files.All(file => IsName(file?.Name)))
        {
            throw new ActorNetException($"{path} is damaged: it lists what is no name of a file.");
        }

        if (manifest.Sha256 != manifest.Seal())
        {
            throw new ActorNetException($"{path} is damaged: its own hash does not fit.");
        }

        return manifest.Schema == CurrentSchema
            ? manifest
            : throw new ActorNetException($"{path} has schema {manifest.Schema}, this program reads {CurrentSchema}: use a newer ActorNet.");
    }

    /// <summary>Checks that every file has the length and the hash that the manifest states.</summary>
    /// <exception cref="ActorNetException">The message names the first file that has not, and what is wrong.</exception>
    internal void VerifyFiles(string folder)
    {
        foreach (var file in Files)
        {
            var path = Path.Combine(folder, file.Name);
            try
            {
                using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
                if (stream.Length != file.Bytes)
                {
                    throw new ActorNetException($"{path} is damaged: it has {stream.Length} bytes, the manifest says {file.Bytes}.");
                }

                if (Convert.ToHexStringLower(SHA256.HashData(stream)) != file.Sha256)
                {
                    throw new ActorNetException($"{path} is damaged: its SHA-256 is not the manifest's.");
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new ActorNetException($"{path} cannot be read: {error.Message}", error);
            }
        }
    }

    /// <summary>A list's members are not checked for null by the reader; and whatever a name is, it must stay in the checkpoint's folder.</summary>
    private static bool IsName(string? name) => name is not (null or "" or "." or "..") && name.AsSpan().IndexOfAny(Path.GetInvalidFileNameChars()) < 0;

    internal string Seal() =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this with { Sha256 = "" }, CheckpointJson.Options)));
}
