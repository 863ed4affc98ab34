namespace ActorNet.Core.Checkpoints;

/// <summary>A finished model: a safetensors file whose metadata says which network its tensors belong to.</summary>
internal static class ModelFile
{
    /// <summary>The metadata key of the model's description, a JSON text.</summary>
    public const string ModelKey = "actornet.model";

    /// <summary>Writes a model, whole or not at all: first under a temporary name beside it, then renamed over it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">The model's tensors.</param>
    /// <param name="metadata">Free text by key; <see cref="ModelKey"/> among them.</param>
    /// <exception cref="ArgumentException"><see cref="ModelKey"/> is missing, or the tensors are not valid.</exception>
    /// <exception cref="ActorNetException">The file cannot be written; one that was there before is intact.</exception>
    public static void Save(string path, IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.ContainsKey(ModelKey))
        {
            throw new ArgumentException($"metadata must hold {ModelKey}.", nameof(metadata));
        }

        var target = Path.GetFullPath(path);
        var temporary = target + ".tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                SafetensorsFile.Write(stream, tensors, metadata);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
            DirectorySync.Flush(Path.GetDirectoryName(target)!);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ActorNetException($"model {path} cannot be written ({error.Message}): free space or choose another place.", error);
        }
        finally
        {
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }
        }
    }

    /// <summary>Reads a model.</summary>
    /// <exception cref="ActorNetException">The file cannot be read, is damaged, or is not a model of ActorNet.</exception>
    public static SafetensorsContent Load(string path)
    {
        var content = SafetensorsFile.Load(path);
        return content.Metadata.ContainsKey(ModelKey)
            ? content
            : throw new ActorNetException($"{path} holds tensors but no {ModelKey} metadata: give a model file that ActorNet wrote.");
    }
}
