using System.Text;
using System.Text.Json;

using ActorNet.Core.Training;

namespace ActorNet.Core.Checkpoints;

/// <summary>The files of one checkpoint folder: how they are written and read. Where the folder stands is the store's business.</summary>
internal static class CheckpointFolder
{
    private const string WeightsFile = "weights.safetensors";
    private const string OptimizerFile = "optimizer.safetensors";
    private const string JobFile = "job.json";
    private const string ProgressFile = "progress.json";
    private static readonly string[] _files = [WeightsFile, OptimizerFile, JobFile, ProgressFile];

    /// <summary>Writes all files into a new folder and waits until they are on the disk, the manifest last.</summary>
    /// <param name="folder">The folder, which exists and is empty.</param>
    /// <param name="checkpoint">What to write.</param>
    /// <param name="beforeStep">Told the name of each phase before it begins.</param>
    internal static void Write(string folder, Checkpoint checkpoint, Action<string>? beforeStep)
    {
        var metadata = new Dictionary<string, string> { ["actornet.job"] = checkpoint.JobHash };
        beforeStep?.Invoke("weights");
        var weights = WriteFile(folder, WeightsFile, stream => SafetensorsFile.Write(stream, checkpoint.Weights, metadata));
        beforeStep?.Invoke("optimizer");
        var optimizer = WriteFile(folder, OptimizerFile, stream => SafetensorsFile.Write(stream, checkpoint.OptimizerState, metadata));
        beforeStep?.Invoke("progress");
        var job = WriteFile(folder, JobFile, stream => stream.Write(Encoding.UTF8.GetBytes(checkpoint.JobJson)));
        var progress = WriteFile(
            folder, ProgressFile, stream => JsonSerializer.Serialize(stream, checkpoint.Progress, CheckpointJson.Options));
        beforeStep?.Invoke("manifest");
        var manifest = CheckpointManifest.Serialize(checkpoint, [weights, optimizer, job, progress]);
        WriteFile(folder, CheckpointManifest.FileName, stream => stream.Write(manifest));
        FlushAll(folder);
    }

    /// <summary>Reads a checkpoint, every file verified.</summary>
    /// <exception cref="ActorNetException">A file is missing or damaged: the message names it and says what is wrong.</exception>
    internal static Checkpoint Load(string folder)
    {
        var manifest = CheckpointManifest.Load(folder);
        var missing = Array.Find(_files, name => !manifest.Files.Any(file => file.Name == name));
        if (missing is not null)
        {
            throw new ActorNetException($"{Path.Combine(folder, CheckpointManifest.FileName)} is damaged: it does not list {missing}.");
        }

        manifest.VerifyFiles(folder);
        try
        {
            return new Checkpoint(
                manifest.JobHash,
                File.ReadAllText(Path.Combine(folder, JobFile)),
                ReadProgress(Path.Combine(folder, ProgressFile)),
                SafetensorsFile.Load(Path.Combine(folder, WeightsFile)).Tensors,
                SafetensorsFile.Load(Path.Combine(folder, OptimizerFile)).Tensors);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Whole a moment ago: a writer may have removed it since.
            throw new ActorNetException($"{folder} cannot be read: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }

    private static ManifestFile WriteFile(string folder, string name, Action<Stream> write)
    {
        using var stream = new HashingStream(Path.Combine(folder, name));
        write(stream);
        return new ManifestFile(name, stream.Length, stream.Complete());
    }

    /// <summary>Waits until every file is on the disk: all at the end, which costs the file system a fraction of one by one.</summary>
    private static void FlushAll(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder))
        {
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
            RandomAccess.FlushToDisk(handle);
        }

        DirectorySync.Flush(folder);
    }

    private static TrainingProgress ReadProgress(string path)
    {
        TrainingProgress progress;
        try
        {
            progress = JsonSerializer.Deserialize<TrainingProgress>(File.ReadAllBytes(path), CheckpointJson.Options)
                ?? throw new JsonException("it is null");
        }
        catch (JsonException error)
        {
            throw new ActorNetException($"{path} is not a record of progress: {error.Message.ReplaceLineEndings(" ")}", error);
        }

        return progress.Schema == TrainingProgress.CurrentSchema
            ? progress
            : throw new ActorNetException(
                $"{path} has schema {progress.Schema}, this program reads {TrainingProgress.CurrentSchema}: use a newer ActorNet.");
    }
}
