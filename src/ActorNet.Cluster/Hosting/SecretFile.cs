using ActorNet.Core;

namespace ActorNet.Cluster.Hosting;

/// <summary>The file with the secret that every node of a cluster must have.</summary>
internal static class SecretFile
{
    /// <summary>A shorter one could be guessed.</summary>
    public const int LeastBytes = 16;

    private const string HowToMake = "make one with 'openssl rand -base64 32' and give every node the same";

    /// <summary>Reads it. Line ends at its end do not count: editors and copies add and lose them.</summary>
    /// <param name="path">The file.</param>
    /// <param name="source">Where it was named, for messages.</param>
    /// <param name="warn">Is told when others can read it.</param>
    /// <exception cref="ActorNetException">It cannot be read.</exception>
    public static ReadOnlyMemory<byte> Read(string path, string source, Action<string> warn)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var why = Directory.Exists(path) ? "it is a folder" : File.Exists(path) ? error.Message : "there is no such file";
            throw new ActorNetException($"{source} {path} cannot be read, {why}: {HowToMake}.", error);
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0)
        {
            warn($"{source} {path} can be read by every user of this machine: 'chmod 600 {path}' keeps it secret.");
        }

        return bytes.AsSpan().TrimEnd("\r\n"u8).ToArray();
    }

    /// <summary>Why a secret will not do; null when it will.</summary>
    public static string? Fault(ReadOnlyMemory<byte> secret) => secret.Length switch
    {
        0 => $"is empty: {HowToMake}",
        < LeastBytes => $"has {secret.Length} bytes where {LeastBytes} are the least: {HowToMake}",
        _ => null,
    };
}
