using ActorNet.Core;
using ActorNet.Core.Data;

namespace ActorNet.Cli.Reports.Exports;

/// <summary>Writes what is made from a record.</summary>
internal static class OutputFile
{
    /// <summary>Writes a file whole or not at all, its folder made where there is none.</summary>
    /// <exception cref="ActorNetException">It cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            AtomicFile.Write(path, write);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ActorNetException($"'{path}' cannot be written ({error.Message}): choose another place, or free space.", error);
        }
    }
}
