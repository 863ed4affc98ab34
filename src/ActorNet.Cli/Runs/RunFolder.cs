using System.Globalization;
using System.Text.Json;
using ActorNet.Core;
using ActorNet.Core.Checkpoints;
using ActorNet.Core.Training;

namespace ActorNet.Cli.Runs;

/// <summary>
/// The folder of one run: <c>job.json</c>, <c>run.json</c> (how it is trained), <c>record.jsonl</c>, <c>checkpoints/</c> and, at the end,
/// <c>model.safetensors</c>. Whoever trains holds it exclusively.
/// </summary>
internal sealed class RunFolder : IDisposable
{
    /// <summary>Where runs go when no folder is named.</summary>
    public const string Root = "runs";

    /// <summary>The name of a run's record.</summary>
    public const string RecordName = "record.jsonl";

    private const string JobName = "job.json";
    private const string SettingsName = "run.json";
    private const string LockName = "run.lock";

    // How the platforms say that another process has a file: Windows, Linux and macOS.
    private const int SharingViolation = unchecked((int)0x80070020);
    private const int WouldBlock = 11;
    private const int WouldBlockOnMac = 35;

    /// <summary>How often a standby looks whether a run's folder is free.</summary>
    private static readonly TimeSpan _lookInterval = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _lock;

    private RunFolder(string path, FileStream exclusive)
    {
        Folder = path;
        _lock = exclusive;
    }

    /// <summary>The folder, as it was named.</summary>
    public string Folder { get; }

    /// <summary>The folder of its checkpoints.</summary>
    public string Checkpoints => Path.Combine(Folder, "checkpoints");

    /// <summary>The record of what happened.</summary>
    public string Record => RecordOf(Folder);

    /// <summary>The finished model.</summary>
    public string Model => ModelOf(Folder);

    /// <summary>Whether a folder is a run.</summary>
    public static bool IsRun(string folder) => File.Exists(Path.Combine(folder, JobName));

