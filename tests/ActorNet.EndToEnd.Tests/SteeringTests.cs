using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ActorNet.Cli.Runs;
using ActorNet.Core.Checkpoints;
using ActorNet.Core.Training;
using ActorNet.EndToEnd.Tests.Support;
using Xunit.Abstractions;

namespace ActorNet.EndToEnd.Tests;

/// <summary>People pause a run of several processes, let a node go, take another in, change it and go on.</summary>
public sealed class SteeringTests : IDisposable
{
    private const string Token = "a-token-of-many-letters";
    private const int Epochs = 30;

    /// <summary>A machine that runs all tests at once may be slow; how fast commands are answered another test measures.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    private readonly TestCluster _cluster = new("--data", "tiny", "--hidden", "16", "--optimizer", "momentum", "--learning-rate", "0.05");
    private readonly ITestOutputHelper _output;
    private readonly List<double> _times = [];
    private readonly HttpClient _http;
    private readonly int _port = FreePorts.Pair();

    public SteeringTests(ITestOutputHelper output)
    {
        _output = output;
        TinyDigits.Write(_cluster.Work);
        _cluster.Work.Write("token", Token);
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_port}/api/v1/") };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    public void Dispose()
    {
        _http.Dispose();
        _cluster.Dispose();
    }

    [Fact]
    public Task A_run_that_is_paused_and_goes_on_with_other_nodes_and_another_rate_has_the_same_bits() => PausedAndChanged(rate: 0.02);

    [Fact]
    [Trait("Category", "Slow")]
    public Task A_run_that_is_paused_and_goes_on_with_other_nodes_has_the_same_bits() => PausedAndChanged(rate: null);

    private async Task PausedAndChanged(double? rate)
    {
        var train = _cluster.Train("--workers", "1", "--min-workers", "3", "--epochs", $"{Epochs}", "--http", $"127.0.0.1:{_port}", "--token-file", "token");
        var leaver = _cluster.Worker();
        var stayer = _cluster.Worker();
        await train.SeesAsync("listens on");
        await _cluster.Record.AwaitAsync("the start", line => line.Event == "started");

        var paused = (long)(await AskAsync("pause"))["step"]!;
        if (rate is not null)
        {
            Assert.Equal(paused, (long)(await AskAsync("learning-rate", new { learningRate = rate, by = "ann" }))["step"]!);
        }

        var nodes = JsonNode.Parse(await _http.GetStringAsync("job"))!["nodes"]!.AsArray();
        var name = (string)nodes.Select(node => node!["node"]!).First(node => ((string)node!).Contains($"-{leaver.Id}-", StringComparison.Ordinal))!;
        await AskAsync($"drain/{name}");
        leaver.End().Ending(0);
        var newcomer = _cluster.Worker();
        await _cluster.Record.AwaitAsync("the new node", line => line.Event == "node-joined" && line.IsOf(newcomer));
        Assert.Equal(("paused", paused), await PhaseAsync());
        await AskAsync("resume");

        var result = train.End().Ending(0).Json;
        Assert.True((bool)result["ledger"]!["exact"]!);
        Assert.Equal(Oracle(rate is { } changed ? [new RateChange(paused, changed)] : []), (string?)result["weightsSha256"]);
        Assert.All(_cluster.Record.Contributions(train.Id, stayer.Id, newcomer.Id), made => Assert.True(made.Value > 0, $"{made}"));
        Assert.Equal(rate is null ? [] : new[] { new RateChange(paused, rate.Value) }, CommandLog.Read(_cluster.Work.At("run", "checkpoints")));
        Assert.All([stayer, newcomer], worker => worker.End().Ending(0));
    }

    /// <summary>Eight compute threads on a machine of fewer cores, as a rule: who asks for something must not wait.</summary>
    [Fact]
    [Trait("Category", "Slow")]
    public async Task On_a_loaded_cluster_commands_are_answered_within_a_second()
    {
        var train = _cluster.Train("--workers", "2", "--min-workers", "8", "--epochs", "1000000", "--http", $"127.0.0.1:{_port}", "--token-file", "token");
        RunningProcess[] workers = [_cluster.Worker(workers: 2), _cluster.Worker(workers: 2), _cluster.Worker(workers: 2)];
        await train.SeesAsync("listens on");
        await _cluster.Record.AwaitAsync("the third epoch", line => line.Event == "epoch" && (int)line.Json["epoch"]! == 3);
        for (var round = 0; round < 20; round++)
        {
            await AskAsync("pause");
            await AskAsync("resume");
            await AskAsync("checkpoint");
        }

        _times.Sort();
        _output.WriteLine($"median {_times[_times.Count / 2]:0} ms, 95th percentile {_times[_times.Count * 95 / 100]:0} ms, most {_times[^1]:0} ms of {_times.Count}");
        Assert.True(_times[_times.Count * 95 / 100] < 1000, "a command of twenty took longer than a second");
        await AskAsync("stop?when=now");
        train.End().Ending(130);
        Assert.All(workers, worker => worker.End());
    }

    /// <summary>Asks for something, and fails unless it is done.</summary>
    private async Task<JsonNode> AskAsync(string verb, object? body = null)
    {
        var began = Stopwatch.GetTimestamp();
        using var answer = body is null ? await _http.PostAsync(verb, null) : await _http.PostAsJsonAsync(verb, body);
        var took = Stopwatch.GetElapsedTime(began);
        var text = await answer.Content.ReadAsStringAsync();
        _output.WriteLine($"{verb}: {took.TotalMilliseconds:0} ms");
        Assert.True(answer.IsSuccessStatusCode, $"{verb}: {answer.StatusCode} {text}");
        Assert.True(took < _patience, $"{verb} took {took}");
        _times.Add(took.TotalMilliseconds);
        return JsonNode.Parse(text)!;
    }

    private async Task<(string Phase, long Step)> PhaseAsync()
    {
        var job = JsonNode.Parse(await _http.GetStringAsync("job"))!;
        return ((string)job["phase"]!, (long)job["step"]!);
    }

    /// <summary>The hash of the weights that one loop comes to with the same changes.</summary>
    private string Oracle(IReadOnlyList<RateChange> changes)
    {
        var job = JobSpec.FromJson(File.ReadAllText(_cluster.Work.At("run", "job.json")), "the run's job");
        var data = TrainingData.Open(_cluster.Work.At("tiny"), folder: null, job.Data, _ => { }).Training;
        var trainer = new LocalTrainer(new TrainingSetup(job, data), changes: changes);
        trainer.Run();
        return Snapshot.Sha256(trainer.Weights.Span);
    }
}
