using System.Security.Cryptography;
using ActorNet.Core.Checkpoints;
using Microsoft.Win32.SafeHandles;

namespace ActorNet.Core.Data.Shards;

/// <summary>
/// The user's cache of shards that came from another node, one folder a data set, named by the set's hash. A file appears there whole, on the
/// disk and with its right SHA-256, or not at all; that several processes store the same one at once does no harm. The cache has a size, for which sets
/// go that no process uses, the one first that was not used for longest.
/// </summary>
internal sealed class ShardCache : IDisposable
{
    /// <summary>A file that did not become whole, and that nobody has written to for so long, is what a process left that was killed.</summary>
    private static readonly TimeSpan _abandoned = TimeSpan.FromHours(1);

    private readonly string _root;
    private readonly long? _limit;
    private readonly ShardCacheLock _lock;

    private ShardCache(string root, long? limit, ShardCacheLock ownLock, ShardedDataSet data) =>
        (_root, _limit, _lock, Data) = (root, limit, ownLock, data);

    /// <summary>Where the cache is when nothing else is said.</summary>
    public static string DefaultRoot => Path.Combine(UserCache.Folder, "shards");

    /// <summary>The set as far as it has arrived.</summary>
    public ShardedDataSet Data { get; }

    /// <summary>The bytes that the cache may hold: as asked for, else half of the disk that it is on.</summary>
    public long Limit => _limit ?? new DriveInfo(_root).TotalSize / 2;

