namespace ActorNet.Core.Tests.Data;

/// <summary>Where real MNIST is on this machine, if it is.</summary>
internal static class MnistFolder
{
    public static string? Find()
    {
        if (Environment.GetEnvironmentVariable("ACTORNET_MNIST") is { Length: > 0 } named)
        {
            return named;
        }
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ActorNet.sln")))
        {
            folder = folder.Parent;
        }
        var beside = folder is null ? null : Path.Combine(folder.FullName, "..", "shared", "data", "mnist");
        return Directory.Exists(beside) ? beside : null;
    }
}