    /// <summary>The run that a file or folder is, or stands in; null for none.</summary>
    public static string? Around(string path)
    {
        for (var folder = Path.GetFullPath(path); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, SettingsName)))
            {
                return folder;
            }
        }

        return null;
    }

    /// <summary>The finished model of a run.</summary>
    public static string ModelOf(string folder) => Path.Combine(folder, "model.safetensors");

    /// <summary>The record of a run.</summary>
    public static string RecordOf(string folder) => Path.Combine(folder, RecordName);

    /// <summary>Whether a process trains the run now. Whoever wants to take the folder at this very moment is held up, see <see cref="Take"/>.</summary>
    public static bool IsHeld(string folder)
    {
        try
        {
            using var look = new FileStream(Path.Combine(folder, LockName), FileMode.Open, FileAccess.Read, FileShare.Read, 1);
            return false;
        }
        catch (IOException error) when (IsSharing(error))
        {
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The checkpoints of a run.</summary>
    public static CheckpointStore StoreOf(string folder) => new(Path.Combine(folder, "checkpoints"));

    /// <summary>Starts the folder of a new run, ready to be written.</summary>
    /// <param name="path">The folder; null for a new one under <see cref="Root"/>.</param>
    /// <param name="plan">The run's job, how it is trained and what it begins with.</param>
    /// <exception cref="ActorNetException">It holds a run, or cannot be written.</exception>
    public static RunFolder Create(string? path, TrainingPlan plan)
    {
        var folder = path ?? FreshName(plan.Job.Hash);
        if (IsRun(folder))
        {
            throw new ActorNetException($"{folder} holds a run already: choose another --out, or go on with it with --resume {folder}.");
        }

        var run = Take(folder);
        try
        {
            run.PrepareCheckpoints(plan);
            run.Write(SettingsName, JsonSerializer.Serialize(plan.Settings, RunJson.Indented));
            // Last: with it the folder is a run.
            run.Write(JobName, plan.Job.ToJson());
            return run;
        }
        catch
        {
            run.Dispose();
            throw;
        }
    }

    /// <summary>Takes the folder of a run that exists.</summary>
    /// <exception cref="ActorNetException">It is no run, or another process trains it.</exception>
    public static RunFolder Open(string path)
    {
        Require(path);
        return Take(path);
    }

    /// <summary>Takes the folder of a run as soon as no other process has it: the file system decides who goes on with a run.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="stop">Ends the wait.</param>
    /// <exception cref="ActorNetException">It is no run, or cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public static async Task<RunFolder> OpenWhenFreeAsync(string path, CancellationToken stop)
    {
        Require(path);
        while (true)
        {
            if (TryTake(path) is { } run)
            {
                return run;
            }

            await Task.Delay(_lookInterval, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Refuses a folder that is no run.</summary>
    /// <exception cref="ActorNetException">It is none.</exception>
    public static void Require(string folder)
    {
        if (!IsRun(folder))
        {
            throw new ActorNetException($"{folder} is not a run: it has no {JobName}; give the folder that 'actornet train' made.");
        }
    }

    /// <summary>The run under <see cref="Root"/> that was written to last.</summary>
    /// <exception cref="ActorNetException">There is none.</exception>
    public static string Newest()
    {
        var runs = Directory.Exists(Root) ? Directory.GetDirectories(Root).Where(IsRun) : [];
        return runs.MaxBy(run => (File.GetLastWriteTimeUtc(Path.Combine(run, RecordName)), run))
            ?? throw new ActorNetException($"there is no run under {Path.GetFullPath(Root)}: train first, or give the run's folder.");
    }

    /// <summary>The job of a run.</summary>
    /// <exception cref="ActorNetException">It cannot be read.</exception>
    public static JobSpec LoadJob(string folder) => JobFile.Load(Path.Combine(folder, JobName)).Job;

    /// <summary>How a run was trained so far.</summary>
    /// <exception cref="ActorNetException">It cannot be read.</exception>
    public static RunSettings LoadSettings(string folder)
    {
        var path = Path.Combine(folder, SettingsName);
        try
        {
            return JsonSerializer.Deserialize<RunSettings>(File.ReadAllText(path), RunJson.Indented) ?? throw new JsonException("it is empty.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ActorNetException($"{path} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Lets other processes train the run.</summary>
    public void Dispose() => _lock.Dispose();

    private static string FreshName(string jobHash)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyyMMdd-HHmmss}-{jobHash[..8]}");
        var folder = Path.Combine(Root, name);
        for (var i = 2; Directory.Exists(folder); i++)
        {
            folder = Path.Combine(Root, string.Create(CultureInfo.InvariantCulture, $"{name}-{i}"));
        }

        return folder;
    }

    private static ActorNetException CannotWrite(string folder, Exception error) =>
        new($"run folder {folder} cannot be written ({error.Message}): choose another with --out.", error);

    private static bool IsSharing(IOException error) => error.HResult is SharingViolation or WouldBlock or WouldBlockOnMac;

    private static RunFolder Take(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(folder, error);
        }

        return TryTake(folder)
            ?? TakeAfterALook(folder)
            ?? throw new ActorNetException($"run folder {folder} is in use: another process trains it; wait for its end, or choose another folder.");
    }

    /// <summary>Tries once more: who asks <see cref="IsHeld"/> has the file for a moment.</summary>
    private static RunFolder? TakeAfterALook(string folder)
    {
        Thread.Sleep(_look);
        return TryTake(folder);
    }

    /// <summary>Takes a folder; null when another process has it.</summary>
    private static RunFolder? TryTake(string folder)
    {
        try
        {
            // Never deleted: whoever opens it locks the same file. The system lets go of it when the process ends, however it ends.
            return new RunFolder(
                folder, new FileStream(Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1));
        }
        catch (IOException error) when (IsSharing(error))
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(folder, error);
        }
    }

    private void PrepareCheckpoints(TrainingPlan plan)
    {
        var store = new CheckpointStore(Checkpoints, plan.Settings.Keep);
        store.Open();
        if (store.LoadLatest(out _, plan.Job.Hash) is not null)
        {
            throw new ActorNetException($"{Checkpoints} holds checkpoints already: choose another --out.");
        }

        if (plan.First is { } first)
        {
            store.Write(first);
        }
    }

    /// <summary>Writes a file whole or not at all.</summary>
    private void Write(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        try
        {
            File.WriteAllText(path + ".tmp", text);
            File.Move(path + ".tmp", path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ActorNetException($"{path} cannot be written ({error.Message}): free space, or choose another --out.", error);
        }
    }
}
