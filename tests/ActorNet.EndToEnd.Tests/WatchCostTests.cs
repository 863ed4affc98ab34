using System.Globalization;
using ActorNet.EndToEnd.Tests.Support;
using Xunit.Abstractions;

namespace ActorNet.EndToEnd.Tests;

/// <summary>What it costs a run to be watched.</summary>
[Trait("Category", "Slow")]
public sealed class WatchCostTests(ITestOutputHelper output) : IDisposable
{
    /// <summary>Ticks of the system's processor accounting, in a second.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>What Linux keeps of the name of a compute thread.</summary>
    private const string ComputeThread = "actornet.comput";

    /// <summary>The thread that compiles what has turned out to be called often: its work ends, however long the run.</summary>
    private const string Compiler = ".NET Tiered Com";

    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    /// <summary>The threads that do not compute are those of the endpoint, of progress, of checkpoints and of the actors that report.</summary>
    [SkippableFact]
    public async Task Three_monitors_and_a_scrape_a_second_take_less_than_two_percent_of_a_core()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs /proc");
        var alone = await RunAsync("alone", isWatched: false);
        var watched = await RunAsync("watched", isWatched: true);
        output.WriteLine($"threads that do not compute, of one core: alone {100 * alone.Share:0.00} %, watched {100 * watched.Share:0.00} %");
        Assert.Equal(alone.Sha, watched.Sha);
        Assert.True(watched.Share - alone.Share < 0.02, "being watched takes more than 2 % of a core");
    }

    private async Task<(string Sha, double Share)> RunAsync(string name, bool isWatched)
    {
        var port = FreePorts.Pair();
        var train = _work.Start(
            "train", "--hidden", "100", "--batch-size", "32", "--optimizer", "momentum", "--learning-rate", "0.1", "--epochs", "200", "--workers", "1", "--out", name, "--json", "--http", $"127.0.0.1:{port}");
        await train.SeesAsync("http http://");
        RunningProcess[] monitors = isWatched
            ? [_work.Start("monitor", $"127.0.0.1:{port}", "--jsonl"), _work.Start("monitor", $"127.0.0.1:{port}", "--watch", "1"), _work.Start("monitor", $"127.0.0.1:{port}", "--watch", "1")]
            : [];
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        using var seconds = new PeriodicTimer(TimeSpan.FromSeconds(1));

        // The beginning is the compiler's.
        double before = 0;
        var scrapes = 0;
        DateTime began = default;
        var last = (Ticks: 0.0, At: DateTime.UtcNow);
        for (var second = 0; await Task.WhenAny(train.Exited, seconds.WaitForNextTickAsync().AsTask()) != train.Exited; second++)
        {
            if (isWatched)
            {
                scrapes += await IsScrapedAsync(http) ? 1 : 0;
            }

            if (OtherTicks(train.Id) is { } ticks)
            {
                last = (ticks, DateTime.UtcNow);
                (before, began) = second == 10 ? last : (before, began);
            }
        }

        Assert.NotEqual(default, began);
        var share = (last.Ticks - before) / TicksPerSecond / (last.At - began).TotalSeconds;
        output.WriteLine($"{name}: {(last.At - began).TotalSeconds:0} s, {scrapes} scrapes");
        Assert.True(!isWatched || scrapes > (last.At - began).TotalSeconds / 2, "scrapes failed");
        Assert.All(monitors, monitor => monitor.End());
        return ((string)train.End().Ending(0).Json["weightsSha256"]!, share);
    }

    /// <summary>A process that ends in that moment answers no more.</summary>
    private static async Task<bool> IsScrapedAsync(HttpClient http)
    {
        try
        {
            return (await http.GetStringAsync("metrics")).Length > 0;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Processor time of the threads that do not compute; null when the process has ended.</summary>
    private static double? OtherTicks(int process)
    {
        var sum = 0.0;
        try
        {
            foreach (var task in Directory.GetDirectories($"/proc/{process}/task"))
            {
                var stat = File.ReadAllText(Path.Combine(task, "stat"));
                var (open, close) = (stat.IndexOf('('), stat.LastIndexOf(')'));
                var fields = stat[(close + 2)..].Split(' ');
                sum += stat[(open + 1)..close] is ComputeThread or Compiler
                    ? 0
                    : double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture);
            }

            return sum;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
