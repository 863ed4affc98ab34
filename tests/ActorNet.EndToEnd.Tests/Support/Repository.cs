namespace ActorNet.EndToEnd.Tests.Support;

/// <summary>The sources that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder of ActorNet.sln.</summary>
    public static string Root { get; } = Find();

    /// <summary>A built sample of the docs, in its own folder: beside the tests it would find the libraries of a web program, which it is not.</summary>
    public static string Sample(string name)
    {
        // …/bin/Release/net10.0, as here.
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(Root, "docs", "samples", name, "bin", framework.Parent!.Name, framework.Name, $"{name}.dll");
    }

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ActorNet.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException($"No ActorNet.sln above {AppContext.BaseDirectory}.");
        }

        return folder;
    }
}
