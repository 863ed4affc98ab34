using System.Diagnostics;
using System.Globalization;
using ActorNet.Cluster.Hosting;
using ActorNet.Core.Training;

namespace ActorNet.Benchmarks;

/// <summary>A second process of this program, which does one thing at a time: an order in on its stdin, a number out on its stdout.</summary>
internal sealed class OtherProcess : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    /// <summary>What an answer begins with: the libraries may write to the standard output too.</summary>
    private const string AnswerMark = "answer ";

    /// <summary>This program, also where it was started as <c>dotnet ActorNet.Benchmarks.dll</c>.</summary>
    public static readonly string ThisProgram =
        Path.Combine(AppContext.BaseDirectory, "ActorNet.Benchmarks" + (OperatingSystem.IsWindows() ? ".exe" : ""));

    private readonly Process _process = Process.Start(new ProcessStartInfo
    {
        FileName = ThisProgram,
        ArgumentList = { "cluster", "--peer" },
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    /// <summary>Trains in a loop of its own on half the batch.</summary>
    /// <returns>Milliseconds a step.</returns>
    public Task<double> LoopAsync(Workload workload, TimeSpan duration) => OrderAsync($"loop {workload.Name} {duration.TotalSeconds}", duration);

    /// <summary>Joins the cluster at a port of this machine with one worker, until its job is over.</summary>
    public Task<double> JoinAsync(Workload workload, int port, TimeSpan duration) => OrderAsync($"join {workload.Name} {port}", duration);

    /// <summary>Sends back what comes from a port, so many bytes at a time; in the busy way beside a loop that trains.</summary>
    public Task<double> EchoAsync(Workload workload, int port, int bytes, bool busy, TimeSpan duration) =>
        OrderAsync($"{(busy ? "busy-echo" : "echo")} {workload.Name} {port} {bytes}", duration);

    /// <summary>The other process's side: obeys until its standard input ends.</summary>
    public static async Task ServeAsync()
    {
        var halves = new HalfBatch();
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var words = line.Split(' ');
            var workload = Workload.All.Single(one => one.Name == words[1]);
            var answer = words[0] switch
            {
                "loop" => halves.StepMilliseconds(workload, TimeSpan.FromSeconds(double.Parse(words[2], CultureInfo.InvariantCulture))),
                "join" => await JoinAsync(halves, workload, Number(words[2])),
                "echo" => Echo(Number(words[2]), Number(words[3])),
                "busy-echo" => halves.Beside(workload, () => Echo(Number(words[2]), Number(words[3]))),
                _ => throw new InvalidOperationException($"an order that is none: {line}"),
            };
            await Console.Out.WriteLineAsync(AnswerMark + answer.ToString("R", CultureInfo.InvariantCulture));
        }
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
        {
            _process.Kill();
        }
        _process.Dispose();
    }

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);

    private static async Task<double> JoinAsync(HalfBatch halves, Workload workload, int port)
    {
        var options = new NodeOptions
        {
            Listen = new HostPort("127.0.0.1", 0),
            Join = [new HostPort("127.0.0.1", port)],
            Workers = 1,
        };
        await ClusterNode.RunAsync(options, (JobSpec _) => halves.Data(workload), exitWhenDone: true);
        return 0;
    }

    private static double Echo(int port, int bytes)
    {
        PlainExchange.Echo(port, new byte[bytes]);
        return 0;
    }

    private async Task<double> OrderAsync(FormattableString order, TimeSpan duration)
    {
        await _process.StandardInput.WriteLineAsync(order.ToString(CultureInfo.InvariantCulture));
        await _process.StandardInput.FlushAsync();
        while (await _process.StandardOutput.ReadLineAsync().WaitAsync(duration + _patience) is { } line)
        {
            if (line.StartsWith(AnswerMark, StringComparison.Ordinal))
            {
                return double.Parse(line.AsSpan(AnswerMark.Length), CultureInfo.InvariantCulture);
            }
        }
        throw new InvalidOperationException("the other process ended early: see its message above");
    }
}
