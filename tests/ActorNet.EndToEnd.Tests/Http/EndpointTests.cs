using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using ActorNet.Cli.Http;
using ActorNet.Cluster.Hosting;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests.Http;

/// <summary>Where the endpoint is, and how it begins and ends with the program.</summary>
public sealed class EndpointTests : IDisposable
{
    private readonly Workspace _work = new();
    private RunningProcess? _run;

    public void Dispose()
    {
        _run?.Abandon();
        _work.Dispose();
    }

    [Fact]
    public async Task A_default_port_that_is_taken_gives_way_to_a_free_one()
    {
        using var other = Taken(out var port);
        await using var endpoint = new NodeEndpoint(new HttpOptions { Listen = new HostPort("127.0.0.1", port) }, _ => { });
        Assert.NotEqual($"http://127.0.0.1:{port}", endpoint.Url);
        Assert.Equal($" (port {port} is taken)", endpoint.Remark);
        Assert.Matches("^[0-9a-f]{32}$", endpoint.NewToken);
    }

    [Fact]
    public async Task Without_an_address_nothing_is_served()
    {
        await using var endpoint = new NodeEndpoint(new HttpOptions(), _ => { });
        endpoint.Serve(new WatchedRun());
        Assert.Null(endpoint.Url);
    }

    [Fact]
    public void A_port_that_was_asked_for_and_is_taken_ends_the_program_before_training()
    {
        TinyDigits.Write(_work);
        using var other = Taken(out var port);
        _work.Run("train", "--data", "tiny", "--http", $"127.0.0.1:{port}").Refusing(1, $"127.0.0.1:{port}", "in use", "--http off");
        Assert.False(Directory.Exists(_work.At("runs")));
        _work.Run("worker", "--join", "127.0.0.1:1", "--http", $"127.0.0.1:{port}").Refusing(1, $"127.0.0.1:{port}", "in use", "--http off");
    }

    [Fact]
    public void Flags_are_checked()
    {
        _work.Run("train", "--http", "here:x").Refusing(2, "--http is 'here:x'", "127.0.0.1:4080", "off");
        _work.Write("token", "two words, and more letters than 16");
        Hide("token");
        _work.Run("train", "--token-file", "token").Refusing(2, "--token-file token", "header");
        _work.Environment["ACTORNET_OTLP"] = "localhost";
        _work.Run("worker", "--join", "127.0.0.1:1").Refusing(2, "ACTORNET_OTLP is 'localhost'", "http://localhost:4318");
    }

    /// <summary>Not a test of Kestrel but of the program around it: a run is watched and steered, a wrong token recorded, and the stream ends with the run.</summary>
    [Fact]
    public async Task A_run_is_watched_and_steered_from_its_start_to_its_end()
    {
        TinyDigits.Write(_work);
        var port = FreePorts.Pair();
        _work.Environment["ACTORNET_TOKEN_FILE"] = _work.Write("token", TestEndpoint.Token);
        Hide("token");
        var run = _run = _work.Start("train", "--data", "tiny", "--epochs", "1000000", "--out", "run", "--http", $"127.0.0.1:{port}");
        await run.SeesAsync($"http http://127.0.0.1:{port}");
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TestEndpoint.Patience };
        Assert.Equal("live", (string)JsonNode.Parse(await client.GetStringAsync("/health/live"))!["status"]!);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.PostAsync("/api/v1/stop", null)).StatusCode);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", TestEndpoint.Token);

        using var deadline = new CancellationTokenSource(TestEndpoint.Patience);
        var events = new List<string>();
        await foreach (var line in SseParser.Create(await client.GetStreamAsync("/api/v1/events", deadline.Token)).EnumerateAsync(deadline.Token))
        {
            events.Add((string)JsonNode.Parse(line.Data)!["event"]!);
            if (events[^1] == "epoch" && events.Count(name => name == "epoch") == 1)
            {
                Assert.Contains("\"ready\"", await (await client.GetAsync("/health/ready", deadline.Token)).Content.ReadAsStringAsync(deadline.Token), StringComparison.Ordinal);
                await AskAsync("pause");
                // The status is renewed a few times a second: it may be a little behind the answer.
                while ((string)JsonNode.Parse(await client.GetStringAsync("/api/v1/job", deadline.Token))!["phase"]! != "paused")
                {
                }

                Assert.Contains("actornet_run_phase{phase=\"paused\"} 1\n", await client.GetStringAsync("/metrics", deadline.Token), StringComparison.Ordinal);
                await AskAsync("resume");
                await AskAsync("stop");
            }
        }

        Assert.Equal(("run", "stopped"), (events[0], events[^1]));
        Assert.Equal(3, events.Count(name => name == "command"));
        run.End().Ending(130);
        Assert.Contains(new RecordReader(_work.At("run", "record.jsonl")).Lines(), line => line.Event == "command-refused" && (string)line.Json["verb"]! == "stop");

        async Task AskAsync(string verb) => Assert.Equal(HttpStatusCode.OK, (await client.PostAsync($"/api/v1/{verb}", null, deadline.Token)).StatusCode);
    }

    private void Hide(string file)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_work.At(file), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private static Socket Taken(out int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        return socket;
    }
}
