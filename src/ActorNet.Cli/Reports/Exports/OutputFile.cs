using ActorNet.Core;
using ActorNet.Core.Data;

namespace ActorNet.Cli.Reports.Exports;

/// <summary>Writes what is made from a record or a model.</summary>
internal static class OutputFile
{
    /// <summary>Writes a file whole or not at all, its folder made where there is none.</summary>
    /// <exception cref="ActorNetException">It cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        MakeFolder(path);
        Try(path, () => AtomicFile.Write(path, write));
    }

    /// <summary>Makes the folder of a file where there is none.</summary>
    /// <exception cref="ActorNetException">It cannot be made.</exception>
    public static void MakeFolder(string path) => Try(path, () => Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!));

    private static void Try(string path, Action write)
    {
        try
        {
            write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ActorNetException($"'{path}' cannot be written ({error.Message}): choose another place, or free space.", error);
        }
    }
}
