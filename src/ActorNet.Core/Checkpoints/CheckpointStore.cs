using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ActorNet.Core.Data;

namespace ActorNet.Core.Checkpoints;

/// <summary>
/// The checkpoints of one job: folders named <c>step-0000012345</c> by version. A checkpoint appears whole or not at all: its files
/// are written and flushed under a temporary name, then the folder is renamed. Only then are older ones removed, save the last few and
/// the best. Not for use by several threads, nor by several writers, at once; readers may come and go.
/// </summary>
public sealed partial class CheckpointStore
{
    private const string TemporaryPrefix = "tmp-";
    /// <summary>The number of the last coordinator's reign.</summary>
    private const string IncarnationName = "incarnation";

    private const string LockName = "writer.lock";

    /// <summary>Marks a complete checkpoint that a new one of the same version is about to take the place of.</summary>
    private const string ReplacedSuffix = ".replaced";

    private readonly int _keepLast;
    private bool _opened;

    /// <summary>A store in a folder, which need not exist yet. Nothing is read or written until asked for.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="keepLast">How many of the newest checkpoints to keep besides the best, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 1 to keep.</exception>
    public CheckpointStore(string folder, int keepLast = 3)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keepLast, 1);
        Folder = Path.GetFullPath(folder);
        _keepLast = keepLast;
    }

    /// <summary>The store's folder, as a full path.</summary>
    public string Folder { get; }

    /// <summary>Called before each phase of a write: weights, optimizer, progress, manifest, rename, replace (where one of the
    /// same version has stepped aside), prune. For tests of faults.</summary>
    internal Action<string>? BeforeStep { get; set; }

    /// <summary>Makes a folder ready for a writer and takes it: nobody else may write there until the result is disposed, or the process ends.</summary>
    /// <exception cref="ActorNetException">The folder cannot be created or written, or another run writes there.</exception>
    internal static IDisposable HoldForWriting(string folder)
    {
        // Before anything is removed: what looks like the remains of a write may be another's write.
        var held = TakeLock(Path.GetFullPath(folder));
        try
        {
            new CheckpointStore(folder).Open();
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Takes the number of a new reign over the job: higher than every one before, so that whatever an earlier coordinator left behind is known for what it
    /// is. For the process that holds the folder for writing.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="above">The number must be higher than this one too.</param>
    /// <exception cref="ActorNetException">The number cannot be read or written.</exception>
    internal static int TakeIncarnation(string folder, int above)
    {
        var path = Path.Combine(Path.GetFullPath(folder), IncarnationName);
        try
        {
            var last = File.Exists(path) ? int.Parse(File.ReadAllText(path).Trim(), NumberStyles.None, CultureInfo.InvariantCulture) : 0;
            var next = checked(Math.Max(last, above) + 1);
            AtomicFile.Write(path, stream => stream.Write(Encoding.ASCII.GetBytes(next.ToString(CultureInfo.InvariantCulture))));
            DirectorySync.Flush(Path.GetDirectoryName(path)!);
            return next;
        }
        catch (Exception error) when (error is FormatException or OverflowException)
        {
            throw new ActorNetException($"{path} is damaged: it must hold one number; write a number higher than any before, or remove the file if no other process trains this run.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(folder, error);
        }
    }

    private static FileStream TakeLock(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(folder, error);
        }

        try
        {
            // Never deleted: whoever opens it locks the same file. The system lets go of it when the process ends, however it ends.
            return new FileStream(Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (UnauthorizedAccessException error)
        {
            throw CannotWrite(folder, error);
        }
        catch (IOException error)
        {
            throw new ActorNetException(
                $"checkpoint folder {folder} cannot be taken ({error.Message}): wait until the other run ends, or choose another folder.", error);
        }
    }

    private static ActorNetException CannotWrite(string folder, Exception error) =>
        new($"checkpoint folder {folder} cannot be written ({error.Message}): choose another folder or change its permissions.", error);

    /// <summary>
    /// Makes the folder ready for a writer: creates it, checks that it can be written, and removes what an interrupted write left.
    /// <see cref="Write"/> does it on first use; call it earlier to fail before training starts.
    /// </summary>
    /// <exception cref="ActorNetException">The folder cannot be created or written.</exception>
    internal void Open()
    {
        try
        {
            Directory.CreateDirectory(Folder);
            foreach (var leftover in Directory.EnumerateDirectories(Folder, TemporaryPrefix + "*").ToList())
            {
                Directory.Delete(leftover, recursive: true);
            }

            var probe = Path.Combine(Folder, TemporaryPrefix + "probe");
            Directory.CreateDirectory(probe);
            Directory.Delete(probe);
            _opened = true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(Folder, error);
        }
    }

    /// <summary>Writes a checkpoint, flushed to the disk, and removes the ones that it makes superfluous.</summary>
    /// <returns>The checkpoint's folder.</returns>
    /// <exception cref="ArgumentException">Tensor names or shapes are not valid.</exception>
    /// <exception cref="ActorNetException">The folder cannot be written, the disk is full, or the folder holds another job's
    /// checkpoints. Earlier checkpoints are intact and nothing is left behind.</exception>
    internal string Write(Checkpoint checkpoint)
    {
        if (!_opened)
        {
            Open();
        }

        RefuseOtherJob(checkpoint.JobHash);
        var name = string.Create(CultureInfo.InvariantCulture, $"step-{checkpoint.Progress.Version:D10}");
        var temporary = Path.Combine(Folder, TemporaryPrefix + name);
        var target = Path.Combine(Folder, name);
        try
        {
            Directory.CreateDirectory(temporary);
            CheckpointFolder.Write(temporary, checkpoint, BeforeStep);
            BeforeStep?.Invoke("rename");
            Publish(temporary, target);
        }
        catch (Exception error)
        {
            RemoveQuietly(temporary);
            if (error is IOException or UnauthorizedAccessException)
            {
                throw new ActorNetException(
                    $"checkpoint {target} cannot be written ({error.Message}): free space or make the folder writable; "
                    + "earlier checkpoints are intact.",
                    error);
            }

            throw;
        }

        BeforeStep?.Invoke("prune");
        Prune(target);
        return target;
    }

    /// <summary>Reads the newest checkpoint that is whole.</summary>
    /// <param name="warnings">One line for each newer checkpoint that is damaged: its folder, the file and what is wrong.</param>
    /// <param name="expectedJobHash">The job that the checkpoints must belong to; null for any.</param>
    /// <returns>The checkpoint, or null when the store holds none.</returns>
    /// <exception cref="ActorNetException">All checkpoints are damaged, or the newest whole one belongs to another job.</exception>
    public Checkpoint? LoadLatest(out IReadOnlyList<string> warnings, string? expectedJobHash = null) =>
        LoadFirst(List(), expectedJobHash, out warnings);

    /// <summary>Reads the whole checkpoint with the highest accuracy, on the held-out part where there is one, else on the test set; of
    /// equal ones the oldest.</summary>
    /// <param name="warnings">One line for each better checkpoint that is damaged, or whose manifest is.</param>
    /// <param name="expectedJobHash">The job that the checkpoints must belong to; null for any.</param>
    /// <returns>The checkpoint, or null when no checkpoint was evaluated.</returns>
    /// <exception cref="ActorNetException">All evaluated checkpoints are damaged, or the best belongs to another job.</exception>
    public Checkpoint? LoadBest(out IReadOnlyList<string> warnings, string? expectedJobHash = null)
    {
        var unreadable = new List<string>();
        var ranked = RankByScore(ListManifests(unreadable));
        var best = LoadFirst(ranked, expectedJobHash, out var damaged);
        warnings = [.. unreadable, .. damaged];
        return best;
    }

    /// <summary>Reads one checkpoint folder.</summary>
    /// <exception cref="ActorNetException">It is incomplete or damaged, or belongs to another job than the expected one.</exception>
    public static Checkpoint Load(string path, string? expectedJobHash = null)
    {
        if (!Directory.Exists(path))
        {
            throw new ActorNetException($"checkpoint {path} does not exist: give the folder of a checkpoint.");
        }

        var checkpoint = CheckpointFolder.Load(path);
        RequireJob(path, checkpoint.JobHash, expectedJobHash);
        return checkpoint;
    }

    private static Checkpoint? LoadFirst(IReadOnlyList<string> candidates, string? expectedJobHash, out IReadOnlyList<string> warnings)
    {
        var damaged = new List<string>();
        warnings = damaged;
        foreach (var path in candidates)
        {
            Checkpoint checkpoint;
            try
            {
                checkpoint = CheckpointFolder.Load(path);
            }
            catch (ActorNetException error)
            {
                damaged.Add($"checkpoint {Path.GetFileName(path)} is passed over: {error.Message}");
                continue;
            }

            RequireJob(path, checkpoint.JobHash, expectedJobHash);
            return checkpoint;
        }

        return damaged.Count == 0
            ? null
            : throw new ActorNetException(
                $"none of {damaged.Count} checkpoints can be used; the newest or best: {damaged[0]} Restore a copy, or start afresh elsewhere.");
    }

    private static void RequireJob(string path, string jobHash, string? expectedJobHash)
    {
        if (expectedJobHash is not null && jobHash != expectedJobHash)
        {
            throw new ActorNetException(
                $"checkpoint {path} belongs to job {jobHash}, not to {expectedJobHash}: resume that job, or choose another folder.");
        }
    }

    private static void RemoveQuietly(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The error that led here matters more; Open removes the rest next time.
        }
    }

    /// <summary>The checkpoint folders, newest first; one that is being replaced comes after the one that replaces it.</summary>
    private List<string> List()
    {
        if (!Directory.Exists(Folder))
        {
            return [];
        }

        try
        {
            return
            [
                .. from path in Directory.EnumerateDirectories(Folder)
                   let match = CheckpointName().Match(Path.GetFileName(path))
                   where match.Success
                   orderby long.Parse(match.Groups["version"].ValueSpan, CultureInfo.InvariantCulture) descending, path.Length
                   select path,
            ];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ActorNetException($"checkpoint folder {Folder} cannot be read ({error.Message}): change its permissions.", error);
        }
    }

    /// <summary>The manifests that can be read, newest first, and a line in <paramref name="unreadable"/> for each that cannot.</summary>
    private List<(string Path, CheckpointManifest Manifest)> ListManifests(List<string> unreadable)
    {
        var manifests = new List<(string, CheckpointManifest)>();
        foreach (var path in List())
        {
            try
            {
                manifests.Add((path, CheckpointManifest.Load(path)));
            }
            catch (ActorNetException error)
            {
                unreadable.Add($"checkpoint {Path.GetFileName(path)} is passed over: {error.Message}");
            }
        }

        return manifests;
    }

    private void RefuseOtherJob(string jobHash)
    {
        foreach (var (path, manifest) in ListManifests([]))
        {
            RequireJob(path, manifest.JobHash, jobHash);
        }
    }

    /// <summary>Gives a complete folder its final name. One of that name steps aside first: at each moment one of the two is listed.</summary>
    private void Publish(string temporary, string target)
    {
        if (!Directory.Exists(target))
        {
            Directory.Move(temporary, target);
        }
        else
        {
            var aside = target + ReplacedSuffix;
            if (Directory.Exists(aside))
            {
                Directory.Delete(aside, recursive: true);
            }

            Directory.Move(target, aside);
            BeforeStep?.Invoke("replace");
            Directory.Move(temporary, target);
        }

        DirectorySync.Flush(Folder);
    }

    /// <summary>Removes all but the newest, the best and the one just written.</summary>
    private void Prune(string written)
    {
        var manifests = ListManifests([]).FindAll(item => !IsSuperseded(item.Path));
        var kept = manifests.Take(_keepLast).Select(item => item.Path).Append(written).ToHashSet();
        if (RankByScore(manifests) is [var best, ..])
        {
            kept.Add(best);
        }

        try
        {
            foreach (var path in List().Where(path => !kept.Contains(path)))
            {
                // Renamed first: half a checkpoint must never stand under a checkpoint's name.
                var doomed = Path.Combine(Folder, TemporaryPrefix + Path.GetFileName(path));
                Directory.Move(path, doomed);
                Directory.Delete(doomed, recursive: true);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ActorNetException(
                $"checkpoint {written} is complete, but an older one cannot be removed ({error.Message}): remove it by hand.", error);
        }
    }

    private static bool IsSuperseded(string path) =>
        path.EndsWith(ReplacedSuffix, StringComparison.Ordinal) && Directory.Exists(path[..^ReplacedSuffix.Length]);

    private static List<string> RankByScore(List<(string Path, CheckpointManifest Manifest)> manifests) =>
    [
        .. from item in manifests
           where item.Manifest.Score is not null
           orderby item.Manifest.Score descending, item.Manifest.Version
           select item.Path,
    ];

    [GeneratedRegex(@"^step-(?<version>\d{10,18})(\.replaced)?$", RegexOptions.CultureInvariant)]
    private static partial Regex CheckpointName();
}
