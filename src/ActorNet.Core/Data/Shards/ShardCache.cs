using System.Security.Cryptography;
using ActorNet.Core.Checkpoints;
using Microsoft.Win32.SafeHandles;

namespace ActorNet.Core.Data.Shards;

/// <summary>
/// The user's cache of shards that came from another node, one folder a data set, named by the set's hash. A file appears there whole, on the
/// disk and with its right SHA-256, or not at all; that several processes store the same one at once does no harm.
/// </summary>
internal sealed class ShardCache
{
    private ShardCache(ShardedDataSet data) => Data = data;

    /// <summary>The set as far as it has arrived.</summary>
    public ShardedDataSet Data { get; }

    /// <summary>The place of a set, made where it is not there yet.</summary>
    /// <param name="manifest">The set.</param>
    /// <param name="root">The cache; null for <c>shards</c> in <see cref="UserCache.Folder"/>.</param>
    /// <exception cref="ActorNetException">The folder cannot be written.</exception>
    public static ShardCache Open(ShardManifest manifest, string? root = null)
    {
        var folder = Path.Combine(root ?? Path.Combine(UserCache.Folder, "shards"), manifest.Hash);
        try
        {
            Directory.CreateDirectory(folder);
            if (!ShardedDataSet.IsIn(folder))
            {
                AtomicFile.Write(Path.Combine(folder, ShardManifest.FileName), stream => stream.Write(manifest.ToJson()));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ActorNetException($"'{folder}' cannot be written: {error.Message}", error);
        }

        return new ShardCache(new ShardedDataSet(folder, manifest));
    }

    /// <summary>The files of a shard that have not arrived yet.</summary>
    public IEnumerable<ShardFile> Missing(int shard)
    {
        var entry = Data.Folder.Manifest.Shards[shard];
        return new[] { entry.Inputs, entry.Targets }.Where(file => !Data.Folder.HasFile(file));
    }

    /// <summary>Begins to take in a file.</summary>
    /// <exception cref="ActorNetException">The cache cannot be written.</exception>
    public ShardArrival Receive(ShardFile file) => new(file, Data.Folder.PathOf(file));
}

/// <summary>A file of a shard on its way into the cache. Unless it is completed nothing of it stays.</summary>
internal sealed class ShardArrival : IDisposable
{
    private readonly ShardFile _file;
    private readonly string _path;
    private readonly string _temporary;
    private readonly SafeFileHandle _handle;
    private readonly IncrementalHash _sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _arrived;

    /// <summary>Begins a file at a path.</summary>
    internal ShardArrival(ShardFile file, string path)
    {
        (_file, _path, _temporary) = (file, path, AtomicFile.TemporaryName(path));
        _handle = Guard(() => File.OpenHandle(_temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete));
    }

    /// <summary>Takes in the file's next bytes.</summary>
    /// <exception cref="ActorNetException">They are too many, or cannot be written.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_arrived + bytes.Length > _file.Bytes)
        {
            throw Wrong($"more than {_file.Bytes} bytes came");
        }

        _sha.AppendData(bytes);
        try
        {
            RandomAccess.Write(_handle, bytes, _arrived);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(error);
        }

        _arrived += bytes.Length;
    }

    /// <summary>Verifies the file and gives it its name.</summary>
    /// <exception cref="ActorNetException">It is not what it should be, or cannot be written.</exception>
    public void Complete()
    {
        if (_arrived < _file.Bytes)
        {
            throw Wrong($"{_arrived} of {_file.Bytes} bytes came");
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
