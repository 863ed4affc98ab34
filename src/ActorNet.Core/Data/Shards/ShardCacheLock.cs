using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace ActorNet.Core.Data.Shards;

/// <summary>
/// Whoever uses a set of the cache shares its lock, whoever deletes it has the lock alone: an open file beside the set's folder, which the system lets go of
/// when a process ends. It is never deleted, and its time says when the set was used last.
/// </summary>
internal sealed class ShardCacheLock : IDisposable
{
    private const string Extension = ".lock";

    /// <summary>Deleting a set takes no longer.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly SafeFileHandle _handle;

    private ShardCacheLock(SafeFileHandle handle) => _handle = handle;

    /// <summary>Keeps a set from being deleted; waits while it is.</summary>
    /// <exception cref="IOException">It cannot be locked.</exception>
    public static ShardCacheLock Share(string folder)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                var own = new ShardCacheLock(File.OpenHandle(folder + Extension, FileMode.OpenOrCreate, FileAccess.Read, FileShare.Read));
                File.SetLastWriteTimeUtc(folder + Extension, DateTime.UtcNow);
                return own;
            }
            catch (IOException) when (File.Exists(folder + Extension) && Stopwatch.GetElapsedTime(since) < _patience)
            {
                Thread.Sleep(10);
            }
        }
    }

    /// <summary>Has a set alone, to delete it; null while somebody uses it.</summary>
    public static ShardCacheLock? TryTake(string folder)
    {
        try
        {
            return new ShardCacheLock(File.OpenHandle(folder + Extension, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>When a set was used last.</summary>
    public static DateTime LastUse(string folder) => File.GetLastWriteTimeUtc(folder + Extension);

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
