using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace ActorNet.Benchmarks;

/// <summary>A script of <c>peers/</c> in a child process, which waits on its stdin between rounds: one contender computes at a time.</summary>
internal sealed class PythonPeer : Contender
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    /// <exception cref="ContenderAbsentException">Python or a library that the script needs is not installed.</exception>
    public PythonPeer(string python, string name, string script, params IEnumerable<string> options)
    {
        Name = name;
        _process = Start(python, Path.Combine(AppContext.BaseDirectory, "peers", script), options);
        var greeting = Answer(_patience);
        if (greeting.TryGetProperty("absent", out var package))
        {
            Dispose();
            throw new ContenderAbsentException($"{python} lacks a library: apt-get install {package.GetString()}");
        }
        Library = greeting.GetProperty("library").GetString() ?? "";
    }

    public override string Name { get; }

    public override string Library { get; }

    /// <summary>Debian's own Python where there is one: the libraries are packages of the system.</summary>
    public static string DefaultPython => File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

    public override double Round(Workload workload, TimeSpan duration)
    {
        _process.StandardInput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{workload.Name} {duration.TotalSeconds}"));
        _process.StandardInput.Flush();
        return Answer(duration + _patience).GetProperty("samplesPerSecond").GetDouble();
    }

    public override void Dispose()
    {
        _process.StandardInput.Dispose();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
        {
            _process.Kill();
        }
        _process.Dispose();
        base.Dispose();
    }

    private static Process Start(string python, string script, IEnumerable<string> options)
    {
        var start = new ProcessStartInfo(python, [script, "--serve", .. options]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        try
        {
            return Process.Start(start) ?? throw new InvalidOperationException($"{python} did not start");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new ContenderAbsentException($"there is no {python}: apt-get install python3, or name one with --python");
        }
    }

    private JsonElement Answer(TimeSpan deadline)
    {
        var read = _process.StandardOutput.ReadLineAsync();
        if (!read.Wait(deadline))
        {
            _process.Kill();
            throw new TimeoutException($"{Name} gave no answer within {deadline.TotalSeconds:F0} s");
        }
        return JsonElement.Parse(read.Result ?? throw new InvalidOperationException($"{Name} ended early: see its message above"));
    }
}
