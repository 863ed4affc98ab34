namespace ActorNet.Fuzzing.Targets;

/// <summary>A folder for decoders that read files, in memory where the system has that.</summary>
internal static class Scratch
{
    private static readonly string _root = Make();

    /// <summary>An empty folder of a target's own.</summary>
    public static string Folder(string target) => Directory.CreateDirectory(Path.Combine(_root, target)).FullName;

    /// <summary>Writes a file that the decoder reads next: into the same file each time, for a new one takes ten times as long.</summary>
    public static void Write(string path, byte[] content)
    {
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
        file.SetLength(content.Length);
        file.Write(content);
    }

    private static string Make()
    {
        const string InMemory = "/dev/shm";
        var root = Path.Combine(Directory.Exists(InMemory) ? InMemory : Path.GetTempPath(), $"actornet-fuzzing-{Environment.ProcessId}");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(root, recursive: true);
        return Directory.CreateDirectory(root).FullName;
    }
}
