using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace ActorNet.Core.Data.Shards;

/// <summary>
/// The files of a sharded set in a folder, some of which may not be there. They are read at positions, never mapped: a file that is cut off while it
/// is read is an error, not the end of the process. Each is verified when the process reads it first: its SHA-256, its head and its labels.
/// </summary>
internal sealed class ShardFolder
{
    /// <summary>
    /// Bytes of one read. Reads and hashes are short pieces of work on the thread pool, so that whatever else waits there, such as a cluster's
    /// heartbeats, has its turn between them.
    /// </summary>
    private const int BlockBytes = 1 << 20;

    /// <summary>Files that are kept open for single samples; those beyond are opened for each.</summary>
    private const int MostOpen = 512;

    private readonly SafeFileHandle?[] _open;
    private int _openCount;

    /// <summary>The files that a manifest names, in a folder.</summary>
    public ShardFolder(string path, ShardManifest manifest)
    {
        (Path, Manifest, Format) = (path, manifest, new ShardFormat(manifest));
        _open = new SafeFileHandle[2 * manifest.Shards.Count];
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>What it should hold.</summary>
    public ShardManifest Manifest { get; }

    /// <summary>How the files are laid out.</summary>
    public ShardFormat Format { get; }

    /// <summary>Whether both files of a shard are there with their right lengths.</summary>
    public bool Has(int shard) => HasFile(Manifest.Shards[shard].Inputs) && HasFile(Manifest.Shards[shard].Targets);

    /// <summary>Reads a whole file, verified.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="targets">Whether its targets are wanted, not its inputs.</param>
    /// <param name="destination">Receives the file; at least as long.</param>
    /// <exception cref="MissingShardException">The file is not there.</exception>
    /// <exception cref="ShardException">It is damaged or cannot be read; names it.</exception>
    public async Task LoadAsync(int shard, bool targets, Memory<byte> destination)
    {
        var file = FileOf(shard, targets);
        var path = PathOf(file);
        using var handle = Open(shard, file, path);
        await LoadAsync(handle, shard, targets, destination[..(int)file.Bytes]).ConfigureAwait(false);
    }

    /// <summary>Reads one row of a shard.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="targets">Whether its target is wanted, not its inputs.</param>
    /// <param name="row">The row.</param>
    /// <param name="destination">Exactly the row's bytes.</param>
    /// <exception cref="ActorNetException">As <see cref="LoadAsync(int, bool, Memory{byte})"/>.</exception>
    public void ReadRow(int shard, bool targets, int row, Span<byte> destination)
    {
        var file = FileOf(shard, targets);
        var position = file.Bytes - (long)(Manifest.Shards[shard].Count - row) * destination.Length;
        ref var kept = ref _open[2 * shard + (targets ? 1 : 0)];
        if (Volatile.Read(ref kept) is { } open)
        {
            ReadFull(open, shard, file, destination, position);
            return;
        }

        var handle = OpenVerified(shard, targets);
        ReadFull(handle, shard, file, destination, position);
        if (Interlocked.Increment(ref _openCount) > MostOpen || Interlocked.CompareExchange(ref kept, handle, null) is not null)
        {
            Interlocked.Decrement(ref _openCount);
            handle.Dispose();
        }
    }

    /// <summary>Opens a file of which the bytes are wanted as they are, once they are seen to be the right ones.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="file">One of its files.</param>
    /// <exception cref="MissingShardException">The file is not there.</exception>
    /// <exception cref="ShardException">It is damaged or cannot be read; names it.</exception>
    public SafeFileHandle OpenIntact(int shard, ShardFile file)
    {
        var handle = Open(shard, file, PathOf(file));
        var block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (long position = 0; position < file.Bytes;)
            {
                var part = block.AsSpan(0, (int)Math.Min(BlockBytes, file.Bytes - position));
                ReadFull(handle, shard, file, part, position);
                sha.AppendData(part);
                position += part.Length;
            }

            return Convert.ToHexStringLower(sha.GetHashAndReset()) == file.Sha256
                ? handle
                : throw Damaged(shard, PathOf(file), $"its SHA-256 is not the one in {ShardManifest.FileName}");
        }
        catch
        {
            handle.Dispose();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private SafeFileHandle OpenVerified(int shard, bool targets)
    {
        var file = FileOf(shard, targets);
        var handle = Open(shard, file, PathOf(file));
        if (VerifiedFiles.Contains(PathOf(file), file, handle))
        {
            return handle;
        }

        var whole = ArrayPool<byte>.Shared.Rent((int)file.Bytes);
        try
        {
            LoadAsync(handle, shard, targets, whole.AsMemory(0, (int)file.Bytes)).GetAwaiter().GetResult();
            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(whole);
        }
    }

    private async Task LoadAsync(SafeFileHandle handle, int shard, bool targets, Memory<byte> whole)
    {
        var file = FileOf(shard, targets);
        var path = PathOf(file);
        using var sha = VerifiedFiles.Contains(path, file, handle) ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var position = 0; position < whole.Length;)
        {
            var block = whole.Slice(position, Math.Min(BlockBytes, whole.Length - position));
            var read = await Guard(shard, path, () => RandomAccess.ReadAsync(handle, block, position)).ConfigureAwait(false);
            if (read == 0)
            {
                throw Damaged(shard, path, $"it ends after {position} of {whole.Length} bytes");
            }

            sha?.AppendData(block.Span[..read]);
            position += read;
        }

        if (sha is not null)
        {
            Verify(path, Convert.ToHexStringLower(sha.GetHashAndReset()), shard, targets, whole.Span);
            VerifiedFiles.Add(path, file, handle);
        }
    }

    private void Verify(string path, string sha256, int shard, bool targets, ReadOnlySpan<byte> whole)
    {
        if (sha256 != FileOf(shard, targets).Sha256)
        {
            throw Damaged(shard, path, $"its SHA-256 is not the one in {ShardManifest.FileName}");
        }

        var rows = Manifest.Shards[shard].Count;
        var type = targets ? Format.TargetType : Format.InputType;
        var shape = targets ? Format.TargetShape(rows) : Format.InputShape(rows);
        var data = rows * (targets ? Format.TargetBytes : Format.InputBytes);
        if (NpyFile.ReadHeader(whole) is not { } header
            || header.Code != type.Code || !header.Shape.SequenceEqual(shape) || header.Length != whole.Length - data)
        {
            throw Damaged(shard, path, $"it is no NumPy array of {type.Name} of the shape ({string.Join(", ", shape)})");
        }

        if (targets && Format.HasLabels && WrongLabel(whole[header.Length..]) is { } label)
        {
            throw Damaged(shard, path, $"its label {label} is out of range; with {Format.Classes} classes labels go from 0 to {Format.Classes - 1}");
        }
    }

    private int? WrongLabel(ReadOnlySpan<byte> labels)
    {
        for (var i = 0; i < labels.Length; i += Format.TargetType.Size)
        {
            if (Format.Label(labels[i..]) is var label && (label < 0 || label >= Format.Classes))
            {
                return label;
            }
        }

        return null;
    }

    private ShardFile FileOf(int shard, bool targets) => targets ? Manifest.Shards[shard].Targets : Manifest.Shards[shard].Inputs;

    /// <summary>Where a file is, or would be.</summary>
    public string PathOf(ShardFile file) => System.IO.Path.Combine(Path, file.Name);

    /// <summary>Whether a file is there with its right length.</summary>
    public bool HasFile(ShardFile file) => new FileInfo(PathOf(file)) is { Exists: true } info && info.Length == file.Bytes;

    /// <summary>Opens a file, of which only the length is looked at.</summary>
    public SafeFileHandle Open(int shard, ShardFile file) => Open(shard, file, PathOf(file));

    private static SafeFileHandle Open(int shard, ShardFile file, string path)
    {
        try
        {
            var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
            var length = RandomAccess.GetLength(handle);
            if (length == file.Bytes)
            {
                return handle;
            }

            handle.Dispose();
            throw Damaged(shard, path, $"it has {length} bytes, {ShardManifest.FileName} says {file.Bytes}");
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new MissingShardException(shard, path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(shard, path, error);
        }
    }

    private void ReadFull(SafeFileHandle handle, int shard, ShardFile file, Span<byte> destination, long position)
    {
        try
        {
            while (destination.Length > 0)
            {
                var read = RandomAccess.Read(handle, destination, position);
                if (read == 0)
                {
                    throw Damaged(shard, PathOf(file), $"it ends after {position} bytes");
                }

                destination = destination[read..];
                position += read;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(shard, PathOf(file), error);
        }
    }

    private static async ValueTask<int> Guard(int shard, string path, Func<ValueTask<int>> read)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(shard, path, error);
        }
    }

    private static ShardException Damaged(int shard, string path, string how) =>
        new(shard, $"'{path}' is damaged: {how}. Copy it from where the set is whole, or write the folder again with 'actornet data shard'.");

    private static ShardException Unreadable(int shard, string path, Exception error) => new(shard, $"'{path}' cannot be read: {error.Message}", error);
}
