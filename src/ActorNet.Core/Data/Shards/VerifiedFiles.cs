using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace ActorNet.Core.Data.Shards;

/// <summary>
/// The files whose SHA-256 this process has seen to be right. A file that has changed since, by its length or its time of writing, is none of them.
/// </summary>
internal static class VerifiedFiles
{
    private static readonly ConcurrentDictionary<string, (string Sha256, long Bytes, DateTime Written)> _seen = new();

    /// <summary>Whether an open file has been verified as it is now.</summary>
    public static bool Contains(string path, ShardFile file, SafeFileHandle handle) =>
        _seen.TryGetValue(Path.GetFullPath(path), out var seen) && seen == (file.Sha256, file.Bytes, File.GetLastWriteTimeUtc(handle));

    /// <summary>Notes that an open file has the content that it should have.</summary>
    public static void Add(string path, ShardFile file, SafeFileHandle handle) =>
        _seen[Path.GetFullPath(path)] = (file.Sha256, file.Bytes, File.GetLastWriteTimeUtc(handle));
}
