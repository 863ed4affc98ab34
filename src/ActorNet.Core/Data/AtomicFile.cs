namespace ActorNet.Core.Data;

/// <summary>Files that other processes see whole or not at all.</summary>
internal static class AtomicFile
{
    /// <summary>How a temporary name ends.</summary>
    public const string TemporaryExtension = ".part";

    /// <summary>Writes to a temporary name beside <paramref name="path"/>, flushes to disk, renames.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        var temporary = TemporaryName(path);
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            DeleteQuietly(temporary);
            throw;
        }
    }

    /// <summary>A name that no other process uses, beside <paramref name="path"/> so that a rename stays on one disk.</summary>
    public static string TemporaryName(string path) => $"{path}.{Guid.NewGuid():N}{TemporaryExtension}";

    /// <summary>Deletes a file where that is possible.</summary>
    public static void DeleteQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What brought us here is the error worth reporting.
        }
    }
}