    /// <summary>The place of a set, made where it is not there yet, and kept from going until disposed.</summary>
    /// <param name="manifest">The set.</param>
    /// <param name="root">The cache; null for <see cref="DefaultRoot"/>.</param>
    /// <param name="limit">The bytes that it may hold; null for half of its disk.</param>
    /// <exception cref="ActorNetException">The folder cannot be written.</exception>
    public static ShardCache Open(ShardManifest manifest, string? root = null, long? limit = null)
    {
        root = Path.GetFullPath(root ?? DefaultRoot);
        var folder = Path.Combine(root, manifest.Hash);
        ShardCacheLock? ownLock = null;
        try
        {
            Directory.CreateDirectory(root);
            ownLock = ShardCacheLock.Share(folder);
            Directory.CreateDirectory(folder);
            DeleteAbandoned(folder);
            if (!ShardedDataSet.IsIn(folder))
            {
                AtomicFile.Write(Path.Combine(folder, ShardManifest.FileName), stream => stream.Write(manifest.ToJson()));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            ownLock?.Dispose();
            throw new ActorNetException($"the cache of shards '{folder}' cannot be written: {error.Message}", error);
        }

        return new ShardCache(root, limit, ownLock, new ShardedDataSet(folder, manifest));
    }

    /// <summary>Makes room for files that are about to come; other sets may go for them.</summary>
    /// <param name="bytes">Their length together.</param>
    /// <exception cref="ActorNetException">There is no room, even without the sets that nobody uses.</exception>
    public void MakeRoom(long bytes)
    {
        var limit = Limit;
        for (var used = SizeOf(_root); used + bytes > limit; used = SizeOf(_root))
        {
            if (!DeleteOldest())
            {
                throw new ActorNetException(
                    $"the cache of shards '{_root}' may hold {limit:N0} bytes, has {used:N0} in sets that are in use, and {bytes:N0} more are needed: "
                    + "allow it more with --shard-cache-limit, or give another folder with --shard-cache.");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    /// <summary>The files of a shard that have not arrived yet.</summary>
    public IEnumerable<ShardFile> Missing(int shard)
    {
        var entry = Data.Folder.Manifest.Shards[shard];
        return new[] { entry.Inputs, entry.Targets }.Where(file => !Data.Folder.HasFile(file));
    }

    /// <summary>Takes away the files of a shard that are not what they should be, so that they can come anew.</summary>
    public void DeleteDamaged(int shard)
    {
        var entry = Data.Folder.Manifest.Shards[shard];
        foreach (var file in (ShardFile[])[entry.Inputs, entry.Targets])
        {
            try
            {
                Data.Folder.OpenIntact(shard, file).Dispose();
            }
            catch (ShardException)
            {
                AtomicFile.DeleteQuietly(Data.Folder.PathOf(file));
            }
        }
    }

    /// <summary>Begins to take in a file.</summary>
    /// <exception cref="ActorNetException">The cache cannot be written.</exception>
    public ShardArrival Receive(ShardFile file) => new(file, Data.Folder.PathOf(file));

    /// <summary>Deletes the set that was not used for longest, of those that nobody uses.</summary>
    private bool DeleteOldest() => new DirectoryInfo(_root).EnumerateDirectories()
        .Where(folder => folder.FullName != Data.Folder.Path)
        .OrderBy(folder => ShardCacheLock.LastUse(folder.FullName))
        .Any(folder => TryDelete(folder.FullName));

    private static bool TryDelete(string folder)
    {
        try
        {
            using var whole = ShardCacheLock.TryTake(folder);
            if (whole is null)
            {
                return false;
            }

            Directory.Delete(folder, recursive: true);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Another process deletes it too, or it is not ours.
            return false;
        }
    }

    private static long SizeOf(string root)
    {
        try
        {
            return new DirectoryInfo(root).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Exists ? file.Length : 0);
        }
        catch (DirectoryNotFoundException)
        {
            // Another process has deleted a set meanwhile.
            return SizeOf(root);
        }
    }

    private static void DeleteAbandoned(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*" + AtomicFile.TemporaryExtension))
        {
            if (DateTime.UtcNow - File.GetLastWriteTimeUtc(path) > _abandoned)
            {
                AtomicFile.DeleteQuietly(path);
            }
        }
    }
}

/// <summary>A file of a shard on its way into the cache. Unless it is completed nothing of it stays.</summary>
internal sealed class ShardArrival : IDisposable
{
    private readonly ShardFile _file;
    private readonly string _path;
    private readonly string _temporary;
    private readonly SafeFileHandle _handle;
    private readonly IncrementalHash _sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Begins a file at a path.</summary>
    internal ShardArrival(ShardFile file, string path)
    {
        (_file, _path, _temporary) = (file, path, AtomicFile.TemporaryName(path));
        _handle = Guard(() => File.OpenHandle(_temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete));
    }

    /// <summary>The bytes that have arrived: what comes next begins there.</summary>
    public long Arrived { get; private set; }

    /// <summary>Takes in the file's next bytes.</summary>
    /// <exception cref="ActorNetException">They are too many, or cannot be written.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (Arrived + bytes.Length > _file.Bytes)
        {
            throw Wrong($"more than {_file.Bytes} bytes came");
        }

        _sha.AppendData(bytes);
        try
        {
            RandomAccess.Write(_handle, bytes, Arrived);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(error);
        }

        Arrived += bytes.Length;
    }

    /// <summary>Verifies the file and gives it its name.</summary>
    /// <exception cref="ActorNetException">It is not what it should be, or cannot be written.</exception>
    public void Complete()
    {
        if (Arrived < _file.Bytes)
        {
            throw Wrong($"{Arrived} of {_file.Bytes} bytes came");
        }

        if (Convert.ToHexStringLower(_sha.GetHashAndReset()) != _file.Sha256)
        {
            throw Wrong("its SHA-256 is another");
        }

        Guard(() =>
        {
            RandomAccess.FlushToDisk(_handle);
            File.Move(_temporary, _path, overwrite: true);
            DirectorySync.Flush(Path.GetDirectoryName(_path)!);
            return true;
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _handle.Dispose();
        _sha.Dispose();
        AtomicFile.DeleteQuietly(_temporary);
    }

    private T Guard<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(error);
        }
    }

    private ActorNetException Wrong(string how) => new($"'{_file.Name}' did not arrive as it should: {how}. Ask for it again.");

    private ActorNetException Unwritable(Exception error) => new($"'{_path}' cannot be written: {error.Message}", error);
}
