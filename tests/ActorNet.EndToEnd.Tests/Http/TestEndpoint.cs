using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ActorNet.Cli.Http;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;

namespace ActorNet.EndToEnd.Tests.Http;

/// <summary>An endpoint on a free port in front of a run that the test plays, and a client of it.</summary>
internal sealed class TestEndpoint : IDisposable
{
    public const string Token = "0123456789abcdef0123456789abcdef";

    /// <summary>The deadline of everything that a test waits for.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly NodeEndpoint _endpoint;

    public TestEndpoint(TimeSpan? heartbeat = null, bool hasRun = true)
    {
        var options = new HttpOptions { Listen = new HostPort("127.0.0.1", 0), Token = new BearerToken(Token) };
        _endpoint = new NodeEndpoint(options, message => throw new InvalidOperationException(message)) { Heartbeat = heartbeat ?? TimeSpan.FromSeconds(10) };
        Run.Control.Bind(
            (command, _) =>
            {
                Commands.Add(command);
                return Task.FromResult(Reply(command));
            },
            () => [new ClusterMember("127.0.0.1:4053", ["coordinator"], "up", IsReachable: true, IsSelf: true)]);
        Run.Refused = (verb, by) => Refused.Add((verb, by));
        if (hasRun)
        {
            _endpoint.Serve(Run);
        }
        else
        {
            _endpoint.Serve(Node);
        }

        Client = new HttpClient { BaseAddress = Url, Timeout = Patience };
    }

    public WatchedRun Run { get; } = new();

    /// <summary>The node of a process without a run.</summary>
    public NodeMonitor Node { get; } = new();

    /// <summary>What reached the run.</summary>
    public List<RunCommand> Commands { get; } = [];

    /// <summary>Who asked for what without the token.</summary>
    public List<(string Verb, string By)> Refused { get; } = [];

    /// <summary>What the run says to a command.</summary>
    public Func<RunCommand, CommandAnswer> Reply { get; set; } = command =>
        new(command.Verb, command.By, new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), 42, IsDone: true, $"{command.Verb} at step 42");

    public Uri Url => new(_endpoint.Url!);

    public HttpClient Client { get; }

    public async Task<JsonObject> GetAsync(string path) => JsonNode.Parse(await Client.GetStringAsync(path))!.AsObject();

    /// <summary>Asks for something with the token and a body of JSON.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, string? body = null, string type = "application/json") => SendAsync(path, body, type, Token);

    /// <summary>The same with any token; null for none.</summary>
    public Task<HttpResponseMessage> SendAsync(string path, string? body, string type, string? token)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = body is null ? null : new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new MediaTypeHeaderValue(type) } },
        };
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return Client.SendAsync(request);
    }

    public void Dispose()
    {
        _endpoint.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Client.Dispose();
    }

    /// <summary>Fails unless an answer is a problem of this status whose detail has all of these words.</summary>
    public static async Task<JsonObject> IsProblemAsync(HttpResponseMessage answer, int status, params IEnumerable<string> words)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(status == (int)answer.StatusCode, $"{(int)answer.StatusCode} where {status} was expected: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = JsonNode.Parse(text)!.AsObject();
        Assert.Equal(status, (int)problem["status"]!);
        Assert.All(words, word => Assert.Contains(word, (string)problem["detail"]!, StringComparison.Ordinal));
        return problem;
    }
}
