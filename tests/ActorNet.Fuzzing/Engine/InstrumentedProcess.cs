using System.Diagnostics;
using ActorNet.Fuzzing.Targets;
using SharpFuzz;

namespace ActorNet.Fuzzing.Engine;

/// <summary>Runs campaigns in a copy of this program of which the product's assemblies are instrumented: a process for each, which may die.</summary>
internal sealed class InstrumentedProcess : IDisposable
{
    /// <summary>An input that takes longer does not end.</summary>
    private static readonly TimeSpan _hang = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan _look = TimeSpan.FromSeconds(1);

    private static readonly string[] _product = ["ActorNet.Core.dll", "ActorNet.Cluster.dll", "actornet.dll"];

    private readonly string _folder = Directory.CreateTempSubdirectory("actornet-fuzzing-").FullName;

    /// <summary>Makes the copy.</summary>
    public InstrumentedProcess()
    {
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(_folder, Path.GetRelativePath(AppContext.BaseDirectory, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        var plain = ProgramTargets.EventTypes.Select(type => type.FullName!.Replace('+', '/')).ToHashSet();
        foreach (var assembly in _product)
        {
            Fuzzer.Instrument(Path.Combine(_folder, assembly), type => !plain.Contains(type), Options.Value);
        }
    }

    /// <summary>Runs one campaign to its end.</summary>
    /// <returns>Whether nothing was found.</returns>
    public bool Run(string target, CampaignOptions options, IEnumerable<string> arguments)
    {
        var currentPath = Path.Combine(_folder, $"{target}.current");
        using var current = new CurrentInput(currentPath);
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(_folder, "ActorNet.Fuzzing.dll"), .. arguments, "--inside", currentPath, target]))!;
        var (seen, since) = (current.Number, Stopwatch.GetTimestamp());
        while (!process.WaitForExit(_look))
        {
            if (current.Number != seen)
            {
                (seen, since) = (current.Number, Stopwatch.GetTimestamp());
            }
            else if (seen > 0 && Stopwatch.GetElapsedTime(since) > _hang)
            {
                process.Kill();
                process.WaitForExit();
                Tell("no end", $"it has not ended after {_hang.TotalSeconds} s.");
                return false;
            }
        }

        if (process.ExitCode is not (0 or 1))
        {
            Tell("death of the process", $"the process ended with {process.ExitCode}.");
        }

        return process.ExitCode == 0;

        void Tell(string kind, string details)
        {
            var input = current.Get();
            Corpus.Add(options.Findings, target, input, new Fault(kind, details));
            Console.WriteLine($"{target}: FOUND {kind}, seed {options.Seed}, input {current.Number:N0}: {details} {Convert.ToBase64String(input.AsSpan(0, Math.Min(input.Length, 200)))}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
