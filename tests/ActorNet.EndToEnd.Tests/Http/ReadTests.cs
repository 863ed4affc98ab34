using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using ActorNet.Cli.Runs;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;
using ActorNet.Core.Training;
using Xunit.Abstractions;

namespace ActorNet.EndToEnd.Tests.Http;

/// <summary>What the HTTP endpoint shows.</summary>
public sealed class ReadTests(ITestOutputHelper output) : IDisposable
{
    private readonly TestEndpoint _http = new();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task A_process_is_alive_before_it_is_ready()
    {
        Assert.Equal("live", (string)(await _http.GetAsync("/health/live"))["status"]!);
        _http.Run.Control.Node.Note("it looks for a coordinator at a:4053");
        await TestEndpoint.IsProblemAsync(await _http.Client.GetAsync("/health/ready"), 503, "it looks for a coordinator at a:4053");
        _http.Run.Control.Node.Note(null);
        Assert.Equal("ready", (string)(await _http.GetAsync("/health/ready"))["status"]!);
    }

    [Fact]
    public async Task A_node_shows_itself_and_the_members_it_sees()
    {
        _http.Run.Control.Node.Publish(new NodeStatus { Node = "one", Workers = 3, Phase = NodePhase.Spare });
        _http.Run.Control.Node.Bind(() => [new ClusterMember("b:1", ["worker"], "up", IsReachable: false, IsSelf: false)]);
        var node = await _http.GetAsync("/api/v1/node");
        Assert.Equal(("one", "spare", 3), ((string)node["status"]!["node"]!, (string)node["status"]!["phase"]!, (int)node["status"]!["workers"]!));
        Assert.Equal("it has not started", (string)node["waitsFor"]!);
        Assert.False((bool)node["members"]![0]!["isReachable"]!);
    }

    [Fact]
    public async Task The_run_and_its_cluster_are_shown_as_the_record_shows_them()
    {
        var status = new RunStatus { JobHash = "abc", Phase = RunPhase.Paused, Step = 7, RunningCost = double.NaN, Nodes = [new NodeStatus { Node = "one" }] };
        _http.Run.Control.Publish(status);
        var job = await _http.GetAsync("/api/v1/job");
        Assert.Equal(JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(status, RunJson.Line))!.ToJsonString(), job.ToJsonString());
        Assert.Equal("paused", (string)job["phase"]!);
        Assert.Null(job["runningCost"]);
        var cluster = await _http.GetAsync("/api/v1/cluster");
        Assert.Equal("one", (string)cluster["nodes"]![0]!["node"]!);
        Assert.Equal("127.0.0.1:4053", (string)cluster["members"]![0]!["address"]!);
    }

    [Fact]
    public async Task The_history_has_epochs_progress_and_commands()
    {
        _http.Run.History.See(new TrainingEvent.Progressed(5, 1000, 0.5));
        _http.Run.History.See(new TrainingEvent.EpochDone(new EpochResult(1, 0.25, 0.9, 0.8, 0.3, null, 2)));
        _http.Run.History.See(new TrainingEvent.Commanded(new CommandAnswer("pause", "me", DateTime.UtcNow, 5, true, "paused at step 5")));
        var history = await _http.GetAsync("/api/v1/history");
        Assert.Equal(5, (long)history["points"]![0]!["step"]!);
        Assert.Equal(0.25, (double)history["epochs"]![0]!["trainCost"]!);
        Assert.Equal("me", (string)history["commands"]![0]!["by"]!);
    }

    [Fact]
    public async Task A_process_without_a_run_says_who_has_one()
    {
        using var worker = new TestEndpoint(hasRun: false);
        worker.Node.Note(null);
        Assert.Equal("ready", (string)(await worker.GetAsync("/health/ready"))["status"]!);
        await TestEndpoint.IsProblemAsync(await worker.Client.GetAsync("/api/v1/job"), 404, "does not coordinate", "actornet train", "/api/v1/node");
        await TestEndpoint.IsProblemAsync(await worker.PostAsync("/api/v1/pause"), 404, "actornet train");
        Assert.Contains("actornet_ready 1\n", await worker.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_are_those_of_the_run()
    {
        _http.Run.Control.Publish(new RunStatus { JobHash = "abc", Step = 7 });
        var answer = await _http.Client.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Contains("\nactornet_run_step 7\n", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/api/v1/jobs", 404, "There is no /api/v1/jobs", "/api/v1/job,", "drain/NODE")]
    [InlineData("GET", "/", 404, "/health/ready")]
    [InlineData("POST", "/metrics", 405, "does not take POST", "GET, HEAD")]
    [InlineData("GET", "/api/v1/pause", 405, "does not take GET", "use POST")]
    public async Task What_is_not_there_is_named(string method, string path, int status, params string[] words) =>
        await TestEndpoint.IsProblemAsync(await _http.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path)), status, words);

    [Fact]
    public async Task A_head_has_no_body()
    {
        var answer = await _http.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/health/live"));
        Assert.Equal((HttpStatusCode.OK, ""), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
    }

    [Theory]
    [InlineData("evil.example", 421)]
    [InlineData("localhost.evil.example:4080", 421)]
    [InlineData("10.0.0.1", 421)]
    [InlineData("localhost:1", 200)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("[::1]:4080", 200)]
    public async Task A_page_of_a_foreign_site_cannot_read(string host, int status)
    {
        var answer = await _http.Client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/v1/job") { Headers = { Host = host } });
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task The_status_of_two_hundred_nodes_takes_less_than_twenty_milliseconds()
    {
        var nodes = Enumerable.Range(0, 200).Select(i => new NodeStatus { Node = $"node-{i}", Workers = 4, Slices = [i], StepMedian = 1.5, StepP95 = 2.5, SlowFactor = 1 });
        _http.Run.Control.Publish(new RunStatus { JobHash = "abc", Nodes = [.. nodes] });
        foreach (var path in (string[])["/api/v1/job", "/api/v1/cluster", "/metrics"])
        {
            var times = new List<double>();
            for (var i = 0; i < 50; i++)
            {
                var watch = Stopwatch.StartNew();
                await _http.Client.GetByteArrayAsync(path);
                times.Add(watch.Elapsed.TotalMilliseconds);
            }

            times.Sort();
            output.WriteLine($"{path}: median {times[25]:0.00} ms, 95th percentile {times[47]:0.00} ms");
            Assert.InRange(times[25], 0, 20);
        }
    }
}
