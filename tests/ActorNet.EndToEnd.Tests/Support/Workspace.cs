using System.Diagnostics;

namespace ActorNet.EndToEnd.Tests.Support;

/// <summary>A folder of its own to run the built program in.</summary>
public sealed class Workspace : IDisposable
{
    private static readonly string _program = Path.Combine(AppContext.BaseDirectory, "actornet.dll");

    /// <summary>An empty folder.</summary>
    public Workspace() => Folder = Directory.CreateTempSubdirectory("actornet-").FullName;

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>How long a process may take.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Environment variables of the program; all others that begin with ACTORNET_ are taken away.</summary>
    internal Dictionary<string, string> Environment { get; } = [];

    /// <summary>The command that starts the program, for a shell.</summary>
    internal static string ShellCommand => $"'{DotNet}' '{_program}'";

    private static string DotNet => System.Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";

    /// <summary>A path in the folder.</summary>
    public string At(params string[] parts) => Path.Combine([Folder, .. parts]);

    /// <summary>Writes a file.</summary>
    public string Write(string name, string text)
    {
        File.WriteAllText(At(name), text);
        return name;
    }

    /// <summary>Runs the program to its end.</summary>
    internal Outcome Run(params string[] arguments) => Start(arguments).End();

    /// <summary>Runs another program to its end.</summary>
    internal Outcome RunOther(string program, params string[] arguments) => new RunningProcess(Info(program, arguments), Patience).End();

    /// <summary>Starts another program.</summary>
    internal RunningProcess StartOther(string program, params IEnumerable<string> arguments) => new(Info(program, arguments), Patience);

    /// <summary>Starts the program. Signals that this process ignores are not ignored by it.</summary>
    internal RunningProcess Start(params string[] arguments) => new(
        OperatingSystem.IsLinux()
            ? Info("env", ["--default-signal=HUP,INT,TERM", DotNet, _program, .. arguments])
            : Info(DotNet, [_program, .. arguments]),
        Patience);

    /// <summary>Starts the program by way of another that becomes it, such as <c>ip netns exec NAME</c>.</summary>
    internal RunningProcess StartBy(string[] way, params string[] arguments) =>
        new(Info(way[0], [.. way[1..], "env", "--default-signal=HUP,INT,TERM", DotNet, _program, .. arguments]), Patience);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private ProcessStartInfo Info(string program, IEnumerable<string> arguments)
    {
        var info = new ProcessStartInfo(program, arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in info.Environment.Keys.Where(name => name.StartsWith("ACTORNET_", StringComparison.Ordinal)).ToList())
        {
            info.Environment.Remove(name);
        }

        info.Environment.Remove("NO_COLOR");
        foreach (var (name, value) in Environment)
        {
            info.Environment[name] = value;
        }

        return info;
    }
}
